"""Charts on a page with the table behind them, metric cards, and the theme's chart colours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, Literal

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from lib.product import figures as fmt
from lib.ui.parts import plots

_LIGHT: Final = {
    "p50": "#8fbdb4",
    "p95": "#1f6f63",
    "p99": "#7a4a86",
    "objective": "#b8641b",
    "good": "#8fbdb4",
    "bad": "#b23a48",
    "before": "#74807b",
}
_DARK: Final = {
    "p50": "#3a9385",
    "p95": "#63bfae",
    "p99": "#c39bd3",
    "objective": "#e6a15c",
    "good": "#3a9385",
    "bad": "#e8838f",
    "before": "#93a19b",
}
_SERIES_LIGHT: Final = ("#b8641b", "#7a4a86", "#b23a48", "#3a6ea5", "#9a7b12", "#1f6f63", "#74807b")
_SERIES_DARK: Final = ("#e6a15c", "#c39bd3", "#e8838f", "#86b4e4", "#d9be62", "#63bfae", "#93a19b")


_SCALE_LIGHT: Final = ("#dcebe7", "#aed0c9", "#6fa99e", "#347f72", "#103f39")
_SCALE_DARK: Final = ("#1d3a35", "#2b5f56", "#3a9385", "#63bfae", "#b7ece0")


def _is_dark() -> bool:
    return bool(st.context.theme.type == "dark")


def colours() -> Mapping[str, str]:
    """Return the theme's chart colours by meaning."""
    return _DARK if _is_dark() else _LIGHT


def series_colours() -> tuple[str, ...]:
    """Return colours for series without a meaning of their own."""
    return _SERIES_DARK if _is_dark() else _SERIES_LIGHT


def scale_colours() -> tuple[str, ...]:
    """Return colours from few to many."""
    return _SCALE_DARK if _is_dark() else _SCALE_LIGHT


def metric_card(
    label: str,
    value: str,
    change: str | None = None,
    *,
    rating: Literal["good", "bad"] | None = None,
    arrow: bool = False,
    line: str = "",
    width: int | Literal["stretch"] = "stretch",
) -> None:
    """Draw one big number in a card.

    Args:
        label: what it is.
        value: with its unit.
        change: small line below.
        rating: colours the small line.
        arrow: the small line is a signed change and gets an arrow.
        line: drawn below (`lib.ui.parts.sparklines`).
        width: in pixels; default as wide as there is room.
    """
    colour: Literal["green", "red", "off"] = "off"
    if rating is not None:
        colour = "green" if rating == "good" else "red"
    card = st.container(border=True, width=width, height="stretch", gap=None) if line else st
    card.metric(
        label,
        value,
        change,
        delta_color=colour,
        delta_arrow="auto" if arrow else "off",
        border=not line,
        height="content" if line else "stretch",
        width="stretch" if line else width,
    )
    if line:
        card.html(line)


def latency_card(label: str, value: float | None, objective: float) -> None:
    """Draw a percentile in milliseconds in a card, coloured by its objective."""
    if value is None:
        metric_card(label, fmt.NONE)
        return
    metric_card(
        label,
        fmt.latency(value),
        f"objective {fmt.latency(objective)}",
        rating="good" if value <= objective else "bad",
    )


def chart(
    title: str,
    figure: go.Figure,
    table: pd.DataFrame,
    *,
    alt: str,
    key: str,
    has_demo: bool = False,
) -> None:
    """Draw a chart and, in an expander, its table.

    Args:
        title: heading; fixed text, never user input.
        figure: to draw.
        table: the data of the chart.
        alt: what the chart shows, for screen readers.
        key: unique on the page.
        has_demo: contains demo data, which the heading then says.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(title, anchor=False, width="content")
        if has_demo:
            st.badge("demo data", icon=":material/science:", color="violet")
    # Chart code loads late on a first visit: reserve its height, so that nothing moves.
    with st.container(height=figure.layout.height, border=False, key=f"{key}-frame"):
        st.plotly_chart(figure, config=plots.CONFIG, alt=alt, key=key)
    # The table's own toolbar is hidden (`lib.ui.shell.dashboard`): its CSV would be a second one.
    with (
        st.container(key=f"{key}-table-behind"),
        st.expander("Table", icon=":material/table_rows:"),
    ):
        st.dataframe(table, hide_index=True, key=f"{key}-table")
        st.download_button(
            "Download CSV",
            table.to_csv(index=False),
            f"{key}.csv",
            "text/csv",
            key=f"{key}-csv",
            icon=":material/download:",
            on_click="ignore",
        )


def stale_data_notice(newest: datetime | None, expected_seconds: int) -> None:
    """Say so when the newest data is older than expected.

    Args:
        newest: end of the newest data, None if there is none.
        expected_seconds: maximum age without a notice.
    """
    if newest is None:
        return
    age = int((datetime.now(UTC) - newest).total_seconds())
    if age > expected_seconds:
        minutes = age // 60
        st.caption(f":material/schedule: The newest data is {minutes} minutes old.")
