"""Charts on a page: with a table behind, a note about demo data, and words for emptiness."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, Literal, Protocol, TypeVar

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from lib.data.functions import Page
from lib.product import figures as fmt
from lib.ui.parts import charts
from lib.ui.parts.periods import DAY, WINDOWS, Period, custom
from lib.ui.shell import notices

CUSTOM: Final = "Custom"


def period_picker(default: str = DAY.label) -> None:
    """Draw the choice of the stretch of time that `chosen_period` returns.

    The address keeps it: `window` holds the preset or `Custom`, then `from` and `to` hold times in
    UTC, for instance `window=Custom&from=2026-11-24T10:00&to=2026-11-24T12:30`.
    """
    labels = [window.label for window in WINDOWS]
    with st.container(horizontal=True, vertical_alignment="bottom", width="content"):
        chosen = st.segmented_control(
            "Window",
            [*labels, CUSTOM],
            default=default,
            required=True,
            key="window",
            bind="query-params",
            label_visibility="collapsed",
        )
        if chosen == CUSTOM:
            end = datetime.now(UTC).replace(second=0, microsecond=0, tzinfo=None)
            for label, key, value in (("From", "from", end - DAY.length), ("To", "to", end)):
                st.datetime_input(
                    f"{label} (UTC)", value, key=key, bind="query-params", step=60, width=190
                )


def chosen_period(now: datetime, default: str = DAY.label) -> Period:
    """Return the chosen stretch of time; ends the run with a word if it cannot be drawn."""
    chosen = st.session_state.get("window") or default
    if chosen != CUSTOM:
        return next(window for window in WINDOWS if window.label == chosen).until(now)
    start, end = st.session_state.get("from"), st.session_state.get("to")
    try:
        return custom(
            (start or now - DAY.length).replace(tzinfo=UTC), (end or now).replace(tzinfo=UTC), now
        )
    except ValueError as error:
        notices.empty("Invalid period", str(error))
        st.stop()


def period_params(*names: str) -> dict[str, str]:
    """Return the query parameters that say which period is looked at, and these."""
    wanted = ("window", "from", "to", "refresh", *names)
    return {name: st.query_params[name] for name in wanted if name in st.query_params}


class _Dated(Protocol):
    @property
    def at(self) -> datetime: ...


Event = TypeVar("Event", bound=_Dated)


def events_since(page: Page[Event], start: datetime) -> Page[Event]:
    """Return a page, newest first, as far as it lies after `start`.

    The list is not asked for its start, because cursors belong to one start, and that moves on.
    """
    items = tuple(event for event in page.items if event.at >= start)
    return Page(items, page.next_cursor if len(items) == len(page.items) else None)


def metric_card(
    label: str,
    value: str,
    change: str | None = None,
    *,
    rating: Literal["good", "bad"] | None = None,
    arrow: bool = False,
) -> None:
    """Draw one big number in a card.

    Args:
        label: what it is.
        value: with its unit.
        change: small line below.
        rating: colours the small line.
        arrow: the small line is a signed change and gets an arrow.
    """
    colour: Literal["green", "red", "off"] = "off"
    if rating is not None:
        colour = "green" if rating == "good" else "red"
    st.metric(
        label,
        value,
        change,
        delta_color=colour,
        delta_arrow="auto" if arrow else "off",
        border=True,
        height="stretch",
    )


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
    # The chart's own code comes late on a first visit: its place is kept, so that nothing jumps.
    with st.container(height=figure.layout.height, border=False, key=f"{key}-frame"):
        st.plotly_chart(figure, config=charts.CONFIG, alt=alt, key=key)
    with st.expander("Table", icon=":material/table_rows:"):
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
        expected_seconds: how old it may be without a word.
    """
    if newest is None:
        return
    age = int((datetime.now(UTC) - newest).total_seconds())
    if age > expected_seconds:
        minutes = age // 60
        st.caption(f":material/schedule: The newest data is {minutes} minutes old.")
