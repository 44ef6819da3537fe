"""What a text may hold, and how one is cut."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.product.texts import is_fit, sanitized, shortened, unfit

CHARACTERS = [
    "a",
    "\n",
    "e\u0301",
    "\U0001f600",
    "\U0001f44d\U0001f3fd",
    "\U0001f469\u200d\U0001f467",
    "\U0001f1e9\U0001f1ea",
    "1\ufe0f\u20e3",
    "\U0001f3f4\U000e0067\U000e0062\U000e007f",
]


@given(st.lists(st.sampled_from(CHARACTERS), max_size=20), st.integers(0, 60))
def test_a_text_is_cut_between_characters(chosen: list[str], most: int) -> None:
    cut = shortened("".join(chosen), most)
    assert len(cut) <= most
    ends = {len("".join(chosen[:count])) for count in range(len(chosen) + 1)}
    # A character that alone does not fit in is cut between code points.
    assert len(cut) in ends or len(cut) < len(chosen[0])


def test_a_character_without_end_is_cut_all_the_same() -> None:
    assert len(shortened("e" + "\u0301" * 1000, 10)) == 10


@given(st.text())
def test_what_was_made_fit_is_fit_and_as_long(text: str) -> None:
    fit = sanitized(text)
    assert is_fit(fit)
    assert len(fit) == len(text)
    assert (fit == text) == is_fit(text)
    fit.encode()


@pytest.mark.parametrize("bad", ["\x00", "\x1b", "\x7f", "\x9b", "\ud83d", "\ude00\ud83d"])
def test_unfit_texts_are_named_wherever_they_are(bad: str) -> None:
    value = {"turns": [{"text": "fine"}, {"text": bad}], "more": {"a": {bad: 1}}, "x": [[bad]]}
    assert list(unfit(json.loads(json.dumps(value)))) == ["turns[1].text", "more.a", "x[0][0]"]
    assert list(unfit({"a": ["tab\t", "break\r\n", "\U0001f600", 1, None]})) == []
