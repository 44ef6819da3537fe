"""Results of reviews: score trends and the newest reviews."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import streamlit as st

from lib.data import Page, reviews
from lib.data.records import Review, ScoreTrend
from lib.product import figures as fmt
from lib.ui.parts import charts, plots
from lib.ui.parts.export_panel import list_export
from lib.ui.parts.pager import PAGE_SIZE, Pager
from lib.ui.parts.periods import UTC_DAYS
from lib.ui.parts.record_table.component import record_table
from lib.ui.review import current_review, places, rows
from lib.ui.shell import notices
from lib.ui.shell.visitor import Visitor
from lib.work.list_export import export_reviews

_DAYS: Final = 30
_MOST: Final = 200
_EVERYBODY, _MINE = "Everybody", "Mine"
_BY: Final = ("Model", "Provider", "Rubric")


def draw(visitor: Visitor) -> None:
    """Draw the results."""
    now = datetime.now(UTC)
    whose = _EVERYBODY
    if places.may_review(visitor.member):
        whose = st.segmented_control(
            "Whose",
            [_EVERYBODY, _MINE],
            default=_EVERYBODY,
            required=True,
            key="whose",
            bind="query-params",
            label_visibility="collapsed",
        )
    # From midnight, so that the pages of the list agree on where it begins.
    since = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=_DAYS)
    wanted: dict[str, Any] = {"from_": since}
    view = {"since": f"{since:%Y-%m-%d}"}
    if whose == _MINE:
        wanted["reviewer_id"] = view["reviewer"] = visitor.member.user_id
    pager = Pager("reviews", whose)
    with notices.error_boundary(visitor.caller.request_id, "load the reviews"), st.skeleton(420):
        scores = reviews.trends(visitor.caller, since, now) if whose == _EVERYBODY else ()
        counted = reviews.page(visitor.caller, cursor=None, limit=_MOST, **wanted)
        page = reviews.page(
            visitor.caller, cursor=pager.cursor, limit=PAGE_SIZE, named=True, **wanted
        )
    if not counted.items:
        notices.empty(
            f"No reviews in the last {_DAYS} days",
            "Reviews appear here when they are submitted.",
        )
    else:
        _figures(counted)
    if scores:
        _trends(scores, visitor)
    if not counted.items:
        return
    st.header("Newest reviews", anchor=False)
    table = rows.review_rows(page.items, visitor.zone)
    record_table("Reviews", rows.REVIEW_COLUMNS, table, key="review-results-table")
    pager.controls(len(page.items), page.next_cursor)
    list_export(visitor, "/review", export_reviews, wanted, view)


def _figures(counted: Page[Review]) -> None:
    """Draw figures of the very reviews that are listed below."""
    number = len(counted.items)
    scores = [review.score for review in counted.items if review.score is not None]
    mean = sum(scores) / len(scores) if scores else None
    of = f"of the newest {number}" if counted.next_cursor else None
    with st.container(horizontal=True):
        more = "+" if counted.next_cursor else ""
        charts.metric_card(f"Reviews, {_DAYS} days", f"{fmt.count(number)}{more}")
        charts.metric_card("Mean score", _score(mean), of)


def _trends(scores: tuple[ScoreTrend, ...], visitor: Visitor) -> None:
    by = st.segmented_control(
        "By", _BY, default=_BY[0], required=True, key="by", bind="query-params"
    )
    groups: dict[str, dict[datetime, list[ScoreTrend]]] = {}
    for score in scores:
        name = {
            "Model": score.model_id or "unknown model",
            "Provider": score.provider or "unknown provider",
        }.get(by) or _rubric_name(visitor, score.rubric_id)
        groups.setdefault(name, {}).setdefault(score.day, []).append(score)
    series = {
        name: [(day, _mean(tuple(found))) for day, found in sorted(days.items())]
        for name, days in sorted(groups.items())
    }
    charts.chart(
        f"Mean score by {by.lower()} and day on which the session started (UTC)",
        plots.scores_figure(series, UTC_DAYS, charts.series_colours()),
        plots.counts_frame(series, UTC_DAYS),
        alt=f"Mean scores per day of {', '.join(series)}, from 1 to 5.",
        key="review-trends",
    )


def _rubric_name(visitor: Visitor, rubric_id: str) -> str:
    rubric = current_review.rubric_of(visitor, rubric_id)
    return f"{rubric.name} {rubric.version}"


def _mean(scores: tuple[ScoreTrend, ...]) -> float | None:
    count = sum(score.review_count for score in scores)
    return sum(score.mean_score * score.review_count for score in scores) / count if count else None


def _score(value: float | None) -> str:
    return fmt.NONE if value is None else f"{value:.2f} of 5"
