"""Users, team members and sessions by their names, for filters and forms that suggest them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import streamlit as st

from lib.auth.roles import Role
from lib.data import DataError, user_sessions, users
from lib.data.records import User, UserSession
from lib.observability.logs import get_logger
from lib.product import figures as fmt
from lib.product.facets import FACETS
from lib.ui.parts.filters import Find, Option
from lib.ui.parts.session_rows import name_of
from lib.ui.shell.visitor import Visitor

_SECONDS: Final = 60
_MEMBERS: Final = 200
_SESSIONS: Final = 200
_FOUND: Final = 8
_REVIEWERS: Final = frozenset({Role.REVIEWER.value, Role.ADMIN.value})

_log = get_logger(__name__)
T = TypeVar("T")


def users_by_name(visitor: Visitor) -> Find:
    """Return a search for users of the product by name or Clerk id."""

    def find(words: str) -> Sequence[Option]:
        def load() -> tuple[Option, ...]:
            page = users.page(
                visitor.caller,
                kind="product",
                search=words or None,
                sort="lastSeenAt",
                order="desc",
                cursor=None,
                limit=_FOUND,
            )
            return tuple(map(_person, page.items))

        return _kept(visitor, f"users {words}", load, ())

    return find


def user_name(visitor: Visitor, clerk_id: str) -> str:
    """Return the name of a user or team member, else the Clerk id."""

    def load() -> str:
        user = users.get(visitor.caller, clerk_id)
        return name_of(user) if user else clerk_id

    return _kept(visitor, f"user {clerk_id}", load, clerk_id)


def members(visitor: Visitor, *, reviewing: bool = False) -> tuple[Option, ...]:
    """Return the team members, those seen last first; none if Convex is not responding.

    Args:
        visitor: who asks.
        reviewing: only those who may review.
    """

    def load() -> tuple[Option, ...]:
        page = users.page(
            visitor.caller,
            kind="team",
            sort="lastSeenAt",
            order="desc",
            cursor=None,
            limit=_MEMBERS,
        )
        return tuple(_person(user) for user in page.items if user.status == "active")

    none: tuple[Option, ...] = ()
    found = _kept(visitor, "members", load, none)
    return tuple(one for one in found if not reviewing or one.note in _REVIEWERS)


def members_by_name(visitor: Visitor) -> Find:
    """Return a search among the team members."""
    return lambda words: matching(words, members(visitor))


def sessions_by_name(visitor: Visitor) -> Find:
    """Return a search among the newest sessions, and for the id of any."""

    def find(words: str) -> Sequence[Option]:
        found = matching(words, newest(visitor).sessions)
        if found or not words:
            return found
        name = session_name(visitor, words)
        return [Option(words, name)] if name != words else ()

    return find


def session_name(visitor: Visitor, session_id: str) -> str:
    """Return the title of a session, else its id."""

    def load() -> str:
        session = user_sessions.get(visitor.caller, session_id)
        return (session.title or session.external_id) if session else session_id

    return _kept(visitor, f"session {session_id}", load, session_id)


@dataclass(frozen=True, slots=True)
class Known:
    """What the newest sessions have, sorted; others can be typed.

    Attributes:
        labels, providers, models: values of the fields.
        facets: values of each facet.
        sessions: the sessions themselves, newest first.
    """

    labels: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: dict.fromkeys(FACETS, ()))
    sessions: tuple[Option, ...] = ()


def newest(visitor: Visitor) -> Known:
    """Return what the newest sessions have; nothing if Convex is not responding."""

    def load() -> Known:
        page = user_sessions.page(visitor.caller, cursor=None, limit=_SESSIONS, order="desc")
        sessions = page.items
        return Known(
            labels=tuple(sorted({label for session in sessions for label in session.labels})),
            providers=_values(sessions, "provider"),
            models=_values(sessions, "model_id"),
            facets={facet: _values(sessions, facet) for facet in FACETS},
            sessions=tuple(map(_session, sessions)),
        )

    return _kept(visitor, "newest", load, Known())


def _values(sessions: Sequence[UserSession], field: str) -> tuple[str, ...]:
    return tuple(sorted({value for one in sessions if (value := getattr(one, field))}))


def matching(words: str, options: Sequence[Option]) -> list[Option]:
    """Return the options whose name, note or id holds all words."""
    wanted = words.casefold().split()

    def holds(option: Option) -> bool:
        text = f"{option.name} {option.note} {option.id}".casefold()
        return all(word in text for word in wanted)

    return [option for option in options if holds(option)]


def _person(user: User) -> Option:
    return Option(user.clerk_id, name_of(user), user.role or f"seen {fmt.ago(user.last_seen_at)}")


def _session(session: UserSession) -> Option:
    started = f"{name_of(session.user)}, {fmt.utc(session.started_at)}"
    return Option(session.id, session.title or session.external_id, started)


def _kept(visitor: Visitor, what: str, load: Callable[[], T], otherwise: T) -> T:
    """Return what was loaded within a minute; something else if Convex is not responding."""
    try:
        found: T = _cached(load, what, visitor.member.role)
    except DataError as error:
        _log.warning("known.nothing", what=what.partition(" ")[0], error=type(error).__name__)
        return otherwise
    return found


# Cached per role, so no role sees what another was sent.
@st.cache_data(ttl=_SECONDS, max_entries=400, show_spinner=False)
def _cached(_load: Callable[[], Any], what: str, role: str) -> Any:  # noqa: ARG001  # they are the key
    return _load()
