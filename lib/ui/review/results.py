"""Results of reviews: score trends and the newest reviews."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import streamlit as st

from lib.data import reviews
from lib.data.records import ScoreTrend
from lib.product import figures as fmt
from lib.ui.parts import charts, plots
from lib.ui.parts.export_panel import list_export
from lib.ui.parts.pager import PAGE_SIZE, Pager
from lib.ui.parts.periods import UTC_DAYS
from lib.ui.parts.record_table.component import record_table
from lib.ui.review import current_review, rows
from lib.ui.shell import notices
from lib.ui.shell.visitor import Visitor
from lib.work.list_export import export_reviews

_DAYS: Final = 30
_BY: Final = ("Model", "Provider", "Rubric")


def draw(visitor: Visitor) -> None:
    """Draw the results."""
    now = datetime.now(UTC)
    pager = Pager("reviews", ())
    with notices.error_boundary(visitor.caller.request_id, "load the reviews"), st.skeleton(420):
        scores = reviews.trends(visitor.caller, now - timedelta(days=_DAYS), now)
        page = reviews.page(visitor.caller, cursor=pager.cursor, limit=PAGE_SIZE)
    if not page.items and not scores:
        notices.empty("No reviews yet", "Submitted reviews appear here for every team member.")
        return
    if scores:
        _figures(scores)
        _trends(scores, visitor)
    else:
        notices.empty(
            f"No score for the last {_DAYS} days",
            "Scores are counted on the day on which the session started.",
        )
    st.header("Newest reviews", anchor=False)
    table = rows.review_rows(page.items, visitor.zone)
    record_table("Reviews", rows.REVIEW_COLUMNS, table, key="review-results-table")
    pager.controls(len(page.items), page.next_cursor)
    list_export(visitor, "/review", export_reviews, {}, {})


def _figures(scores: tuple[ScoreTrend, ...]) -> None:
    count = sum(score.review_count for score in scores)
    with st.container(horizontal=True):
        charts.metric_card(f"Reviews, {_DAYS} days", fmt.count(count))
        charts.metric_card("Mean score", _score(_mean(scores)))


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
        f"Mean score per day by {by.lower()} (UTC)",
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
