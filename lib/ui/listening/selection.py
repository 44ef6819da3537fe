"""What can be done to the sessions that are selected in a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from lib.auth.members import Member
from lib.data import user_sessions
from lib.formats.record_export import FileFormat
from lib.ui.listening import labels
from lib.ui.parts.export_panel import export_controls, format_field
from lib.ui.parts.record_table.component import Action, RowAction
from lib.ui.review import add_sessions, places
from lib.ui.shell import notices
from lib.ui.shell.visitor import Visitor, require_role
from lib.work.exports import Export, Exports
from lib.work.list_export import export_selected

EXPORT: Final = Action("export", "Export")


def actions_for(member: Member) -> list[Action]:
    """Return the actions on sessions that a member's role allows."""
    offered = [places.REVIEW] if places.may_review(member) else []
    offered += [labels.LABEL] if labels.may_label(member) else []
    return [*offered, *add_sessions.actions_for(member), EXPORT]


def handle(visitor: Visitor, chosen: RowAction | None) -> None:
    """Open the dialog of the action that was chosen, if any, and offer to undo the last labels."""
    labels.undo_notice(visitor)
    if chosen is None or chosen.action not in {one.name for one in actions_for(visitor.member)}:
        return
    match chosen.action:
        case places.REVIEW.name:
            places.choose_dialog(chosen.ids)
        case labels.LABEL.name:
            labels.label_dialog(chosen.ids, _labels_of(visitor, chosen.ids), "/sessions")
        case add_sessions.ADD.name:
            add_sessions.add_dialog(chosen.ids)
        case add_sessions.ASSIGN.name:
            add_sessions.assign_dialog(chosen.ids)
        case _:
            _export_dialog(chosen.ids)


def _labels_of(visitor: Visitor, ids: Sequence[str]) -> list[str]:
    """Return the labels that at least one of the sessions has."""
    with notices.error_boundary(visitor.caller.request_id, "load the labels"):
        found = [user_sessions.get(visitor.caller, session_id) for session_id in ids]
    return sorted({label for session in found if session for label in session.labels})


@st.dialog("Export", icon=":material/download:")
def _export_dialog(ids: Sequence[str]) -> None:
    """Offer the selected sessions as a file."""
    visitor = require_role("/sessions")
    number = len(ids)
    st.text(f"{number} session{'s' if number > 1 else ''}, masked as you see them.")
    form: FileFormat = format_field("export-format-selected")

    def start(exports: Exports, asking: Visitor) -> Export:
        return export_selected(exports, asking.member.user_id, asking.caller, ids, form)

    export_controls(visitor, "/sessions", f"selected {' '.join(ids)}", "Start export", start)
