"""Sessions as rows of a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

from lib.data.records import SessionUser, User, UserSession
from lib.product import figures as fmt
from lib.product.objectives import FULL_TURN
from lib.product.words import Words
from lib.ui.parts.record_table.component import Cell, Column, Row, Tone
from lib.ui.parts.rollup_sums import DEMO

_MOST_LABELS: Final = 3

SESSION_COLUMNS: Final = (
    Column("Session"),
    Column("Started"),
    Column("Duration", number=True),
    Column("Channel", minor=True),
    Column("Turns", number=True, minor=True),
    Column("Outcome"),
    Column("Review"),
    Column("Slowest turn", number=True),
    Column("Flags", minor=True),
)
OUTCOME_TONES: Final = Words[Tone](
    {
        "active": "accent",
        "completed": "good",
        "abandoned": "warn",
        "failed": "bad",
    },
    lambda _: "muted",
)
REVIEW_WORDS: Final = Words[tuple[str, Tone]](
    {
        "unreviewed": ("unreviewed", "muted"),
        "in_review": ("in review", "accent"),
        "reviewed": ("reviewed", "good"),
    },
    lambda word: (word, "muted"),
)


def columns(*, with_cost: bool = False) -> tuple[Column, ...]:
    """Return the columns of sessions; the cost takes the place of the turns."""
    cost = Column("Cost", number=True)
    return tuple(
        cost if with_cost and column.label == "Turns" else column for column in SESSION_COLUMNS
    )


def name_of(user: User | SessionUser) -> str:
    """Return what a user is called: name, else e-mail address, else phone number, else id."""
    id_ = "Anonymous caller" if user.anonymous else user.clerk_id
    return user.name or user.email or user.phone or id_


def session_rows(
    sessions: Sequence[UserSession],
    zone: ZoneInfo,
    *,
    with_user: bool = True,
    with_cost: bool = False,
) -> list[Row]:
    """Return sessions; each row opens its session.

    Args:
        sessions: the records.
        zone: time zone of the viewer.
        with_user: show the user below the title.
        with_cost: show the cost in place of the number of turns.
    """
    return [
        Row(
            _session_cells(session, zone, with_user=with_user, with_cost=with_cost),
            "/session",
            {"id": session.id},
            session.id,
        )
        for session in sessions
    ]


def _session_cells(
    session: UserSession, zone: ZoneInfo, *, with_user: bool, with_cost: bool
) -> tuple[Cell, ...]:
    name = name_of(session.user)
    title = session.title or session.external_id
    review, tone = REVIEW_WORDS[session.review_status]
    score = f" {session.score:g}/5" if session.score is not None else ""
    worst = session.worst_latency_ms
    late = worst is not None and worst > FULL_TURN.limit_ms
    return (
        Cell(title, name if with_user else "", initials=fmt.initials(name) if with_user else None),
        Cell(fmt.moment(session.started_at, zone), title=fmt.utc(session.started_at)),
        Cell(fmt.clock(session.duration_ms)),
        Cell(session.channel),
        Cell(fmt.dollars(session.cost) if with_cost else fmt.count(session.interaction_count)),
        Cell(session.status, tone=OUTCOME_TONES[session.status], chip=True),
        Cell(review + score, tone=tone, chip=session.review_status != "unreviewed"),
        Cell(
            fmt.latency(worst),
            tone="warn" if late else None,
            title=f"over the objective of {fmt.latency(FULL_TURN.limit_ms)}" if late else "",
        ),
        Cell("", chips=_flags(session)),
    )


def _flags(session: UserSession) -> tuple[tuple[str, Tone], ...]:
    """Return flags: recordings, legal hold, some labels, demo data."""
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
