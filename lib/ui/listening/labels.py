"""Labels that reviewers set on sessions, with a way to undo the last change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from lib.auth.members import Member
from lib.auth.roles import function_allowed
from lib.data import Refused, labels
from lib.data.records import LABELS_CHANGE, LabelledSession, LabelsChanged
from lib.product.limits import LABEL_CHARS
from lib.product.texts import sanitized
from lib.ui.parts import known
from lib.ui.parts.record_table.component import Action
from lib.ui.review.add_sessions import say_refused
from lib.ui.shell import notices
from lib.ui.shell.visitor import Visitor, require_role

LABEL: Final = Action("label", "Label")
_DONE: Final = "earshot.labels.done"


@dataclass(frozen=True, slots=True)
class _Done:
    """The last change of labels in this tab."""

    words: str
    changed: tuple[LabelledSession, ...]


def may_label(member: Member) -> bool:
    """Return whether a member's role may set labels."""
    return function_allowed(member.role, LABELS_CHANGE.path)


@st.dialog("Labels", icon=":material/label:")
def label_dialog(session_ids: Sequence[str], present: Sequence[str], path: str) -> None:
    """Ask which labels to set and to take away, then do it.

    Args:
        session_ids: of the sessions.
        present: labels that at least one of them has.
        path: of the page; the role is checked again.
    """
    visitor = require_role(path)
    number = len(session_ids)
    st.text(f"{number} session{'s' if number > 1 else ''}")
    add = _field("Set", sorted({*known.newest(visitor).labels, *present}), "labels-add", new=True)
    remove = _field("Take away", sorted(present), "labels-remove") if present else []
    clashing = set(add) & set(remove)
    if clashing:
        st.warning("A label cannot be set and taken away at once.")
    ready = bool(add or remove) and not clashing
    if not st.button("Apply", type="primary", key="labels-apply", disabled=not ready):
        return
    try:
        done = labels.change(visitor.caller, session_ids, add=add, remove=remove)
    except Refused as refused:
        st.warning(refused.message)
        for problem in refused.fields:
            st.text(f"{problem.field}: {problem.message}")
        return
    _remember(done)
    if done.refused:
        say_refused(visitor, done.refused, "labelled")
        return
    st.rerun()


def undo_notice(visitor: Visitor) -> None:
    """Draw what was changed last in this tab, with the button that undoes it."""
    done: _Done | None = st.session_state.get(_DONE)
    if done is None:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.text(done.words)
        if st.button("Undo", icon=":material/undo:", key="labels-undo"):
            with notices.error_boundary(visitor.caller.request_id, "undo the labels"):
                for one in done.changed:
                    labels.change(
                        visitor.caller, [one.session_id], add=one.removed, remove=one.added
                    )
            del st.session_state[_DONE]
            st.rerun()
        if st.button("Dismiss", icon=":material/close:", type="tertiary", key="labels-dismiss"):
            del st.session_state[_DONE]
            st.rerun()


def said(changed: Sequence[LabelledSession]) -> str:
    """Say what was changed, of how many sessions."""
    if not changed:
        return "The labels were like that already."
    added = dict.fromkeys(label for one in changed for label in one.added)
    removed = dict.fromkeys(label for one in changed for label in one.removed)
    parts = [f"set {', '.join(added)}"] if added else []
    parts += [f"took away {', '.join(removed)}"] if removed else []
    number = len(changed)
    return f"Labels: {' and '.join(parts)}, {number} session{'s' if number > 1 else ''}"


def _remember(done: LabelsChanged) -> None:
    st.session_state[_DONE] = _Done(said(done.changed), done.changed)


def _field(label: str, options: Sequence[str], key: str, *, new: bool = False) -> list[str]:
    chosen = st.multiselect(
        label,
        options,
        key=key,
        accept_new_options=new,
        placeholder="Choose or type" if new else "Choose",
        max_selections=32,
    )
    found = (sanitized(one).strip()[:LABEL_CHARS].strip() for one in chosen)
    return list(dict.fromkeys(one for one in found if one))
