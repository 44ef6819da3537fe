"""One incident: facts, chart of its values, what to do, history and notes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import streamlit as st

from lib.data import alerts, metrics
from lib.data.records import Incident, IncidentEntry, IncidentRecord
from lib.observability.recorder import ALERT_VALUE
from lib.product import figures as fmt
from lib.product.alert_guidance import ALERTS
from lib.product.limits import NOTE_CHARS
from lib.product.words import Words
from lib.ui.operate import alert_rows
from lib.ui.operate.what_to_do import draw_guidance
from lib.ui.parts import charts, plots, refresh
from lib.ui.parts.page_heading.component import Chip, Fact, Link, page_heading
from lib.ui.parts.periods import CUSTOM, custom
from lib.ui.parts.record_table.component import Tone
from lib.ui.parts.rollup_sums import DEMO, over_time
from lib.ui.shell import notices
from lib.ui.shell.navigation import BY_PATH, name_tab
from lib.ui.shell.visitor import Visitor
from lib.worker.alerts.messages import quantity

HEADING: Final = "incident-heading"
_AROUND: Final = timedelta(minutes=45)
_ENDINGS: Final = Words(
    {
        "recovered": "back within limits",
        "no-data": "no more data",
    },
    str,
)
_ICONS: Final = Words(
    {
        "opened": ":material/notification_important:",
        "announced": ":material/campaign:",
        "acknowledged": ":material/front_hand:",
        "note": ":material/edit_note:",
        "resolved": ":material/check_circle:",
    },
    lambda _: ":material/info:",
)
_WITH_WINDOW: Final = ("/storage", "/auth-errors", "/latency")
"""Pages that show a range of time."""
_WITH_DAYS: Final = ("/sessions",)
"""Lists by day."""
_UNITS: Final = Words(
    {
        "burn": "burn rate",
        "share": "share",
        "times": "times the usual",
        "ms": plots.MILLISECONDS,
        "count": "count",
    },
    str,
)


def incident_panel(visitor: Visitor, incident_id: str) -> None:
    """Draw the incident that the address names."""
    with (
        notices.error_boundary(visitor.caller.request_id, "load the incident"),
        refresh.skeleton(420),
    ):
        found = alerts.get(visitor.caller, incident_id)
    if found is None:
        notices.not_found(
            "Incident",
            "The link is wrong, or the incident is more than 400 days old.",
            alert_rows.PATH,
        )
        return
    name_tab(found.incident.title)
    with st.container(border=True, key="incident-panel"):
        _heading(found.incident, visitor)
        _actions(found.incident, visitor)
        _chart(found.incident, visitor)
        _what_to_do(found.incident)
        _history(found, visitor)


def _heading(incident: Incident, visitor: Visitor) -> None:
    chips = [
        Chip(incident.severity, alert_rows.SEVERITY_TONES[incident.severity]),
        Chip(incident.status, alert_rows.STATUS_TONES[incident.status]),
    ]
    if incident.source == DEMO:
        chips.append(Chip("demo data", "accent"))
    page_heading(
        incident.title,
        crumbs=[Link("Alerts", alert_rows.PATH)],
        chips=chips,
        facts=_facts(incident, visitor),
        key=HEADING,
    )


def _facts(incident: Incident, visitor: Visitor) -> list[Fact]:
    over: Tone | None = "bad" if incident.status != "resolved" else None
    facts = [
        Fact("Rule", incident.rule),
        Fact("Since", fmt.moment(incident.opened_at, visitor.zone), fmt.utc(incident.opened_at)),
        Fact("Duration", fmt.span(alert_rows.duration(incident))),
        Fact("Last value", quantity(incident.value, incident.unit), tone=over),
        Fact("Peak", quantity(incident.worst, incident.unit)),
        Fact("Threshold", quantity(incident.threshold, incident.unit)),
    ]
    if incident.acknowledged_by:
        facts.append(Fact("Acknowledged by", _who(incident.acknowledged_by, visitor)))
    if incident.ending:
        facts.append(Fact("Resolved", _ENDINGS[incident.ending]))
    return facts


def page_params(incident: Incident, path: str) -> dict[str, str]:
    """Return the query parameters that open a page at the time of an incident.

    Args:
        incident: whose time it is; its own page gets its own parameters too.
        path: of the page.
    """
    own = incident.params if path == incident.path else {}
    start, end = _window(incident)
    if path in _WITH_WINDOW:
        form = "%Y-%m-%dT%H:%M"
        return {**own, "window": CUSTOM, "from": f"{start:{form}}", "to": f"{end:{form}}"}
    if path in _WITH_DAYS:
        return {**own, "since": f"{start:%Y-%m-%d}", "until": f"{end:%Y-%m-%d}"}
    return dict(own)


def _window(incident: Incident) -> tuple[datetime, datetime]:
    """Return the incident's start and end with a margin, in whole minutes."""
    now = datetime.now(UTC)
    end = min((incident.resolved_at or now) + _AROUND, now) + timedelta(minutes=1)
    start = incident.opened_at - _AROUND
    return tuple(at.astimezone(UTC).replace(second=0, microsecond=0) for at in (start, end))  # type: ignore[return-value]


def _actions(incident: Incident, visitor: Visitor) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        others = [path for path in _WITH_WINDOW if path != incident.path]
        for path in (incident.path, *others):
            route = BY_PATH.get(path)
            if route is not None:
                st.page_link(
                    route.script,
                    label=f"Open {route.title} for this time"
                    if path == incident.path
                    else route.title,
                    icon=route.icon,
                    query_params=page_params(incident, path),
                )
        if incident.status == "firing" and st.button(
            "Acknowledge", icon=":material/front_hand:", type="primary", key="acknowledge"
        ):
            with notices.error_boundary(visitor.caller.request_id, "acknowledge the incident"):
                alerts.acknowledge(visitor.caller, incident.id)
            st.rerun()


def _chart(incident: Incident, visitor: Visitor) -> None:
    start, end = _window(incident)
    period = custom(start, end, datetime.now(UTC))
    labels = {"rule": incident.rule}
    if incident.source:
        labels["source"] = incident.source
    with (
        notices.error_boundary(visitor.caller.request_id, "load the incident's values"),
        refresh.skeleton(220),
    ):
        found = list(
            metrics.between(
                visitor.caller, ALERT_VALUE, period.start, period.end, period.resolution, labels
            )
        )
    if not found:
        st.caption("No values of this rule were recorded in this time.")
        return
    points = [(at, part.max if part.count else None) for at, part in over_time(found, period)]
    charts.chart(
        "Value and threshold",
        plots.limit_figure(
            points, visitor.zone, incident.threshold, _UNITS[incident.unit], charts.colours()
        ),
        plots.values_frame(points, visitor.zone),
        alt=f"Value of the rule {incident.rule} around the incident; the peak is "
        f"{quantity(incident.worst, incident.unit)}, the threshold "
        f"{quantity(incident.threshold, incident.unit)}.",
        key="incident-value",
        has_demo=incident.source == DEMO,
    )


def _what_to_do(incident: Incident) -> None:
    guidance = ALERTS.get(incident.rule)
    if guidance is None:
        return  # a rule of another version
    with st.expander(
        "What to do", expanded=incident.status == "firing", icon=":material/menu_book:"
    ):
        draw_guidance(guidance)


def _history(found: IncidentRecord, visitor: Visitor) -> None:
    st.header("History", anchor=False)
    for entry in found.history:
        _entry(entry, visitor)
    with st.form("incident-note", clear_on_submit=True, border=False):
        text = st.text_area(
            "Note",
            placeholder="What you saw or did. Do not enter personal data.",
            max_chars=NOTE_CHARS,
            height=80,
            label_visibility="collapsed",
        )
        sent = st.form_submit_button("Add note", icon=":material/edit_note:")
    if sent and text.strip():
        with notices.error_boundary(visitor.caller.request_id, "add the note"):
            alerts.note(visitor.caller, found.incident.id, text)
        st.rerun()


def _entry(entry: IncidentEntry, visitor: Visitor) -> None:
    who = f" by {_who(entry.actor_id, visitor)}" if entry.actor_id else ""
    words = "note" if entry.kind == "note" else entry.kind
    ending = f": {_ENDINGS[entry.text]}" if entry.kind == "resolved" and entry.text else ""
    with st.container(horizontal=True, vertical_alignment="top", gap="small"):
        st.markdown(_ICONS[entry.kind], width="content")
        with st.container(gap=None):
            # Names and notes are user input: always plain text.
            st.text(f"{fmt.moment(entry.created_at, visitor.zone)}  {words}{who}{ending}")
            if entry.kind == "note":
                st.text(entry.text or "")


def _who(actor_id: str, visitor: Visitor) -> str:
    return "you" if actor_id == visitor.member.user_id else actor_id
