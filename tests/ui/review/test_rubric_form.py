"""Questions get names under which answers can be kept, whatever their words and script."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from lib.ui.review.rubric_form import key_of

KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""As `convex/model/rubric.ts` demands."""


@given(st.lists(st.text(max_size=80), max_size=12))
def test_every_question_gets_a_valid_name_of_its_own(labels: list[str]) -> None:
    taken: list[str] = []
    for label in labels:
        key = key_of(label, taken)
        assert KEY.fullmatch(key)
        assert key not in taken
        taken.append(key)


def test_a_name_is_made_of_the_words_of_the_question() -> None:
    assert key_of("Was it resolved?", []) == "was_it_resolved"
    assert key_of("Was it resolved?", ["was_it_resolved"]) == "was_it_resolved_2"
    assert key_of("3. Ton höflich", []) == "ton_hoflich"
    assert key_of("解決しましたか", []) == "question"
