"""Reviewing in the listening room: what the panel is given, and what it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal

import streamlit as st

from lib.data import Caller, DataError, Refused, review_claims, reviews, rubrics
from lib.data.records import Claim, Criterion, Review, Rubric
from lib.observability.logs import get_logger
from lib.ui import formatting as fmt
from lib.ui import review_content
from lib.ui.identity import Visitor, require_role
from lib.ui.navigation import go
from lib.ui.review_panel.component import review_panel

PARAM: Final = "review"
"""Name of the item under review in the address of a session."""

Kind = Literal["review", "amend", "decision"]

_WORK: Final = "earshot.review"
_LAST: Final = "earshot.review.last"
_RUBRICS: Final = "earshot.rubrics"
_LABELS: Final[dict[Kind, str]] = {
    "review": "Submit and next",
    "amend": "Save the change",
    "decision": "Decide",
}
_LEADS: Final[dict[Kind, str]] = {
    "review": "Your review",
    "amend": "Your review is submitted; a change becomes its next version.",
    "decision": "The final decision: its score becomes the session's.",
}

_log = get_logger(__name__)


@dataclass(slots=True)
class Work:
    """One review under way in this tab.

    Attributes:
        item_id: the session's place in the queue.
        session_id: which session it is about.
        title: of the session.
        kind: of what is written.
        rubric: by which it is judged.
        content: what was written when the panel was opened, as the panel reads it.
        lease_until: end of the claim; None where there is none.
        edition: counts what the panel was opened with.
        saved: number of the last stored draft.
        problem: what went wrong, as a sentence.
        fields: that were refused, with the reason.
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
class Last:
    """The review submitted last in this tab, while it can be taken back."""

    item_id: str
    title: str
    until: datetime


def start(visitor: Visitor, queue_id: str) -> bool:
    """Claim the next session of a queue and open it; return False if there is none."""
    claim = review_claims.take_next(visitor.caller, queue_id)
    if claim is None:
        return False
    _open(visitor, claim)
    return True


def work_on(visitor: Visitor, item_id: str) -> Work:
    """Return the review of an item in this tab; claims the item if it is not the reviewer's yet.

    Raises:
        DataError: it cannot be claimed; `Refused` with CONFLICT if others have all places.
    """
    known: Work | None = st.session_state.get(_WORK)
    if known is None or known.item_id != item_id:
        claim = review_claims.take(visitor.caller, item_id)
        known = _of_claim(visitor, claim)
        st.session_state[_WORK] = known
    return known


def amend(visitor: Visitor, review: Review, title: str) -> None:
    """Open the reviewer's own submitted review for a change."""
    _write(visitor, review, title, "amend")


def decide(visitor: Visitor, review: Review, title: str) -> None:
    """Open the final decision on a session, beginning with one of its reviews."""
    _write(visitor, review, title, "decision")


@st.fragment
def panel(item_id: str) -> None:
    """Draw the panel of the review under way and do what the reviewer asked for."""
    visitor = require_role("/review")
    work: Work | None = st.session_state.get(_WORK)
    if work is None or work.item_id != item_id:
        return
    key = f"review-{item_id}"
    asked = st.session_state.get(key)
    try:
        _obey(asked, work, visitor)
    except Refused as error:
        work.problem = error.message
        work.fields = [asdict(problem) for problem in error.fields]
    except review_content.MalformedError:
        work.problem = "The page sent something that is no review. Reload it and try again."
    except DataError as error:
        _log.warning("review.failed", item=item_id, error=type(error).__name__)
        work.problem = (
            "The data service does not answer; nothing that you wrote is lost here. Try again. "
            f"Request id: {visitor.caller.request_id}"
        )
    review_panel(_data(work), key=key)


def _obey(asked: object, work: Work, visitor: Visitor) -> None:
    """Do what the panel asked for since the last run, if anything."""
    wishes = {
        name: getattr(asked, name, None) for name in ("undo", "submit", "release", "draft", "renew")
    }
    if not any(wishes.values()):
        return
    work.problem, work.fields = None, []
    caller = visitor.caller
    if wishes["undo"]:
        _undo(visitor)
    if isinstance(wishes["submit"], Mapping):
        _submit(visitor, work, wishes["submit"]["content"])
    if isinstance(wishes["draft"], Mapping):
        _save(caller, work, wishes["draft"])
    if wishes["renew"] and work.kind == "review":
        _held(work, review_claims.renew(caller, work.item_id).lease_until)
    if wishes["release"]:
        review_claims.release(caller, work.item_id, skip=True)
        del st.session_state[_WORK]
        go("/review", {})


def _save(caller: Caller, work: Work, draft: Mapping[str, Any]) -> None:
    """Store a draft of a review; changes and decisions are stored when they are submitted."""
    if work.kind == "review":
        content = review_content.read(draft["content"])
        held = review_claims.save_draft(caller, item_id=work.item_id, **content)
        _held(work, held.lease_until)
    work.saved = int(draft["number"])


def _held(work: Work, lease_until: datetime | None) -> None:
    work.lease_until = lease_until
    if lease_until is None:
        work.problem = (
            "Your claim has ended and the session went back to the queue. What you wrote is kept; "
            "submitting works as long as there is a place."
        )


def _submit(visitor: Visitor, work: Work, wire: Mapping[str, Any]) -> None:
    content = review_content.read(wire)
    caller = visitor.caller
    if work.kind == "review":
        done = reviews.submit(caller, item_id=work.item_id, next=True, **content)
        if done.review.undo_until is not None:
            last = Last(work.item_id, work.title, done.review.undo_until)
            st.session_state[_LAST] = last
        if done.next is not None:
            _open(visitor, done.next)
        del st.session_state[_WORK]
        go("/review", {"finished": work.title})
    elif work.kind == "amend":
        reviews.amend(caller, item_id=work.item_id, **content)
    else:
        reviews.adjudicate(caller, item_id=work.item_id, **content)
    del st.session_state[_WORK]
    go("/session", {"id": work.session_id})


def _undo(visitor: Visitor) -> None:
    last = last_submitted()
    if last is not None:
        claim = reviews.undo(visitor.caller, last.item_id)
        del st.session_state[_LAST]
        _open(visitor, claim)


def last_submitted() -> Last | None:
    """Return the review that can still be taken back, if there is one."""
    last: Last | None = st.session_state.get(_LAST)
    return last if last is not None and last.until > datetime.now(UTC) else None


def take_back(visitor: Visitor) -> None:
    """Take the last review back and open it again.

    Raises:
        DataError: it could not be taken back.
    """
    _undo(visitor)


def _open(visitor: Visitor, claim: Claim) -> None:
    st.session_state[_WORK] = _of_claim(visitor, claim)
    go("/session", {"id": claim.session.id, PARAM: claim.item_id})


def _of_claim(visitor: Visitor, claim: Claim) -> Work:
    return Work(
        claim.item_id, claim.session.id, claim.session.title or claim.session.external_id,
        "review", rubric_of(visitor, claim.rubric_id), review_content.to_wire(claim.draft),
        claim.lease_until, _next_edition(),
    )  # fmt: skip


def _write(visitor: Visitor, review: Review, title: str, kind: Kind) -> None:
    rubric = rubric_of(visitor, review.rubric_id)
    content = review_content.to_wire(review)
    st.session_state[_WORK] = Work(
        review.item_id, review.session_id, title, kind, rubric, content, edition=_next_edition()
    )
    go("/session", {"id": review.session_id, PARAM: review.item_id})


def _next_edition() -> int:
    known: Work | None = st.session_state.get(_WORK)
    return 1 if known is None else known.edition + 1


def rubric_of(visitor: Visitor, rubric_id: str) -> Rubric:
    """Return a version of a rubric; versions never change, so a tab asks for each once."""
    known: dict[str, Rubric] = st.session_state.setdefault(_RUBRICS, {})
    if rubric_id not in known:
        found = rubrics.get(visitor.caller, rubric_id)
        if found is None:
            raise Refused("NOT_FOUND", "The rubric does not exist.")
        known[rubric_id] = found
    return known[rubric_id]


def _data(work: Work) -> dict[str, Any]:
    now = datetime.now(UTC)
    last = last_submitted()
    return {
        "itemId": work.item_id,
        "edition": work.edition,
        "title": f"{work.rubric.name}, version {fmt.count(work.rubric.version)}",
        "lead": _LEADS[work.kind],
        "criteria": [_criterion(criterion) for criterion in work.rubric.criteria],
        "content": work.content,
        "submitLabel": _LABELS[work.kind],
        "isClaimed": work.kind == "review" and work.lease_until is not None,
        "leaseMs": _left_ms(work.lease_until, now),
        "saved": work.saved,
        "problem": work.problem,
        "fields": work.fields,
        "undo": {"title": last.title, "leftMs": _left_ms(last.until, now)} if last else None,
    }


def _criterion(criterion: Criterion) -> dict[str, Any]:
    return {
        "key": criterion.key,
        "label": criterion.label,
        "description": criterion.description,
        "kind": criterion.kind,
        "level": criterion.level,
        "required": criterion.required,
        "min": criterion.min,
        "max": criterion.max,
        "options": list(criterion.options or ()),
    }


def _left_ms(until: datetime | None, now: datetime) -> float:
    return max(0.0, (until - now).total_seconds() * 1000) if until else 0.0
