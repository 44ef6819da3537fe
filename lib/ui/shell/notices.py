"""Notices in place of content: signed out, not allowed, empty, not found, failed.

User input is drawn by `st.text` or a component only, never as Markdown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import streamlit as st

from lib.auth.backend_api import ApiUnavailableError
from lib.auth.roles import Role, page_roles
from lib.data import DataError, Refused, Unavailable
from lib.observability.logs import get_logger
from lib.observability.request_id import current_request_id, new_request_id
from lib.ui.shell.navigation import BY_PATH, name_tab


def show_script_error(error: Exception) -> bool:
    """Log an unexpected exception of a page and draw a notice instead of a traceback.

    Returns:
        True: Streamlit draws no error box of its own.
    """
    request_id = current_request_id() or new_request_id()
    _log.error("page.crashed", exc_info=error, requestId=request_id)
    with st.container(border=True):
        st.header("This page failed to load")
        st.text("This is a bug in Earshot. It was logged with the request id.")
        request_id_to_copy(request_id)
    return True


_log = get_logger(__name__)


def signed_out(reason: str) -> None:
    """Say that the sign-in has ended, and link to sign in and return to this page."""
    with st.container(border=True):
        st.title("Your session has ended", anchor=False)
        st.text("You were signed out, or your sign-in could no longer be verified.")
        st.text(f"Reason: {reason}")
        # A full page load: only document requests are redirected to the sign-in page.
        st.html('<a href="" target="_self">Sign in again</a>')


def forbidden(path: str, role: Role) -> None:
    """Say that the role has no access to the page, and whom to ask."""
    title = BY_PATH[path].title if path in BY_PATH else "this page"
    needed = " or ".join(sorted(needed.value for needed in page_roles(path))) or "nobody"
    with st.container(border=True):
        st.title(f"You don't have access to {title}", anchor=False)
        st.text(f"Required role: {needed}. Your role: {role.value}.")
        st.text("Ask the person who runs Earshot for your team.")
        st.page_link(
            BY_PATH["/"].script, label="Back to the overview", icon=":material/arrow_back:"
        )


def empty(title: str, hint: str) -> None:
    """Say that a list is empty and what to do about it."""
    with st.container(border=True):
        st.markdown(f"**{title}**")
        st.text(hint)


def ignored(values: Mapping[str, str]) -> None:
    """Say which filters in the address are unknown, if any: the page shows more than was asked."""
    if values:
        said = ", ".join(f"{name}={value}" for name, value in values.items())
        with st.container(border=True, horizontal=True, key="ignored-filters"):
            st.markdown(":orange[:material/filter_alt_off:]", width="content")
            st.text(f"Ignored, because the page has no such value: {said}")


def not_found(what: str, hint: str, path: str) -> None:
    """Say in place of a page that its record does not exist (any more), and lead to the others.

    Args:
        what: the kind of record.
        hint: why it may be missing.
        path: of the page that lists such records.
    """
    name_tab(f"{what} not found")
    with st.container(border=True):
        st.title(f"{what} not found", anchor=False)
        st.text(hint)
        title = BY_PATH[path].title
        st.page_link(BY_PATH[path].script, label=f"Go to {title}", icon=":material/arrow_back:")


@contextmanager
def error_boundary(request_id: str, what: str) -> Iterator[None]:
    """Show a notice with the request id and a retry button if a call fails, and end the run.

    Args:
        request_id: of the calls inside.
        what: the action inside, to complete "Could not ...".
    """
    try:
        yield
    except PermissionError as error:
        signed_out(str(error))
    except (DataError, ApiUnavailableError) as error:
        _log.warning(
            "page.failed",
            what=what,
            error=type(error).__name__,
            reason=str(error),
            requestId=request_id,
        )
        failed(what, _why(error), request_id)
    else:
        return
    st.stop()


@contextmanager
def partly(request_id: str, what: str) -> Iterator[None]:
    """Say in one line that a part of a page could not be loaded; the rest of the page goes on.

    Args:
        request_id: of the calls inside.
        what: the action inside, to complete "Could not ...".
    """
    try:
        yield
    except DataError as error:
        _log.warning("page.failed", what=what, reason=str(error), requestId=request_id)
        st.text(f"Could not {what}.")
        request_id_to_copy(request_id)


def request_id_to_copy(request_id: str) -> None:
    """Draw a whole request id with a button that copies it; "Find a request" takes the text."""
    st.code(f"Request id: {request_id}", language=None)


def failed(what: str, why: str, request_id: str) -> None:
    """Draw an error notice."""
    with st.container(border=True):
        st.header(f"Could not {what}", anchor=False)
        st.text(why)
        request_id_to_copy(request_id)
        st.button("Try again", key=f"retry-{what}", icon=":material/refresh:")


def _why(error: Exception) -> str:
    match error:
        case Refused(code="FORBIDDEN"):
            return "Your role has no access to this."
        case Refused(code="UNAUTHENTICATED"):
            return "The data service did not accept your sign-in. Reload the page to sign in again."
        case Refused():
            return error.message
        case Unavailable():
            return "The data service is not responding. Try again in a moment."
        case ApiUnavailableError():
            return "The sign-in service is not responding, so your access could not be checked."
        case _:
            return "The data service failed. Its logs name the cause under this request id."
