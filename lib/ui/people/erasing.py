"""Erases a user from their page: typed confirmation, progress, receipt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import streamlit as st

from lib.auth.members import Member
from lib.auth.roles import function_allowed
from lib.data import Refused, erasure
from lib.data.records import ERASURE_START, Erasure
from lib.product import figures as fmt
from lib.ui.parts.page_heading.component import Chip, Fact, Link, page_heading
from lib.ui.shell import notices
from lib.ui.shell.visitor import Visitor, require_role
from lib.work.erasure import proven, receipt_file, start_erasure, statement, uploads_until
from lib.work.exports import BusyError, Export
from lib.work.services import services

POLL_SECONDS: Final = 1.0
_RECEIPT: Final = "earshot.erasure"
_WORDS: Final[Mapping[str, str]] = {
    "userSessions": "Sessions",
    "interactions": "Turns",
    "audioObjects": "Recordings",
    "users": "Profiles",
    "identities": "Identities",
    "totals": "Daily totals",
    "idempotencyKeys": "Kept answers of the API",
}


def may_erase(member: Member) -> bool:
    """Return whether a member's role may erase users."""
    return function_allowed(member.role, ERASURE_START.path)


@st.dialog("Erase this user", icon=":material/delete_forever:")
def ask(clerk_id: str) -> None:
    """Ask for the user's id as confirmation, then start the erasure."""
    visitor = require_role("/user")
    st.text(
        "All sessions, transcripts, recordings and the profile are deleted, including old "
        "versions. This cannot be undone. A signed receipt proves the deletion; it can be "
        "downloaded here at any time."
    )
    st.text("To confirm, type the id:")
    st.code(clerk_id, language=None)
    typed = st.text_input("Id of the user", key="erase-confirmation", live=True, autocomplete="off")
    confirmed = (typed or "").strip() == clerk_id
    if st.button("Erase permanently", type="primary", disabled=not confirmed, key="erase-for-good"):
        with notices.error_boundary(visitor.caller.request_id, "erase the user"):
            try:
                receipt = start_erasure(
                    services(), visitor.member.user_id, visitor.caller, clerk_id
                )
                st.session_state[_RECEIPT] = receipt.id
            except Refused as refused:
                st.text(refused.message)
                return
            except BusyError:
                # The erasure has started: the worker continues it, and the page shows the progress.
                st.session_state.pop(_RECEIPT, None)
        st.rerun()


@st.fragment(run_every=POLL_SECONDS)
def progress(clerk_id: str) -> None:
    """Draw the progress of an erasure until it is finished."""
    visitor = require_role("/user")
    with notices.error_boundary(visitor.caller.request_id, "load the erasure"):
        state = erasure.get(visitor.caller, clerk_id)
    receipt = _receipt(visitor)
    if state is not None and state.finished_at is not None and _is_settled(receipt):
        st.rerun()
    with st.container(border=True):
        st.markdown("**This user is being erased**")
        st.text(_counted(state.counts) if state else "Waiting to start.")
        if receipt is not None and receipt.state == "failed":
            st.text(f"Stopped: {receipt.problem} The worker tries again every minute.")


def erased(state: Erasure, visitor: Visitor) -> None:
    """Draw the receipt of an erased user."""
    ended = state.finished_at
    page_heading(
        "Erased user",
        "Everything about this person was deleted. Only this record of it remains.",
        crumbs=[Link("Users", "/users")],
        chips=[Chip("erased", "bad")],
        facts=[
            Fact("Id", state.clerk_id),
            Fact("Asked for by", state.started_by),
            Fact(
                "Deletion began",
                fmt.moment(state.started_at, visitor.zone),
                fmt.utc(state.started_at),
            ),
            *(
                [Fact("Deletion ended", fmt.moment(ended, visitor.zone), fmt.utc(ended))]
                if ended
                else []
            ),
            *_until(state, visitor),
            *(
                Fact(f"{_WORDS.get(table, table)} deleted", fmt.count(n))
                for table, n in state.counts.items()
            ),
        ],
        key="user-heading",
    )
    st.header("Receipt", anchor=False)
    _receipt_of(state)


def _receipt_of(state: Erasure) -> None:
    """Draw the receipt that is kept with the erasure: what it proves, and its file."""
    if state.receipt is None:
        st.text("The receipt is not signed yet: the worker does it within a minute.")
        return
    claims = proven(state, services().settings)
    if claims is None:
        st.text(
            "The receipt is not known to be genuine: this deployment no longer has the key that "
            "signed it, or the receipt says something else than the records above."
        )
        return
    st.success(
        "The receipt is genuine: Earshot signed it, and it says what is shown above.",
        icon=":material/verified:",
    )
    st.text(statement(claims))
    st.download_button(
        "Download the receipt",
        receipt_file(state.receipt, claims),
        f"earshot-erasure-{state.started_at:%Y%m%d-%H%M%S}.json",
        "application/json",
        icon=":material/download:",
        on_click="ignore",
    )
    with st.expander("The signed form, for checking it with other programs"):
        st.code(state.receipt, None, wrap_lines=True)


def _until(state: Erasure, visitor: Visitor) -> list[Fact]:
    """Say until when an upload could still come, and whether the bucket was swept after that."""
    if state.finished_at is None:
        return []
    until = uploads_until(state)
    facts = [
        Fact("Recordings could still arrive until", fmt.moment(until, visitor.zone), fmt.utc(until))
    ]
    swept = state.swept_at
    if swept is None:
        return [*facts, Fact("Storage searched again", "not yet")]
    return [*facts, Fact("Storage searched again", fmt.moment(swept, visitor.zone), fmt.utc(swept))]


def _receipt(visitor: Visitor) -> Export | None:
    receipt_id = st.session_state.get(_RECEIPT)
    return services().exports.find(receipt_id, visitor.member.user_id) if receipt_id else None


def _is_settled(receipt: Export | None) -> bool:
    return receipt is None or receipt.state != "running"


def _counted(counts: Mapping[str, float]) -> str:
    done = [f"{_WORDS.get(table, table)}: {fmt.count(n)}" for table, n in counts.items()]
    return f"Deleted so far: {', '.join(done)}" if done else "Deleting recordings ..."
