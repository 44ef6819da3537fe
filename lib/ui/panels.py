"""Charts on a page: with a table behind, a note about demo data, and words for emptiness."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from lib.ui import charts
from lib.ui.series import WINDOWS, Window


def choose_window(default: str = "24 hours") -> Window:
    """Draw the choice of the stretch of time; it is kept in the address as `window`."""
    chosen = st.segmented_control(
        "Window", [window.label for window in WINDOWS], default=default, required=True,
        key="window", bind="query-params", label_visibility="collapsed",
    )  # fmt: skip
    return next(window for window in WINDOWS if window.label == (chosen or default))


def number(
    label: str,
    value: str,
    change: str | None = None,
    *,
    judged: Literal["good", "bad"] | None = None,
    arrow: bool = False,
) -> None:
    """Draw one big number in a card.

    Args:
        label: what it is.
        value: with its unit.
        change: small line below.
        judged: colours the small line.
        arrow: the small line is a signed change and gets an arrow.
    """
    colour: Literal["green", "red", "off"] = "off"
    if judged is not None:
        colour = "green" if judged == "good" else "red"
    st.metric(
        label, value, change, delta_color=colour, delta_arrow="auto" if arrow else "off",
        border=True, height="stretch",
    )  # fmt: skip


def chart(
    title: str,
    figure: go.Figure,
    table: pd.DataFrame,
    *,
    alt: str,
    key: str,
    has_demo: bool = False,
) -> None:
    """Draw a chart with the table that it is made of one click away.

    Args:
        title: heading; ours, not somebody's words.
        figure: to draw.
        table: behind it.
        alt: what the chart shows, for screen readers.
        key: unique on the page.
        has_demo: made of demo data, which the heading then says.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(title, anchor=False, width="content")
        if has_demo:
            st.badge("demo data", icon=":material/science:", color="violet")
    st.plotly_chart(figure, config=charts.CONFIG, alt=alt, key=key)
    with st.expander("Table", icon=":material/table_rows:"):
        st.dataframe(table, hide_index=True, key=f"{key}-table")


def as_of(newest: datetime | None, expected_seconds: int) -> None:
    """Say so when the newest data is older than expected.

    Args:
        newest: end of the newest data, None if there is none.
        expected_seconds: how old it may be without a word.
    """
    if newest is None:
        return
    age = int((datetime.now(UTC) - newest).total_seconds())
    if age > expected_seconds:
        minutes = age // 60
        st.caption(f":material/schedule: The newest measurement is {minutes} minutes old.")
