"""Starts an export, shows how far it is, and hands the file over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, get_args

import streamlit as st

from lib.data import Caller
from lib.jobs.exports import BusyError, Export, Exports
from lib.jobs.record_files import FileFormat
from lib.jobs.services import services
from lib.ui import downloads, views
from lib.ui import formatting as fmt
from lib.ui.identity import Visitor, require_role

POLL_SECONDS: Final = 1.0

Begin = Callable[[Exports, str, Caller, Mapping[str, Any], Mapping[str, str], FileFormat], Export]
Start = Callable[[Exports, str, Caller], Export]


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
        page: its path; its role is asked again when an export begins.
        begin: starts it.
        arguments: the filters, as the functions take them.
        view: the filters, as they stand in the address.
    """
    with st.popover("Export", icon=":material/download:", key=f"export-{page}"):
        st.text("Everything that the filters select, as you may see it. Exports are on record.")
        form = st.segmented_control(
            "Format", get_args(FileFormat), default="csv", format_func=str.upper, required=True,
            key=f"export-format-{page}",
        )  # fmt: skip
        export_steps(
            visitor, page, "Start the export",
            lambda exports, owner, caller: begin(
                exports, owner, caller, arguments, view, form or "csv"
            ),
        )  # fmt: skip


def export_steps(visitor: Visitor, page: str, label: str, start: Start) -> None:
    """Draw the button that starts an export; then its progress; then the download.

    Args:
        visitor: of the page.
        page: its path.
        label: of the button.
        start: starts it.
    """
    export = _known(page, visitor.member.user_id)
    is_running = export is not None and export.state == "running"
    every = POLL_SECONDS if is_running else None
    st.fragment(_steps, run_every=every)(page, label, start, is_running)


def _steps(page: str, label: str, start: Start, was_running: bool) -> None:
    visitor = require_role(page)
    export = _known(page, visitor.member.user_id)
    if export is None:
        if st.button(label, key=f"export-start-{page}", type="primary"):
            _begin(visitor, page, start)
        return
    if was_running and export.state != "running":
        st.rerun()  # the whole page, so that nothing is polled any more
    key = f"export-end-{page}"
    if export.state == "running":
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"Writing: {_amount(export)} so far")
            st.button("Cancel", key=key, on_click=export.cancel)
    elif export.state == "ready":
        with st.container(horizontal=True, vertical_alignment="center"):
            st.link_button(
                f"Download {_amount(export)}", downloads.address(export.id), type="primary",
                icon=":material/download:",
            )  # fmt: skip
            st.button("Discard", key=key, on_click=_forget, args=(page, export))
        st.caption("It can be downloaded once, within 15 minutes.")
    else:
        st.text(f"The export was {export.state}. {export.problem}".strip())
        st.button("Start anew", key=key, on_click=_forget, args=(page, export))


def _begin(visitor: Visitor, page: str, start: Start) -> None:
    with views.failures_told(visitor.caller.request_id, "The export"):
        try:
            export = start(services().exports, visitor.member.user_id, visitor.caller)
        except BusyError as busy:
            st.text(str(busy))
            return
    st.session_state[_key(page)] = export.id
    st.rerun()


def _key(page: str) -> str:
    return f"earshot.export.{page}"


def _known(page: str, owner: str) -> Export | None:
    export_id = st.session_state.get(_key(page))
    return services().exports.find(export_id, owner) if export_id else None


def _forget(page: str, export: Export) -> None:
    services().exports.discard(export)
    st.session_state.pop(_key(page), None)


def _amount(export: Export) -> str:
    return f"{fmt.count(export.records)} records ({fmt.size(export.size)})"
