"""The runbook has a section for each reason of the gate, and each says what the pages show."""

from __future__ import annotations

from lib.auth.reasons import ALL_REASONS
from lib.ui import runbook


def auth_sections() -> list[str]:
    text = runbook.PATH.read_text("utf-8").partition("## Auth reasons")[2].partition("\n## ")[0]
    return [line[6:-1] for line in text.splitlines() if line.startswith("#### `")]


def test_every_reason_has_one_section_and_every_section_is_a_reason() -> None:
    assert sorted(auth_sections()) == sorted(map(str, ALL_REASONS))


def test_every_section_has_all_parts_as_plain_text() -> None:
    for name in auth_sections():
        parts = runbook.sections()[name].parts
        assert tuple(parts) == runbook.PARTS, name
        for text in parts.values():
            assert text.endswith("."), (name, text)
            assert not set("`[]*") & set(text), (name, text)
