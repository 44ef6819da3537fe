"""The day in one line for those who review and those who operate: figures with links onward."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

import streamlit as st

from lib.auth.roles import Role, allows, page_allowed, page_known
from lib.data import Caller, DataError, alerts, metrics, review_queues, reviews, user_sessions
from lib.data.records import Rollup
from lib.observability.logs import get_logger
from lib.product import figures as fmt
from lib.product.objectives import ASSESSMENT, FIRST_TOKEN, FULL_TURN, STORAGE_LATENCY
from lib.ui.parts.page_heading.component import Fact, Link, page_heading
from lib.ui.parts.periods import DAY
from lib.ui.parts.record_table.component import Tone
from lib.ui.parts.series import Sum, by_dimension, total
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
    """Draw what was reviewed today and what waits, for those who review."""
    if allows(visitor.member.role, Role.REVIEWER):
        _line("Reviews", QUALITY_KEY, visitor, lambda: _quality(visitor.caller, now))


def operations(visitor: Visitor, now: datetime) -> None:
    """Draw alerts, latency, storage and sign-in of 24 hours, for those who may see more of it."""
    if page_allowed(visitor.member.role, "/storage"):
        title = f"Operations, last {DAY.label}"
        _line(title, OPERATIONS_KEY, visitor, lambda: _operations(visitor.caller, now))


def _line(title: str, key: str, visitor: Visitor, load: Callable[[], list[Fact]]) -> None:
    """Draw one line; one that cannot be loaded says so and takes nothing else with it."""
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
        Fact("Left in queues", fmt.count(left), link=_to("/review")),
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
