"""What filters suggest: labels, providers and models of the newest sessions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import streamlit as st

from lib.data import Caller, DataError, user_sessions
from lib.observability.logs import get_logger
from lib.ui.shell.visitor import Visitor

_SESSIONS: Final = 200
_SECONDS: Final = 60
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Values that occur, each list sorted. Others can be typed: these are only the newest."""

    labels: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    models: tuple[str, ...] = ()


def suggestions(visitor: Visitor) -> Suggestions:
    """Return what to suggest, up to a minute old; nothing if Convex does not answer."""
    try:
        return _newest(visitor.caller, visitor.member.role)
    except DataError as error:
        _log.warning("filters.no_suggestions", error=type(error).__name__)
        return Suggestions()


# Once per role: nobody is shown what another role was answered.
@st.cache_data(ttl=_SECONDS, max_entries=8, show_spinner=False)
def _newest(_caller: Caller, role: str) -> Suggestions:  # noqa: ARG001  # the role is the key
    sessions = user_sessions.page(_caller, cursor=None, limit=_SESSIONS, order="desc").items
    return Suggestions(
        labels=tuple(sorted({label for session in sessions for label in session.labels})),
        providers=tuple(sorted({session.provider for session in sessions if session.provider})),
        models=tuple(sorted({session.model_id for session in sessions if session.model_id})),
    )
