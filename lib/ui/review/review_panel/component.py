"""The review panel: what it shows, and what Submit, Undo, Return to queue and drafts do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import streamlit as st

from lib.data import Caller, DataError, Refused, review_claims, reviews
from lib.data.records import Criterion
from lib.observability.logs import get_logger
from lib.product import figures as fmt
from lib.ui.review import current_review
from lib.ui.review.content import MalformedError, read_content
from lib.ui.review.current_review import Kind, OpenReview
from lib.ui.shell.bundles import no_op, register
from lib.ui.shell.navigation import go
from lib.ui.shell.visitor import Visitor, require_role

_LABELS: Final[dict[Kind, str]] = {
    "review": "Submit and next",
    "amend": "Save changes",
    "decision": "Submit adjudication",
}
_LEADS: Final[dict[Kind, str]] = {
    "review": "Your review",
    "amend": "Your review is submitted. Changes create its next version.",
    "decision": "Adjudication. Its score becomes the session's score.",
}

_log = get_logger(__name__)


@st.fragment
def review_panel(item_id: str) -> None:
    """Draw the panel of the open review and handle what the reviewer did in it."""
    visitor = require_role("/review")
    work = current_review.of_item(item_id)
    if work is None:
        return
    key = f"review-{item_id}"
    asked = st.session_state.get(key)
    try:
        _handle_triggers(asked, work, visitor)
    except Refused as error:
        work.problem = error.message
        work.fields = [asdict(problem) for problem in error.fields]
    except MalformedError:
        work.problem = "The page sent an invalid review. Reload it and try again."
    except DataError as error:
        _log.warning("review.failed", item=item_id, error=type(error).__name__)
        work.problem = (
            "The data service is not responding. Your input is kept here. Try again. "
            f"Request id: {visitor.caller.request_id}"
        )
    _draw(_data(work, visitor.member.user_id), key=key)


def _handle_triggers(asked: object, work: OpenReview, visitor: Visitor) -> None:
    """Handle what the reviewer did in the panel since the last run."""
    names = ("undo", "submit", "release", "draft", "renew")
    triggers = {name: getattr(asked, name, None) for name in names}
    if not any(triggers.values()):
        return
    work.problem, work.fields = None, []
    caller = visitor.caller
    if triggers["undo"]:
        current_review.undo_submit(visitor)
    if isinstance(triggers["submit"], Mapping):
        _submit(visitor, work, triggers["submit"]["content"])
    if isinstance(triggers["draft"], Mapping):
        _save(caller, work, triggers["draft"])
    if triggers["renew"] and work.kind == "review":
        _set_lease(work, review_claims.renew(caller, work.item_id).lease_until)
    if triggers["release"]:
        review_claims.release(caller, work.item_id, skip=True)
        current_review.close()
        go("/review", {})


def _save(caller: Caller, work: OpenReview, draft: Mapping[str, Any]) -> None:
    """Store a draft of a review; changes and decisions stay in the browser until they are sent."""
    if work.kind != "review":
        return
    content = read_content(draft["content"])
    held = review_claims.save_draft(caller, item_id=work.item_id, **content)
    _set_lease(work, held.lease_until)
    work.saved = int(draft["number"])


def _set_lease(work: OpenReview, lease_until: datetime | None) -> None:
    work.lease_until = lease_until
    if lease_until is None:
        work.problem = (
            "Your claim has expired and the session is back in the queue. Your draft is kept. You "
            "can still submit it unless others have completed the session."
        )


def _submit(visitor: Visitor, work: OpenReview, wire: Mapping[str, Any]) -> None:
    content = read_content(wire)
    caller = visitor.caller
    if work.kind == "review":
        done = reviews.submit(caller, item_id=work.item_id, next=True, **content)
        current_review.remember_submitted(work, done.review)
        if done.next is not None:
            current_review.open_claim(visitor, done.next)
        current_review.close()
        go("/review", {})
    elif work.kind == "amend":
        reviews.amend(caller, item_id=work.item_id, **content)
    else:
        reviews.adjudicate(caller, item_id=work.item_id, **content)
    current_review.close()
    go("/session", {"id": work.session_id})


def _data(work: OpenReview, owner: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    last = current_review.last_submitted()
    return {
        "itemId": work.item_id,
        "edition": work.edition,
        "title": f"{work.rubric.name}, version {fmt.count(work.rubric.version)}",
        "lead": _LEADS[work.kind],
        "criteria": [_criterion(criterion) for criterion in work.rubric.criteria],
        "content": work.content,
        "submitLabel": _LABELS[work.kind],
        "owner": owner,
        "isDrafted": work.kind == "review",
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


_mount: Final = register(Path(__file__).parent, "review")


def _draw(data: dict[str, Any], *, key: str) -> Any:
    """Draw the panel and return its triggers, as `Triggers` in `src/types.ts` describes them.

    Args:
        data: what `src/types.ts` calls `PanelData`. Texts are shown as text, never as markup.
        key: stable across reruns, otherwise unsaved input would be lost.
    """
    return _mount(
        key=key,
        data=data,
        on_draft_change=no_op,
        on_submit_change=no_op,
        on_renew_change=no_op,
        on_release_change=no_op,
        on_undo_change=no_op,
    )
