"""Overview: figures of the day for everybody, reviewers and ops, and the newest sessions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import streamlit as st

from lib.auth.roles import Role, allows, page_allowed, page_known
from lib.data import Caller, DataError, alerts, metrics, review_queues, reviews, user_sessions
from lib.data.records import DaySummary, Rollup, UserSession
from lib.observability.logs import get_logger
from lib.product import figures as fmt
from lib.product.objectives import ASSESSMENT, FIRST_TOKEN, FULL_TURN, STORAGE_LATENCY
from lib.ui.parts import charts, plots, session_rows
from lib.ui.parts.page_heading.component import Fact, Link, page_heading
from lib.ui.parts.periods import DAY
from lib.ui.parts.record_table.component import Tone, record_table
from lib.ui.parts.rollup_sums import DEMO, Sum, by_dimension, total
from lib.ui.shell import notices
from lib.ui.shell.navigation import remember_list
from lib.ui.shell.visitor import Visitor
from lib.work.services import services

OPERATIONS_KEY: Final = "overview-operations"
QUALITY_KEY: Final = "overview-quality"
_MOST: Final = 200
_LATENCY: Final = (
    ("turn.ttft", "First token", FIRST_TOKEN.limit_ms),
    ("turn.latency", "Full turn", FULL_TURN.limit_ms),
    ("session.assessment", "Assessment", ASSESSMENT.limit_ms),
)
_log = get_logger(__name__)


def quality(visitor: Visitor, now: datetime) -> None:
    """Draw today's reviews and what is left, for reviewers."""
    if allows(visitor.member.role, Role.REVIEWER):
        _line("Reviews", QUALITY_KEY, visitor, lambda: _quality(visitor.caller, now))


def operations(visitor: Visitor, now: datetime) -> None:
    """Draw alerts, latency, storage and sign-in of 24 hours, for roles with access to them."""
    if page_allowed(visitor.member.role, "/storage"):
        title = f"Operations, last {DAY.label}"
        _line(title, OPERATIONS_KEY, visitor, lambda: _operations(visitor.caller, now))


def _line(title: str, key: str, visitor: Visitor, load: Callable[[], list[Fact]]) -> None:
    """Draw one line of figures; if loading fails, only this line shows an error."""
    st.caption(title)
    try:
        facts = load()
    except DataError as error:
        _log.warning("overview.line_failed", line=title, reason=str(error))
        st.text(f"Could not be loaded. Request id: {visitor.caller.request_id}")
        return
    page_heading("", key=key, facts=facts)


def _quality(caller: Caller, now: datetime) -> list[Fact]:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    made = reviews.page(
        caller, cursor=None, limit=_MOST, kind="review", from_=midnight, order="desc"
    )
    queues = review_queues.newest_open(caller)
    rest = user_sessions.page(caller, cursor=None, limit=_MOST, review_status="unreviewed")
    kept = [item for item in made.items if item.withdrawn_at is None]
    scores = [item.score for item in kept if item.score is not None]
    mean = f"{sum(scores) / len(scores):.1f}" if scores else fmt.NONE
    left = sum(queue.progress.left for queue in queues)
    unreviewed = Link("", "/sessions", {"review": "Unreviewed"})
    return [
        Fact("Reviews today", _at_least(len(kept), made.next_cursor), link=_to("/review")),
        Fact("Mean score today", mean, link=_to("/review")),
        Fact("Remaining in queues", fmt.count(left), link=_to("/review")),
        Fact("Unreviewed sessions", _at_least(len(rest.items), rest.next_cursor), link=unreviewed),
    ]


def _operations(caller: Caller, now: datetime) -> list[Fact]:
    day = DAY.until(now)

    def read(metric: str) -> list[Rollup]:
        return list(metrics.between(caller, metric, day.start, day.end, day.resolution))

    stored = total(read("storage.operation"))
    decided = by_dimension(read("auth.decision"), "outcome")
    denied = decided.get("denied", Sum()).count
    requests = sum(part.count for part in decided.values())
    waiting = services().recorder.status().waiting
    return [
        _alerts(caller),
        *(_p95(title, total(read(name)), limit, "/latency") for name, title, limit in _LATENCY),
        _p95("Storage", stored, STORAGE_LATENCY.limit_ms, "/storage"),
        Fact(
            "Storage failures",
            fmt.count(stored.failures),
            fmt.share(stored.failures, stored.count),
            _tone(good=not stored.failures),
            _to("/storage"),
        ),
        Fact(
            "Denied requests",
            fmt.count(denied),
            fmt.share(denied, requests),
            None,
            _to("/auth-errors"),
        ),
        Fact(
            "Telemetry",
            "delayed" if waiting else "ok",
            "",
            _tone(good=not waiting),
            _to("/status"),
        ),
    ]


def _alerts(caller: Caller) -> Fact:
    found = alerts.summary(caller)
    note = f"{found.acknowledged_count} acknowledged"
    firing = found.firing_count
    return Fact("Alerts firing", fmt.count(firing), note, _tone(good=not firing), _to("/alerts"))


def _p95(title: str, part: Sum, limit: float, path: str) -> Fact:
    p95 = part.histogram.quantile(0.95)
    tone = None if p95 is None else _tone(good=p95 <= limit)
    note = f"objective {fmt.latency(limit)}"
    return Fact(f"{title}, p95", fmt.latency(p95), note, tone, _to(path))


def _to(path: str) -> Link | None:
    return Link("", path) if page_known(path) else None


def _at_least(count: int, more: str | None) -> str:
    return f"{count}+" if more else fmt.count(count)


def _tone(*, good: bool) -> Tone:
    return "good" if good else "bad"


_DAYS: Final = 30
_NEWEST: Final = 8


def draw(visitor: Visitor) -> None:
    """Draw the page."""
    page_heading("Overview", "Recent activity in the product.", key="overview-heading")
    now = datetime.now(UTC)
    with notices.error_boundary(visitor.caller.request_id, "load the overview"), st.skeleton(420):
        start = now - timedelta(days=_DAYS)
        days = user_sessions.daily(visitor.caller, start, now)
        newest = user_sessions.page(visitor.caller, cursor=None, limit=_NEWEST, order="desc").items
    if not newest:
        notices.empty(
            "Nothing here yet",
            "Sessions appear as soon as the product's backend stores one: POST /api/v1/sessions.",
        )
        return
    _today(days, now)
    quality(visitor, now)
    operations(visitor, now)
    _per_day(days, newest, visitor, now)
    st.header("Newest sessions", anchor=False)
    remember_list("/", [session.id for session in newest])
    table = session_rows.session_rows(newest, visitor.zone)
    record_table("Newest sessions", session_rows.SESSION_COLUMNS, table, key="overview-table")


def _today(days: Sequence[DaySummary], now: datetime) -> None:
    """Draw today's figures (UTC), or those of the last day that had sessions."""
    if not days:
        return
    day = days[-1]
    before = days[-2] if len(days) > 1 else None
    is_today = day.day.date() == now.date()
    which = "Today (UTC)" if is_today else f"{day.day:%A, %d %B} (UTC), the last active day"
    st.caption(which if day.as_of is None else f"{which}, as of {day.as_of:%H:%M:%S} UTC")
    change = f"{day.sessions - before.sessions:+d} vs. the day before" if before else None
    with st.container(horizontal=True):
        charts.metric_card("Sessions", fmt.count(day.sessions), change, arrow=True)
        charts.metric_card("Turns", fmt.count(day.interactions))
        charts.latency_card("First token, p95", day.ttft.p95, FIRST_TOKEN.limit_ms)
        charts.latency_card("Full turn, p95", day.latency.p95, FULL_TURN.limit_ms)
        charts.metric_card("Cost", fmt.dollars(day.cost))


def _per_day(
    days: Sequence[DaySummary], newest: Sequence[UserSession], visitor: Visitor, now: datetime
) -> None:
    known = {day.day.date(): day.sessions for day in days}
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
    dates = [noon - timedelta(days=back) for back in range(_DAYS - 1, -1, -1)]
    series = {"Sessions": [(at, known.get(at.date(), 0)) for at in dates]}
    charts.chart(
        f"Sessions per day, last {_DAYS} days (UTC)",
        plots.stacked_figure(
            series, visitor.zone, "sessions", [charts.colours()["p95"]], height=200
        ),
        plots.counts_frame(series, visitor.zone),
        alt=f"Bar chart of sessions per day; {sum(known.values())} in the last {_DAYS} days.",
        key="overview-days",
        has_demo=any(session.source == DEMO for session in newest),
    )
