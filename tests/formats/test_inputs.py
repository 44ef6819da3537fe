"""Files as others write them: each becomes what is right, and nothing of it is lost in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from lib.formats.conversation import UnreadableError
from tests.formats.inputs import GROUPS, page
from tests.formats.inputs.made import Input, words_of

PAGE = Path(__file__).resolve().parents[2] / "docs" / "import-inputs.md"
INPUTS = [
    pytest.param(item, id=f"{name}: {item.name}")
    for name, inputs in GROUPS.items()
    for item in inputs
]


@pytest.mark.parametrize("item", INPUTS)
def test_an_input_becomes_what_is_right(item: Input) -> None:
    if item.whole:
        with pytest.raises(UnreadableError) as refused:
            item.read()
        assert item.whole in refused.value.reason
        return
    found = item.read()
    contents = [turn.content for turn in found.turns]
    read = [(at["speaker"], words_of(at), at["started_at_ms"]) for at in contents]
    assert read == [*item.turns]
    assert found.merged == item.merged
    for reported, expected in ((found.refusals, item.refused), (found.notes, item.left_out)):
        reasons = [entry.reason for entry in reported]
        assert len(reasons) == len(expected), reasons
        for reason, part in zip(reasons, expected, strict=True):
            assert part in reason
    assert found.items == len(found.turns) + found.merged + found.refused + found.left_out


def test_the_page_of_the_documentation_says_what_happens() -> None:
    assert PAGE.read_text() == page(), (
        "run `python -m tests.formats.inputs > docs/import-inputs.md`"
    )
