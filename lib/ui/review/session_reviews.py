"""Reviews of a session, beside its transcript: read them, amend one's own, decide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import streamlit as st

from lib.auth.roles import Role
from lib.data import reviews
from lib.data.records import Review, Rubric, UserSession
from lib.product import figures as fmt
from lib.ui.review import current_review
from lib.ui.shell import notices
from lib.ui.shell.visitor import Visitor

_SHOWN: Final = "earshot.reviews.shown"


def session_reviews(session: UserSession, visitor: Visitor) -> None:
    """Draw the reviews on request, because they need a separate call."""
    if session.review_status == "unreviewed":
        return
    st.subheader("Reviews", anchor=False)
    if st.session_state.get(_SHOWN) != session.id:
        if not st.button("Show reviews", icon=":material/reviews:", key="show-reviews"):
            return
        st.session_state[_SHOWN] = session.id
    with notices.error_boundary(visitor.caller.request_id, "load the reviews"):
        found = reviews.of_session(visitor.caller, session.id)
    if not found:
        st.text("No reviews to show. Others' reviews appear after you submit your own.")
        return
    title = session.title or session.external_id
    for review in found:
        _draw(review, visitor)
        is_own = review.reviewer_id == visitor.member.user_id and review.kind == "review"
        if is_own and st.button(
            "Change my review", key=f"amend-{review.id}", icon=":material/edit:"
        ):
            current_review.amend(visitor, review, title)
    is_lead = visitor.member.role == Role.ADMIN
    if is_lead and st.button("Adjudicate", key="decide", icon=":material/gavel:"):
        current_review.decide(visitor, found[0], title)


def _draw(review: Review, visitor: Visitor) -> None:
    rubric = current_review.rubric_of(visitor, review.rubric_id)
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(review.reviewer_name or review.reviewer_id)
            if review.kind == "decision":
                st.badge("adjudication", icon=":material/gavel:", color="green")
            if review.score is not None:
                st.badge(f"{review.score:.2g} of 5", color="blue")
        st.caption(f"{fmt.moment(review.created_at, visitor.zone)}, version {review.version}")
        for label, answer in _answers(review.answers, rubric):
            st.text(f"{label} {answer}")
        for turn in review.turns:
            for label, answer in _answers(turn.answers, rubric):
                st.text(f"Turn {turn.sequence}: {label} {answer}")
        for comment in review.comments:
            where = "" if comment.sequence is None else f"Turn {comment.sequence}: "
            st.text(f"“{where}{comment.text}”")
        for correction in review.corrections:
            st.text(f"Turn {correction.sequence}, corrected: {correction.text}")


def _answers(
    answers: Mapping[str, float | bool | str | tuple[str, ...]], rubric: Rubric
) -> list[tuple[str, str]]:
    labels = {criterion.key: criterion.label for criterion in rubric.criteria}
    return [(labels.get(key, key), _words(answer)) for key, answer in answers.items()]


def _words(answer: float | bool | str | tuple[str, ...]) -> str:
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    if isinstance(answer, tuple):
        return ", ".join(answer) or fmt.NONE
    return fmt.number(answer) if isinstance(answer, float) else answer
