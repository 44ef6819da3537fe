"""Who opened, heard, exported or revealed a session, from the audit trail. For admins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import streamlit as st

from lib.auth.roles import page_allowed
from lib.data import DataError, audit
from lib.data.records import AuditEvent
from lib.observability.logs import get_logger
from lib.product import figures as fmt
from lib.ui.parts import known
from lib.ui.shell.navigation import BY_PATH
from lib.ui.shell.visitor import Visitor

_EVENTS: Final = 200
_VERBS: Final[Mapping[str, str]] = {
    "session.view": "opened",
    "audio.play": "heard",
    "transcript.export": "exported",
    "audio.export": "exported",
    "session.export": "exported",
    "reveal": "revealed",
}
_log = get_logger(__name__)


@dataclass(slots=True)
class Person:
    """What one person did with the session.

    Attributes:
        actor_id: Clerk user id, or subject of a machine.
        last: time of their newest event.
        times: how often they opened, heard, exported, revealed it.
    """

    actor_id: str
    last: datetime
    times: Counter[str] = field(default_factory=Counter)

    def said(self, zone: ZoneInfo) -> str:
        """Return what they did in words, and when they did so last."""
        verbs = dict.fromkeys(_VERBS.values())
        done = [_times(verb, self.times[verb]) for verb in verbs if self.times[verb]]
        return f"{', '.join(done)}; last {fmt.moment(self.last, zone)}"


def _times(verb: str, number: int) -> str:
    return f"{verb} once" if number == 1 else f"{verb} {fmt.count(number)} times"


def by_person(events: Sequence[AuditEvent]) -> list[Person]:
    """Return who did what, those who did something last first.

    Args:
        events: newest first; those that tell of neither are left out.
    """
    people: dict[str, Person] = {}
    for event in events:
        verb = _VERBS.get(event.action)
        if verb is not None:
            person = people.setdefault(event.actor_id, Person(event.actor_id, event.created_at))
            person.times[verb] += 1
    return list(people.values())


def session_trail(session_id: str, visitor: Visitor) -> None:
    """Draw who did what with the session, for roles that may read the audit trail."""
    if not page_allowed(visitor.member.role, "/audit"):
        return
    st.subheader("Who opened and heard it", anchor=False)
    try:
        page = audit.page(visitor.caller, session_id=session_id, cursor=None, limit=_EVENTS)
    except DataError as error:
        _log.warning("trail.failed", error=type(error).__name__)
        st.text(f"Could not be loaded. Request id: {visitor.caller.request_id}")
        return
    for person in by_person(page.items):
        st.text(known.user_name(visitor, person.actor_id))
        st.caption(person.said(visitor.zone))
    if page.next_cursor is not None:
        st.caption(f"Of the newest {_EVENTS} events.")
    st.page_link(
        BY_PATH["/audit"].script,
        label="All events of this session",
        icon=":material/history:",
        query_params={"session": session_id},
    )
