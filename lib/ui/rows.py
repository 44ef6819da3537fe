"""Records as rows of a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from lib.data.records import AuditEvent, AuthEvent, SessionUser, StorageEvent, User, UserSession
from lib.storage.keys import AudioKey
from lib.ui import audit_words
from lib.ui import formatting as fmt
from lib.ui.objectives import STORAGE_MS, TURN_MS
from lib.ui.record_table.component import Cell, Column, Row, Tone
from lib.ui.series import DEMO

_MOST_LABELS: Final = 3

USER_COLUMNS: Final = (
    Column("User"), Column("Status"), Column("Sessions", number=True),
    Column("Last seen"), Column("Known since"),
)  # fmt: skip
SESSION_COLUMNS: Final = (
    Column("Session"), Column("Started"), Column("Length", number=True),
    Column("Channel", minor=True), Column("Turns", number=True, minor=True),
    Column("Outcome"), Column("Review"),
    Column("Worst turn", number=True), Column("Flags", minor=True),
)  # fmt: skip
STORAGE_COLUMNS: Final = (
    Column("When"), Column("Operation"), Column("Outcome"), Column("Took", number=True),
    Column("Attempts", number=True, minor=True), Column("Object", minor=True), Column("Request id"),
)  # fmt: skip
AUTH_COLUMNS: Final = (
    Column("When"), Column("Outcome"), Column("Reason"), Column("Route"), Column("User"),
    Column("Client", minor=True), Column("Request id"),
)  # fmt: skip
AUDIT_COLUMNS: Final = (
    Column("When"), Column("Who"), Column("Did"), Column("To"), Column("Details", minor=True),
    Column("Request id"),
)  # fmt: skip

USER_TONES: Final[dict[str, Tone]] = {
    "active": "good", "banned": "bad", "deleted": "muted", "erasing": "warn",
}  # fmt: skip
OUTCOME_TONES: Final[dict[str, Tone]] = {
    "active": "accent", "completed": "good", "abandoned": "warn", "failed": "bad",
}  # fmt: skip
REVIEW_WORDS: Final[dict[str, tuple[str, Tone]]] = {
    "unreviewed": ("not yet", "muted"),
    "in_review": ("in review", "accent"),
    "reviewed": ("reviewed", "good"),
}


def name_of(user: User | SessionUser) -> str:
    """Return what a user is called: name, else address, else Clerk id."""
    return user.name or user.email or user.clerk_id


def user_rows(users: Sequence[User], zone: ZoneInfo) -> list[Row]:
    """Return users; each opens their page."""
    return [
        Row(
            (
                Cell(name_of(user), user.email or "", initials=fmt.initials(name_of(user))),
                Cell(user.status, tone=USER_TONES[user.status], chip=True),
                Cell(fmt.count(user.session_count)),
                Cell(fmt.ago(user.last_seen_at), title=fmt.utc(user.last_seen_at)),
                Cell(fmt.moment(user.created_at, zone), title=fmt.utc(user.created_at)),
            ),
            "/user",
            {"id": user.clerk_id},
        )
        for user in users
    ]


def session_rows(
    sessions: Sequence[UserSession], zone: ZoneInfo, *, with_user: bool = True
) -> list[Row]:
    """Return sessions; each opens its listening room.

    Args:
        sessions: the records.
        zone: of the viewer.
        with_user: name the user below the title; their own page need not.
    """
    return [
        Row(
            _session_cells(session, zone, with_user=with_user),
            "/session",
            {"id": session.id},
            session.id,
        )
        for session in sessions
    ]


def _session_cells(session: UserSession, zone: ZoneInfo, *, with_user: bool) -> tuple[Cell, ...]:
    name = name_of(session.user)
    title = session.title or session.external_id
    review, tone = REVIEW_WORDS[session.review_status]
    score = f" {session.score:g}/5" if session.score is not None else ""
    worst = session.worst_latency_ms
    late = worst is not None and worst > TURN_MS
    return (
        Cell(title, name if with_user else "", initials=fmt.initials(name) if with_user else None),
        Cell(fmt.moment(session.started_at, zone), title=fmt.utc(session.started_at)),
        Cell(fmt.length(session.duration_ms)),
        Cell(session.channel),
        Cell(fmt.count(session.interaction_count)),
        Cell(session.status, tone=OUTCOME_TONES[session.status], chip=True),
        Cell(review + score, tone=tone, chip=session.review_status != "unreviewed"),
        Cell(
            fmt.latency(worst), tone="warn" if late else None,
            title=f"over the objective of {fmt.latency(TURN_MS)}" if late else "",
        ),
        Cell("", chips=_flags(session)),
    )  # fmt: skip


def _flags(session: UserSession) -> tuple[tuple[str, Tone], ...]:
    """Return what stands out: recordings, legal hold, labels (some of them), demo data."""
    flags: list[tuple[str, Tone]] = []
    if session.audio_count:
        flags.append(("audio", "muted"))
    if session.legal_hold:
        flags.append(("legal hold", "warn"))
    flags += [(label, "accent") for label in session.labels[:_MOST_LABELS]]
    more = len(session.labels) - _MOST_LABELS
    if more > 0:
        flags.append((f"+{more} labels", "accent"))
    if session.source == DEMO:
        flags.append((DEMO, "muted"))
    return tuple(flags)


def storage_rows(
    events: Sequence[StorageEvent], zone: ZoneInfo, here: Mapping[str, str] | None = None,
    session_id: str | None = None,
) -> list[Row]:  # fmt: skip
    """Return storage operations that failed or were slow.

    Args:
        events: the records.
        zone: of the viewer.
        here: query parameters of the storage page: a row then opens its request there. None: a row
            opens a session.
        session_id: of that session; None: the one that the object belongs to.
    """
    return [
        Row(
            (
                Cell(fmt.moment(event.at, zone), title=fmt.utc(event.at)),
                Cell(event.operation, event.role or ""),
                Cell(event.outcome, tone="good" if event.outcome == "ok" else "bad", chip=True),
                Cell(
                    fmt.latency(event.duration_ms),
                    tone="warn" if event.duration_ms > STORAGE_MS else None,
                ),
                Cell(fmt.count(event.attempts)),
                Cell(event.key or fmt.NONE, title=event.key or ""),
                Cell(event.request_id or fmt.NONE, title=event.request_id or ""),
            ),
            *_storage_target(event, here, session_id),
        )
        for event in events
    ]


def _storage_target(
    event: StorageEvent, here: Mapping[str, str] | None, session_id: str | None
) -> tuple[str | None, dict[str, str] | None]:
    if here is not None:
        if not event.request_id:
            return None, None
        return "/storage", {**here, "request": event.request_id}
    if session_id is None:
        try:
            session_id = AudioKey.parse(event.key or "").session_id
        except ValueError:
            return None, None
    return "/session", {"id": session_id}


def auth_rows(
    events: Sequence[AuthEvent], zone: ZoneInfo, here: Mapping[str, str] | None = None
) -> list[Row]:
    """Return sign-in decisions; with the query parameters of the page, a row opens its request."""
    return [
        Row(
            (
                Cell(fmt.moment(event.at, zone), title=fmt.utc(event.at)),
                Cell(
                    event.outcome, tone="bad" if event.outcome == "denied" else "muted", chip=True
                ),
                Cell(event.reason),
                Cell(event.route),
                Cell(event.user_id or fmt.NONE),
                Cell((event.client_hash or fmt.NONE)[:10], title=event.client_hash or ""),
                Cell(event.request_id or fmt.NONE, title=event.request_id or ""),
            ),
            "/auth-errors" if here is not None and event.request_id else None,
            {**(here or {}), "request": event.request_id or ""},
        )
        for event in events
    ]


def _acting(event: AuditEvent) -> str:
    if event.impersonator_id is None:
        return event.actor_role
    return f"{event.actor_role}, impersonated by {event.impersonator_id}"


def audit_rows(events: Sequence[AuditEvent], zone: ZoneInfo) -> list[Row]:
    """Return the trail; each event opens the page of what it is about, if that has one."""
    return [
        Row(
            (
                Cell(fmt.moment(event.created_at, zone), title=fmt.utc(event.created_at)),
                Cell(event.actor_id, _acting(event), title=event.actor_id),
                Cell(audit_words.WORDS.get(event.action, event.action), event.action),
                Cell(event.subject_type, event.subject_id, title=event.subject_id),
                _details(event),
                Cell(event.request_id or fmt.NONE, title=event.request_id or ""),
            ),
            *(audit_words.page_of(event) or ()),
        )
        for event in events
    ]


def _details(event: AuditEvent) -> Cell:
    said = ", ".join(f"{name}: {value}" for name, value in (event.details or {}).items())
    return Cell(said or fmt.NONE, title=said)
