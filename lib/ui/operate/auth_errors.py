"""Auth errors: denials by reason, route and credential over time, their sources, what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import streamlit as st

from lib.data import events, metrics
from lib.data.records import AuthEvent, Rollup
from lib.observability.unusual import LEAST, SPREADS, threshold
from lib.product import figures as fmt
from lib.product.lifetimes import SINGLE_EVENTS
from lib.product.reason_guidance import REASONS
from lib.ui.operate import event_rows, find_request
from lib.ui.operate.what_to_do import draw_guidance
from lib.ui.parts import charts, plots, refresh
from lib.ui.parts.page_heading.component import page_heading
from lib.ui.parts.pager import PAGE_SIZE, Pager
from lib.ui.parts.periods import Period, chosen_period, events_since, period_params, period_picker
from lib.ui.parts.record_table.component import Cell, Column, Row, record_table
from lib.ui.parts.rollup_sums import Sum, by_dimension, counts_over_time, over_time, split, total
from lib.ui.shell import notices
from lib.ui.shell.visitor import Visitor

METRIC: Final = "auth.decision"
PATH: Final = "/auth-errors"
DENIED: Final = "denied"
_EXPECTED_SECONDS: Final = 15 * 60
_SOURCE_PAGES, _SOURCE_PAGE = 5, 200
_TOP: Final = 8
_BY: Final = ("Reason", "Route", "Credential")
_REASON_COLUMNS: Final = (
    Column("Reason"),
    Column("Denied", number=True),
    Column("Previous period", number=True),
    Column("Meaning"),
)
_SOURCE_COLUMNS: Final = (
    Column("Source (hashed)"),
    Column("Denied", number=True),
    Column("Reasons"),
    Column("Routes"),
    Column("Last seen"),
)


@dataclass(frozen=True, slots=True)
class _Loaded:
    """Rollups of a period, its denials, and those of the previous period."""

    period: Period
    all: list[Rollup]
    denied: list[Rollup]
    before: list[Rollup]


def draw(_visitor: Visitor) -> None:
    """Draw the page."""
    page_heading(
        "Auth errors",
        "Authentication and access decisions for every route. Reasons use Clerk's names where they "
        "exist.",
        key="auth-heading",
    )
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        period_picker()
        every = refresh.refresh_picker()
    refresh.auto_refresh(PATH, every, _body)


def _body(visitor: Visitor) -> None:
    period = chosen_period(datetime.now(UTC))
    with (
        notices.error_boundary(visitor.caller.request_id, "load sign-in metrics"),
        refresh.skeleton(420),
    ):
        loaded = _load(visitor, period)
    if loaded.all:
        _figures(loaded)
        _chart(loaded, visitor)
        _reasons(loaded)
    else:
        notices.empty(
            f"No sign-in decisions in this period ({period.label})",
            "Measurements arrive about ten seconds after a request. Choose a longer period.",
        )
    _explanation()
    _sources(visitor, period)
    _events(visitor, period)


def _load(visitor: Visitor, period: Period) -> _Loaded:
    first = period.before().start
    rollups = metrics.between(visitor.caller, METRIC, first, period.end, period.resolution)
    before, now = split(rollups, period.start)
    return _Loaded(period, now, _denials(now), _denials(before))


def _denials(rollups: Sequence[Rollup]) -> list[Rollup]:
    return [item for item in rollups if item.dimensions.get("outcome") == DENIED]


def _figures(loaded: _Loaded) -> None:
    whole, refused, before = total(loaded.all), total(loaded.denied), total(loaded.before)
    outcomes = by_dimension(loaded.all, "outcome")
    allowed = outcomes.get("allowed", Sum()).count
    returned = sum(
        item.count
        for item in loaded.all
        if item.dimensions.get("outcome") == "redirected"
        and item.dimensions.get("reason") == "signed-in"
    )
    with st.container(horizontal=True):
        charts.metric_card("Decisions", fmt.count(whole.count))
        charts.metric_card(
            "Denied",
            fmt.count(refused.count),
            f"{fmt.share(refused.count, whole.count)}, previously {fmt.count(before.count)}",
        )
        ratio = fmt.number(allowed / refused.count, 3) if refused.count else fmt.NONE
        charts.metric_card("Allowed per denial", ratio, f"{fmt.count(allowed)} allowed")
        charts.metric_card(
            "Clerk redirects completed", fmt.count(returned), "sign-ins and token refreshes"
        )
        charts.metric_card("Decision time, p95", fmt.latency(whole.histogram.quantile(0.95)))


def _chart(loaded: _Loaded, visitor: Visitor) -> None:
    period, denied = loaded.period, loaded.denied
    points = over_time(loaded.all, period)
    measured = [at + period.step for at, part in points if part.count]
    if period.goes_on and measured:
        charts.stale_data_notice(min(measured[-1], datetime.now(UTC)), _EXPECTED_SECONDS)
    if not denied:
        st.header("Denials", anchor=False)
        notices.empty("No denials in this period", "Denials appear here by reason.")
        return
    by = (
        st.segmented_control(
            "Denials by",
            _BY,
            default=_BY[0],
            required=True,
            key="by",
            bind="query-params",
            label_visibility="collapsed",
            format_func=lambda name: f"By {name.lower()}",
        )
        or _BY[0]
    )
    series = _series(denied, period, by)
    counts = [part.count for _, part in over_time(denied, period)]
    limit = threshold([part.count for _, part in over_time(loaded.before, period.before())])
    unusual = [(at, n) for at, n in zip(period.starts(), counts, strict=True) if n >= limit]
    figure = plots.stacked_figure(series, visitor.zone, "denied requests", charts.series_colours())
    plots.mark_unusual(figure, unusual, visitor.zone, charts.colours()["bad"])
    charts.chart(
        f"Denials by {by.lower()}",
        figure,
        plots.counts_frame(series, visitor.zone),
        alt=f"Denied requests over time by {by.lower()}: {', '.join(series)}. "
        f"{len(unusual)} steps are unusual.",
        key="auth-denials",
        has_demo=total(denied).has_demo,
    )
    st.caption(
        f"Marked as unusual: {fmt.count(limit)} or more denials in {fmt.span(period.step)} (the "
        f"median of the previous period plus {SPREADS:g} times its spread, at least {LEAST})."
    )


def _series(
    denied: Sequence[Rollup], period: Period, by: str
) -> dict[str, list[tuple[datetime, int]]]:
    if by != "Credential":
        return counts_over_time(denied, period, by.lower())
    groups: dict[str, list[Rollup]] = {}
    for item in denied:
        credential = credential_of(
            item.dimensions.get("reason", ""), item.dimensions.get("route", "")
        )
        groups.setdefault(credential, []).append(item)
    return {
        name: [(at, part.count) for at, part in over_time(group, period)]
        for name, group in sorted(groups.items())
    }


def credential_of(reason: str, route: str) -> str:
    """Return the kind of the refused credential, derived from reason and route."""
    if reason.startswith("service-token"):
        return "Earshot service token"
    if reason == "bearer-missing":
        return "no credential"
    return "Clerk, Bearer token" if route == "/api/*" else "Clerk, browser"


def _reasons(loaded: _Loaded) -> None:
    if not loaded.denied:
        return
    earlier = by_dimension(loaded.before, "reason")
    here = period_params("by")
    table = [
        Row(
            (
                Cell(reason),
                Cell(fmt.count(part.count)),
                Cell(fmt.count(earlier[reason].count if reason in earlier else 0)),
                Cell(REASONS[reason].meaning if reason in REASONS else ""),
            ),
            PATH,
            {**here, "reason": reason},
        )
        for reason, part in by_dimension(loaded.denied, "reason").items()
    ]
    record_table("Denials by reason", _REASON_COLUMNS, table, key="auth-reasons")
    st.caption("Select a reason to see what to do about it and its latest denials.")


def _explanation() -> None:
    """Draw the picker of a reason and its guidance."""
    st.header("What a reason means and what to do", anchor=False)
    reason = st.selectbox(
        "Reason",
        sorted(REASONS),
        index=None,
        placeholder="All reasons",
        key="reason",
        bind="query-params",
        label_visibility="collapsed",
        width=520,
    )
    if reason is None:
        st.caption("Choose a reason here or in the table above.")
        return
    with st.container(border=True):
        draw_guidance(REASONS[reason])


def _sources(visitor: Visitor, period: Period) -> None:
    st.header("Top sources", anchor=False)
    with (
        notices.error_boundary(visitor.caller.request_id, "load the sources"),
        refresh.skeleton(200),
    ):
        kept, complete = _kept(visitor, period)
    known = [event for event in kept if event.client_hash]
    if not known:
        notices.empty("No sources", f"Single denials are kept for {fmt.span(SINGLE_EVENTS)}.")
        return
    table = []
    for client, count in Counter(event.client_hash for event in known).most_common(_TOP):
        own = [event for event in known if event.client_hash == client]
        table.append(
            Row(
                (
                    Cell(client or ""),
                    Cell(fmt.count(count), fmt.share(count, len(known))),
                    Cell(_listed(event.reason for event in own)),
                    Cell(_listed(event.route for event in own)),
                    Cell(fmt.moment(own[0].at, visitor.zone), title=fmt.utc(own[0].at)),
                )
            )
        )
    record_table("Sources of denials", _SOURCE_COLUMNS, table, key="auth-sources")
    which = "all" if complete else "the newest"
    st.caption(
        f"Counts {which} {fmt.count(len(known))} denials of this period, at most 20 a minute per "
        "source. The address is hashed with a key of this deployment."
    )


def _kept(visitor: Visitor, period: Period) -> tuple[list[AuthEvent], bool]:
    """Return the newest stored denials of a period, newest first, and whether they are complete."""
    kept: list[AuthEvent] = []
    cursor: str | None = None
    for _ in range(_SOURCE_PAGES):
        page = events_since(
            events.auth_page(
                visitor.caller,
                to=None if period.goes_on else period.end,
                outcome=DENIED,
                order="desc",
                cursor=cursor,
                limit=_SOURCE_PAGE,
            ),
            period.start,
        )
        kept += page.items
        cursor = page.next_cursor
        if cursor is None:
            return kept, True
    return kept, False


def _listed(names: Iterable[str]) -> str:
    return ", ".join(name for name, _ in Counter(names).most_common(3))


def _events(visitor: Visitor, period: Period) -> None:
    st.header("Latest denials", anchor=False)
    find_request.request_panel(visitor)
    reason = st.query_params.get("reason") or None
    here = period_params("by", "reason")
    pager = Pager("auth-events", tuple(here.items()))
    with (
        notices.error_boundary(visitor.caller.request_id, "load the denials"),
        refresh.skeleton(300),
    ):
        found = events.auth_page(
            visitor.caller,
            to=None if period.goes_on else period.end,
            reason=reason,
            outcome=DENIED,
            order="desc",
            cursor=pager.cursor,
            limit=PAGE_SIZE,
        )
    page = events_since(found, period.start)
    if not page.items:
        notices.empty("No denials", f"Single denials are kept for {fmt.span(SINGLE_EVENTS)}.")
        return
    table = event_rows.auth_rows(page.items, visitor.zone, here)
    record_table("Sign-in decisions", event_rows.AUTH_COLUMNS, table, key="auth-table")
    pager.controls(len(page.items), page.next_cursor)
