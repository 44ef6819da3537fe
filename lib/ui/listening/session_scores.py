"""Scores on the session page: what machines, vendors and end users say of it and its turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from lib.data.records import Score
from lib.product.limits import PAGE_ITEMS
from lib.product.words import Words
from lib.ui.listening.player import judgement

_ORIGINS: Final = Words({"machine": "machine", "vendor": "vendor", "user": "end user"}, str)


def session_scores(scores: Sequence[Score], numbers: Mapping[int, int]) -> None:
    """Draw the scores of a session, those of the whole session first; nothing if there are none.

    Args:
        scores: the first that count, oldest first.
        numbers: the number of each turn by its sequence.
    """
    if not scores:
        return
    st.header("Scores", anchor=False)
    for score in sorted(scores, key=lambda score: score.sequence is not None):
        with st.container(gap=None):
            # Texts of others: never Markdown.
            st.text(f"{score.name}: {judgement(score)}")
            st.text(f"{_of(score, numbers)}{_ORIGINS[score.origin]} {score.evaluator}")
            if score.explanation:
                st.text(score.explanation)
    if len(scores) == PAGE_ITEMS:
        st.caption(f"The first {PAGE_ITEMS} scores. The API lists all.")


def _of(score: Score, numbers: Mapping[int, int]) -> str:
    if score.sequence is None:
        return ""
    number = numbers.get(score.sequence)
    return f"Turn {number}, " if number else "A turn that is not stored, "
