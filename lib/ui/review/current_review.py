"""The open review of a tab, kept in Streamlit's session state: claim, open, undo, close."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal, NoReturn

import streamlit as st

from lib.data import Refused, review_claims, reviews, rubrics
from lib.data.records import Claim, OwnWork, Review, ReviewQueue, Rubric
from lib.ui.review.content import content_to_wire
from lib.ui.shell import notices
from lib.ui.shell.navigation import go
from lib.ui.shell.visitor import Visitor

PARAM: Final = "review"
"""Query parameter of the session page that names the item under review."""

Kind = Literal["review", "amend", "decision"]

_WORK: Final = "earshot.review"
_LAST: Final = "earshot.review.last"
_RUBRICS: Final = "earshot.rubrics"


@dataclass(slots=True)
class OpenReview:
    """The review that is open in this tab.

    Attributes:
        item_id: the session's item in the queue.
        session_id: which session it is about.
        title: of the session.
        kind: of the review.
        rubric: whose questions are answered.
        content: when the panel was opened, as the panel reads it.
        lease_until: end of the claim; None where there is none.
        edition: counts how often the panel was opened with new content.
        saved: number of the last stored draft.
        problem: error message.
        fields: invalid fields, with the reason.
    """

    item_id: str
    session_id: str
    title: str
    kind: Kind
    rubric: Rubric
    content: dict[str, Any]
    lease_until: datetime | None = None
    edition: int = 0
    saved: int = 0
    problem: str | None = None
    fields: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Submitted:
    """The review submitted last in this tab, while it can be undone."""

    item_id: str
    title: str
    until: datetime


def open_item(visitor: Visitor, item_id: str) -> OpenReview:
    """Return the open review of an item; claims the item if necessary.

    Raises:
        DataError: it cannot be claimed; `Refused` with CONFLICT if others have claimed it.
    """
    known = of_item(item_id)
    if known is None:
        claim = review_claims.take(visitor.caller, item_id)
        known = _from_claim(visitor, claim)
        st.session_state[_WORK] = known
    return known


def of_item(item_id: str) -> OpenReview | None:
    """Return the review of an item if it is open in this tab."""
    work: OpenReview | None = st.session_state.get(_WORK)
    return work if work is not None and work.item_id == item_id else None


def close() -> None:
    """Close the open review; stored drafts are kept."""
    st.session_state.pop(_WORK, None)


def amend(visitor: Visitor, review: Review, title: str) -> NoReturn:
    """Open the reviewer's own submitted review to amend it."""
    _write(visitor, review, title, "amend")


def decide(visitor: Visitor, review: Review, title: str) -> NoReturn:
    """Open the final decision on a session, starting from one of its reviews."""
    _write(visitor, review, title, "decision")


def last_submitted() -> Submitted | None:
    """Return the last submitted review if it can still be undone."""
    last: Submitted | None = st.session_state.get(_LAST)
    return last if last is not None and last.until > datetime.now(UTC) else None


def remember_submitted(work: OpenReview, review: Review) -> None:
    """Remember a submitted review for as long as it can be undone."""
    if review.undo_until is not None:
        st.session_state[_LAST] = Submitted(work.item_id, work.title, review.undo_until)


def undo_submit(visitor: Visitor) -> None:
    """Undo the last submit and open the review again; does nothing if it is too late.

    Raises:
        DataError: it could not be undone.
    """
    last = last_submitted()
    if last is not None:
        claim = reviews.undo(visitor.caller, last.item_id)
        del st.session_state[_LAST]
        open_claim(visitor, claim)


def open_claim(visitor: Visitor, claim: Claim) -> NoReturn:
    """Open the page of a claimed session with the review panel."""
    st.session_state[_WORK] = _from_claim(visitor, claim)
    go("/session", {"id": claim.session.id, PARAM: claim.item_id})


def _from_claim(visitor: Visitor, claim: Claim) -> OpenReview:
    return OpenReview(
        claim.item_id,
        claim.session.id,
        claim.session.title or claim.session.external_id,
        "review",
        rubric_of(visitor, claim.rubric_id),
        content_to_wire(claim.draft),
        claim.lease_until,
        _next_edition(),
    )


def _write(visitor: Visitor, review: Review, title: str, kind: Kind) -> NoReturn:
    rubric = rubric_of(visitor, review.rubric_id)
    content = content_to_wire(review)
    st.session_state[_WORK] = OpenReview(
        review.item_id, review.session_id, title, kind, rubric, content, edition=_next_edition()
    )
    go("/session", {"id": review.session_id, PARAM: review.item_id})


def _next_edition() -> int:
    known: OpenReview | None = st.session_state.get(_WORK)
    return 1 if known is None else known.edition + 1


def rubric_of(visitor: Visitor, rubric_id: str) -> Rubric:
    """Return a version of a rubric; versions never change, so each is cached per tab."""
    known: dict[str, Rubric] = st.session_state.setdefault(_RUBRICS, {})
    if rubric_id not in known:
        found = rubrics.get(visitor.caller, rubric_id)
        if found is None:
            raise Refused("NOT_FOUND", "The rubric does not exist.")
        known[rubric_id] = found
    return known[rubric_id]


def start_button(visitor: Visitor, queue: ReviewQueue, *, is_first: bool) -> None:
    """Draw the button that claims the next session and opens it.

    Args:
        visitor: the reviewer.
        queue: to work on.
        is_first: highlighted as the first on its page.
    """
    own = queue.own or OwnWork(claimed=False, waiting=True)
    label = "Resume my review" if own.claimed else "Start reviewing"
    pressed = st.button(
        label if own.waiting else "Nothing for you now",
        icon=":material/play_arrow:" if own.waiting else None,
        width="stretch",
        type="primary" if is_first and own.waiting else "secondary",
        key=f"start-{queue.id}",
        disabled=not own.waiting,
    )
    if pressed:
        with notices.error_boundary(visitor.caller.request_id, "claim a session"):
            claim = review_claims.take_next(visitor.caller, queue.id)
            if claim is not None:
                open_claim(visitor, claim)
        st.toast("No sessions left for you: the others are claimed or done.")
