"""Starts an export, shows its progress, and offers the download."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, get_args

import streamlit as st

from lib.formats.record_export import FileFormat
from lib.product import figures as fmt
from lib.product import paths
from lib.product.lifetimes import EXPORT_FILE
from lib.ui.shell import notices
from lib.ui.shell.visitor import Visitor, require_role
from lib.work.exports import BusyError, Export, Exports
from lib.work.list_export import Begin
from lib.work.services import services

POLL_SECONDS: Final = 1.0

Start = Callable[[Exports, Visitor], Export]


def list_export(
    visitor: Visitor,
    page: str,
    begin: Begin,
    arguments: Mapping[str, Any],
    view: Mapping[str, str],
) -> None:
    """Draw the export of a list, below it.

    Args:
        visitor: of the page.
        page: its path; the role is checked again when an export starts.
        begin: starts the export.
        arguments: the filters, as the functions take them.
        view: the filters as query parameters.
    """
    with st.popover("Export", icon=":material/download:", key=f"export-{page}"):
        st.text(
            "All rows that match the filters, masked as you see them. The audit trail records it."
        )
        form = format_field(f"export-format-{page}")

        def start(exports: Exports, asking: Visitor) -> Export:
            return begin(exports, asking.member.user_id, asking.caller, arguments, view, form)

        export_controls(visitor, page, "list", "Start export", start)


def format_field(key: str) -> FileFormat:
    """Draw the choice of a file format; return the chosen one."""
    chosen = st.segmented_control(
        "Format",
        get_args(FileFormat),
        default="csv",
        format_func=str.upper,
        required=True,
        key=key,
    )
    return chosen or "csv"


def export_controls(visitor: Visitor, page: str, what: str, label: str, start: Start) -> None:
    """Draw the button that starts an export; then its progress; then the download.

    Args:
        visitor: of the page.
        page: its path; the role is checked again at each step.
        what: name of the export, unique on the page.
        label: of the button.
        start: starts the export.
    """
    key = f"earshot.export.{page}.{what}"
    export = _known(key, visitor)
    is_running = export is not None and export.state == "running"
    every = POLL_SECONDS if is_running else None
    st.fragment(_steps, run_every=every)(key, page, label, start, is_running)


def _steps(key: str, page: str, label: str, start: Start, was_running: bool) -> None:
    visitor = require_role(page)
    export = _known(key, visitor)
    if export is None:
        if st.button(label, key=f"export-start-{key}", type="primary"):
            _begin(visitor, key, start)
        return
    if was_running and export.state != "running":
        st.rerun()  # rerun the whole page, which ends the polling
    if export.state == "running":
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"Writing: {_amount(export)} so far")
            st.button("Cancel", key=f"export-end-{key}", on_click=export.cancel)
    elif export.state == "ready":
        with st.container(horizontal=True, vertical_alignment="center"):
            st.link_button(
                f"Download {_amount(export)}",
                paths.download(export.id),
                type="primary",
                icon=":material/download:",
            )
            st.button("Discard", key=f"export-end-{key}", on_click=_forget, args=(key, export))
        st.caption(f"The file can be downloaded once, within {fmt.span(EXPORT_FILE)}.")
    else:
        st.text(f"The export was {export.state}. {export.problem}".strip())
        st.button("Start again", key=f"export-end-{key}", on_click=_forget, args=(key, export))


def _begin(visitor: Visitor, key: str, start: Start) -> None:
    with notices.error_boundary(visitor.caller.request_id, "start the export"):
        try:
            export = start(services().exports, visitor)
        except BusyError as busy:
            st.text(str(busy))
            return
    st.session_state[key] = export.id
    st.rerun()


def _known(key: str, visitor: Visitor) -> Export | None:
    export_id = st.session_state.get(key)
    return services().exports.find(export_id, visitor.member.user_id) if export_id else None


def _forget(key: str, export: Export) -> None:
    services().exports.discard(export)
    st.session_state.pop(key, None)


def _amount(export: Export) -> str:
    return f"{fmt.count(export.records)} records ({fmt.size(export.size)})"
