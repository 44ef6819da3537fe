"""The day in one line for those who review and those who operate: figures with links onward."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import streamlit as st

from lib.auth.roles import Role, allows, page_allowed, page_known
from lib.data import alerts, metrics, review_queues, reviews, user_sessions
from lib.data.records import Rollup
from lib.jobs.services import services
from lib.ui import formatting as fmt
from lib.ui import views
from lib.ui.identity import Visitor
from lib.ui.objectives import ASSESSMENT_MS, STORAGE_MS, TTFT_MS, TURN_MS
from lib.ui.page_heading.component import Fact, Link, page_heading
from lib.ui.periods import DAY
from lib.ui.record_table.component import Tone
from lib.ui.series import Sum, by_dimension, total

OPERATIONS_KEY: Final = "overview-operations"
QUALITY_KEY: Final = "overview-quality"
_MOST: Final = 200
_LATENCY: Final = (
    ("turn.ttft", "First token", TTFT_MS),
    ("turn.latency", "Full turn", TURN_MS),
    ("session.assessment", "Assessment", ASSESSMENT_MS),
)


def quality(visitor: Visitor, now: datetime) -> None:
    """Draw what was reviewed today and what waits, for those who review."""
    if not allows(visitor.member.role, Role.REVIEWER):
        return
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    caller = visitor.caller
    with views.failures_told(caller.request_id, "The reviews"):
        made = reviews.page(
            caller, cursor=None, limit=_MOST, kind="review", from_=midnight, order="desc"
        )
        queues = review_queues.page(caller, cursor=None, limit=_MOST, state="open").items
        unreviewed = user_sessions.page(
            caller, cursor=None, limit=_MOST, review_status="unreviewed"
        )
    kept = [item for item in made.items if item.withdrawn_at is None]
    scores = [item.score for item in kept if item.score is not None]
    open_items = sum(queue.progress.left for queue in queues)
    st.caption("Reviews")
    page_heading(
        "", key=QUALITY_KEY,
        facts=[
            Fact("Reviews today", _at_least(len(kept), made.next_cursor), link=_to("/review")),
            Fact("Mean score today", f"{sum(scores) / len(scores):.1f}" if scores else fmt.NONE,
                 link=_to("/review")),
            Fact("Waiting in queues", fmt.count(open_items), link=_to("/review")),
            Fact(
                "Sessions not reviewed", _at_least(len(unreviewed.items), unreviewed.next_cursor),
                link=Link("", "/sessions", {"review": "Unreviewed"}),
            ),
        ],
    )  # fmt: skip


def operations(visitor: Visitor, now: datetime) -> None:
    """Draw alerts, latency, storage and sign-in of 24 hours, for those who may see more of it."""
    if not page_allowed(visitor.member.role, "/storage"):
        return
    day = DAY.until(now)
    caller = visitor.caller

    def read(metric: str) -> list[Rollup]:
        return list(metrics.between(caller, metric, day.start, day.end, day.resolution))

    with views.failures_told(caller.request_id, "The state of operations"):
        incidents = alerts.summary(caller)
        stored = total(read("storage.operation"))
        decided = by_dimension(read("auth.decision"), "outcome")
        latencies = [(title, limit, total(read(name))) for name, title, limit in _LATENCY]
    firing = incidents.firing_count
    denied = decided.get("denied", Sum()).count
    waiting = services().recorder.status().waiting
    st.caption(f"Operations, last {DAY.label}")
    page_heading(
        "", key=OPERATIONS_KEY,
        facts=[
            Fact(
                "Alerts firing", fmt.count(firing), _acknowledged(incidents.acknowledged_count),
                _tone(good=not firing), _to("/alerts"),
            ),
            *(
                Fact(f"{title}, p95", fmt.latency(_p95(part)), f"objective {fmt.latency(limit)}",
                     _against(part, limit), _to("/latency"))
                for title, limit, part in latencies
            ),
            Fact("Storage, p95", fmt.latency(_p95(stored)), f"objective {fmt.latency(STORAGE_MS)}",
                 _against(stored, STORAGE_MS), _to("/storage")),
            Fact(
                "Storage failures", fmt.count(stored.failures),
                fmt.share(stored.failures, stored.count), _tone(good=not stored.failures),
                _to("/storage"),
            ),
            Fact(
                "Denied requests", fmt.count(denied),
                fmt.share(denied, sum(part.count for part in decided.values())), None,
                _to("/auth-errors"),
            ),
            Fact("Measurements", "wait" if waiting else "arrive", "", _tone(good=not waiting),
                 _to("/status")),
        ],
    )  # fmt: skip


def _to(path: str) -> Link | None:
    return Link("", path) if page_known(path) else None


def _at_least(count: int, more: str | None) -> str:
    return f"{count}+" if more else fmt.count(count)


def _acknowledged(count: int) -> str:
    return f"{count} acknowledged"


def _p95(part: Sum) -> float | None:
    return part.histogram.quantile(0.95)


def _against(part: Sum, limit: float) -> Tone | None:
    p95 = _p95(part)
    return None if p95 is None else _tone(good=p95 <= limit)


def _tone(*, good: bool) -> Tone:
    return "good" if good else "bad"
