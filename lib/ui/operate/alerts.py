"""Alerts: open and resolved incidents, rules, silences and notifications."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import streamlit as st

from lib.data import Caller, alerts
from lib.data.functions import Page
from lib.data.records import AlertState, Delivery, Incident, Silence
from lib.observability.alert_rules import ALL_RULES
from lib.product import figures as fmt
from lib.product.alert_guidance import ALERTS
from lib.product.lifetimes import ALERT_MESSAGES, INCIDENTS
from lib.ui.operate import alert_rows
from lib.ui.operate.incident import incident_panel
from lib.ui.operate.what_to_do import draw_guidance
from lib.ui.parts import charts, refresh
from lib.ui.parts.page_heading.component import page_heading
from lib.ui.parts.pager import PAGE_SIZE, Pager
from lib.ui.parts.record_table.component import record_table
from lib.ui.shell import notices
from lib.ui.shell.visitor import Visitor
from lib.work.services import services
from lib.worker.alerts.delivery import channels

_SHOWN_DELIVERIES: Final = 20
_EVALUATED_WITHIN: Final = timedelta(minutes=3)
_DURATIONS: Final = {
    "1 hour": timedelta(hours=1),
    "4 hours": timedelta(hours=4),
    "12 hours": timedelta(hours=12),
    "1 day": timedelta(days=1),
    "7 days": timedelta(days=7),
}


@dataclass(frozen=True, slots=True)
class _Loaded:
    open: Sequence[Incident]
    over: Page[Incident]
    states: dict[str, AlertState]
    silences: Sequence[Silence]
    deliveries: Sequence[Delivery]


def draw(_visitor: Visitor) -> None:
    """Draw the page."""
    if not st.query_params.get(alert_rows.PARAM):  # an incident has a heading of its own
        page_heading(
            "Alerts",
            "Rules are evaluated every 30 seconds. Demo data never raises an alert.",
            key="alerts-heading",
        )
    every = refresh.refresh_picker()
    refresh.auto_refresh(alert_rows.PATH, every, _body)


def _body(visitor: Visitor) -> None:
    # First, and without Convex: the alert may say that Convex is down.
    _what_to_do(st.query_params.get(alert_rows.RULE_PARAM, ""))
    incident_id = st.query_params.get(alert_rows.PARAM, "")
    if incident_id:
        incident_panel(visitor, incident_id)
    pager = Pager("incidents", ())
    with (
        notices.error_boundary(visitor.caller.request_id, "load the alerts"),
        refresh.skeleton(420),
    ):
        loaded = _load(visitor.caller, pager.cursor)
    _correct_badge(loaded)
    _figures(loaded)
    _incidents(loaded, visitor, pager)
    _rules(loaded, visitor)
    _deliveries(loaded, visitor)


def _what_to_do(rule: str) -> None:
    guidance = ALERTS.get(rule)
    if guidance is not None:
        with st.container(border=True, key="rule-guidance"):
            st.header(f"What to do: {alert_rows.rule_title(rule)}", anchor=False)
            draw_guidance(guidance)


def _load(caller: Caller, cursor: str | None) -> _Loaded:
    """Load the page's data with six calls in parallel."""
    with ThreadPoolExecutor(6) as pool:
        firing, acknowledged = (
            pool.submit(alerts.page, caller, status=status, cursor=None, limit=PAGE_SIZE)
            for status in ("firing", "acknowledged")
        )
        over = pool.submit(alerts.page, caller, status="resolved", cursor=cursor, limit=PAGE_SIZE)
        states = pool.submit(alerts.states, caller)
        silences = pool.submit(alerts.silences, caller)
        deliveries = pool.submit(alerts.deliveries, caller, cursor=None, limit=_SHOWN_DELIVERIES)
        return _Loaded(
            (*firing.result().items, *acknowledged.result().items),
            over.result(),
            {state.rule: state for state in states.result()},
            silences.result(),
            deliveries.result().items,
        )


def _correct_badge(loaded: _Loaded) -> None:
    """Let the menu say what this page says, without waiting for the next look."""
    firing = sum(incident.status == "firing" for incident in loaded.open)
    if firing != services().firing and firing < PAGE_SIZE:
        services().firing = firing
        st.rerun()


def _figures(loaded: _Loaded) -> None:
    firing = sum(incident.status == "firing" for incident in loaded.open)
    evaluated = max((state.evaluated_at for state in loaded.states.values()), default=None)
    pending = sum(state.phase == "pending" for state in loaded.states.values())
    with st.container(horizontal=True):
        charts.metric_card(
            "Firing",
            fmt.count(firing),
            "needs attention" if firing else "no open alerts",
            rating="bad" if firing else "good",
        )
        charts.metric_card("Acknowledged", fmt.count(len(loaded.open) - firing))
        charts.metric_card("Pending", fmt.count(pending), "may fire soon")
        charts.metric_card("Silences", fmt.count(len(loaded.silences)))
        late = evaluated is None or datetime.now(UTC) - evaluated > _EVALUATED_WITHIN
        charts.metric_card(
            "Last evaluated",
            fmt.ago(evaluated) if evaluated else "never",
            "overdue: check the worker" if late else "on time",
            rating="bad" if late else "good",
        )


def _incidents(loaded: _Loaded, visitor: Visitor, pager: Pager) -> None:
    st.header("Open", anchor=False)
    if loaded.open:
        table = alert_rows.incident_rows(loaded.open, visitor.zone)
        record_table("Open incidents", alert_rows.INCIDENT_COLUMNS, table, key="alerts-open")
    else:
        notices.empty("No open incidents", "Firing alerts appear here until they are resolved.")
    st.header("Resolved", anchor=False)
    if loaded.over.items:
        table = alert_rows.incident_rows(loaded.over.items, visitor.zone)
        record_table("Resolved incidents", alert_rows.INCIDENT_COLUMNS, table, key="alerts-over")
        pager.controls(len(loaded.over.items), loaded.over.next_cursor)
    else:
        notices.empty("No resolved incidents", f"Incidents are kept for {fmt.span(INCIDENTS)}.")


def _rules(loaded: _Loaded, visitor: Visitor) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header("Rules", anchor=False, width="stretch")
        with st.popover("Silence", icon=":material/notifications_paused:"):
            _silence_form(visitor)
    for silence in loaded.silences:
        _silence(silence, visitor)
    table = alert_rows.rule_rows(loaded.states, {silence.rule for silence in loaded.silences})
    record_table("Alert rules", alert_rows.RULE_COLUMNS, table, key="alerts-rules")
    st.caption("Select a rule to see what it means and what to do.")


def _silence_form(visitor: Visitor) -> None:
    with st.form("alerts-silence", border=False, clear_on_submit=True):
        rule = st.selectbox(
            "Rule", ["*", *(rule.name for rule in ALL_RULES)], format_func=alert_rows.rule_title
        )
        duration = st.selectbox("For", list(_DURATIONS))
        reason = st.text_input("Reason", max_chars=500, placeholder="Why the rule is silenced")
        st.caption(
            "A silenced alert is still shown here. If it still fires afterwards, it is sent then."
        )
        sent = st.form_submit_button("Silence", type="primary")
    if sent and not reason.strip():
        st.error("Enter a reason.")
    elif sent:
        with notices.error_boundary(visitor.caller.request_id, "silence the rule"):
            alerts.silence(
                visitor.caller,
                rule=rule,
                reason=reason,
                duration_ms=_DURATIONS[duration].total_seconds() * 1000,
            )
        st.rerun()


def _silence(silence: Silence, visitor: Visitor) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(":material/notifications_paused:", width="content")
        with st.container(gap=None):
            until = fmt.moment(silence.expires_at, visitor.zone)
            st.text(f"{alert_rows.rule_title(silence.rule)}: silenced until {until}")
            st.text(f"{silence.reason} (by {silence.created_by})")
        if st.button("End silence", key=f"end-silence-{silence.id}"):
            with notices.error_boundary(visitor.caller.request_id, "end the silence"):
                alerts.end_silence(visitor.caller, silence.id)
            st.rerun()


def _deliveries(loaded: _Loaded, visitor: Visitor) -> None:
    known = channels(services().settings)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header("Notifications", anchor=False, width="stretch")
        wants = st.button(
            "Send test message", icon=":material/send:", key="alerts-test", disabled=not known
        )
    if known:
        st.caption(f"Channels: {', '.join(known)}. Repeats of a message have the same id.")
    else:
        st.caption(
            "No channel is configured: set EARSHOT_ALERT_WEBHOOK_URL or EARSHOT_ALERT_SLACK_URL "
            "(docs/alerts.md)."
        )
    if wants:
        with notices.error_boundary(visitor.caller.request_id, "send the test message"):
            alerts.send_test(visitor.caller, list(known))
        st.toast("Queued; the worker sends it within seconds.", icon=":material/send:")
        st.rerun()
    if not loaded.deliveries:
        notices.empty(
            "No messages yet",
            f"Messages to the channels are listed for {fmt.span(ALERT_MESSAGES)}.",
        )
        return
    table = alert_rows.delivery_rows(loaded.deliveries, visitor.zone)
    record_table("Messages", alert_rows.DELIVERY_COLUMNS, table, key="alerts-deliveries")
