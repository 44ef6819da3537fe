"""System status: dependencies, telemetry, background jobs and settings.

`lib.work.health` does the checks; `python -m lib doctor` prints the same report.
"""

from __future__ import annotations

from typing import Final, Literal

import streamlit as st

from lib.data import DataError, job_leases
from lib.product import figures as fmt
from lib.ui.operate import find_request
from lib.ui.parts import charts, refresh
from lib.ui.parts.page_heading.component import page_heading
from lib.ui.parts.record_table.component import Cell, Column, Row, Tone, record_table
from lib.ui.shell.visitor import Visitor
from lib.work import dependencies
from lib.work.configuration import Setting
from lib.work.dependencies import Dependency, State
from lib.work.health import Health, JobState, examine
from lib.work.services import services

PATH: Final = "/status"
_MEANS: Final = {
    "convex": "Users, sessions and transcripts",
    "storage": "Recordings and waveforms",
    "clerk.backend": "Sessions, users and tokens",
    "clerk.frontend": "Sign-in in the browser",
    "clerk.keys": "Verifies every token",
    "worker": "Runs the jobs below",
}
_WORDS: Final[dict[State, str]] = {
    "ok": "responding",
    "warning": "warning",
    "failed": "not responding",
}
_ICONS: Final[dict[State, str]] = {
    "ok": ":material/check:",
    "warning": ":material/warning:",
    "failed": ":material/error:",
}
_COLOURS: Final[dict[State, Literal["green", "orange", "red"]]] = {
    "ok": "green",
    "warning": "orange",
    "failed": "red",
}
_TONES: Final[dict[State, Tone]] = {"ok": "good", "warning": "warn", "failed": "bad"}
_SUMS: Final[dict[State, str]] = {
    "ok": "Everything is working",
    "warning": "There are warnings",
    "failed": "Something is down",
}
_PER_ROW: Final = 3
_JOB_COLUMNS: Final = (
    Column("Job"),
    Column("State"),
    Column("Last run"),
    Column("Interval", number=True),
    Column("Duration", number=True),
    Column("Runs", number=True),
    Column("Failures", number=True),
    Column("Running on", minor=True),
)
_SETTING_COLUMNS: Final = (Column("Setting"), Column("Value"), Column("State"))


def draw(_visitor: Visitor) -> None:
    """Draw the page."""
    page_heading(
        "System status",
        "The services that the app depends on, checked just now. Also on the command line: "
        "python -m lib doctor",
        key="status-heading",
    )
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.button("Check again", icon=":material/refresh:")
        every = refresh.refresh_picker()
    refresh.auto_refresh(PATH, every, _body)


def _body(visitor: Visitor) -> None:
    with refresh.skeleton(420):
        health = examine(services(), visitor.caller, sends=True)
        seen = _last_seen(visitor)
    st.badge(_SUMS[health.state], icon=_ICONS[health.state], color=_COLOURS[health.state])
    answers = list(health.dependencies)
    for first in range(0, len(answers), _PER_ROW):
        for column, item in zip(
            st.columns(_PER_ROW), answers[first : first + _PER_ROW], strict=False
        ):
            with column:
                _card(item, seen, visitor)
    _telemetry(health)
    _jobs(health, visitor)
    _settings(health)
    _lookup()
    find_request.request_panel(visitor)


def _last_seen(visitor: Visitor) -> dict[str, str]:
    """Return when the worker last found each dependency ok, as text."""
    try:
        runs = job_leases.every(visitor.caller)
    except DataError:
        return {}  # Convex is down; its card says so
    return {name: fmt.moment(at, visitor.zone) for name, at in dependencies.reported(runs).items()}


def _card(item: Dependency, seen: dict[str, str], visitor: Visitor) -> None:
    with st.container(border=True, height="stretch"):
        st.markdown(f"**{item.title}**")
        st.caption(_MEANS[item.name])
        st.badge(_WORDS[item.state], icon=_ICONS[item.state], color=_COLOURS[item.state])
        version = f", version {item.version}" if item.version else ""
        st.text(f"{fmt.latency(item.latency_ms)}{version}")
        if item.detail:
            st.text(item.detail)
        if item.state == "failed":
            good = seen.get(item.name)
            if item.last_good is not None:
                good = fmt.moment(item.last_good, visitor.zone)
            st.text(f"Last ok: {good or 'unknown'}")


def _telemetry(health: Health) -> None:
    st.header("Telemetry", anchor=False)
    found = health.telemetry
    with st.container(horizontal=True):
        charts.metric_card(
            "Delivery",
            {"ok": "ok", "warning": "warning", "failed": "failing"}[found.state],
            found.note,
            rating="good" if found.state == "ok" else "bad",
        )
        dropped = found.dropped
        charts.metric_card(
            "Dropped, last 24 hours",
            fmt.count(None if dropped is None else sum(dropped.values())),
            "by all processes",
        )
        if found.own is not None:
            at = found.own.delivered_at
            charts.metric_card(
                "Last delivery", fmt.ago(at) if at else "none yet", "of this process"
            )
            charts.metric_card(
                "In memory",
                f"{fmt.count(found.own.series)} series",
                f"{fmt.count(found.own.events)} events, {found.own.waiting} batches waiting",
            )


def _jobs(health: Health, visitor: Visitor) -> None:
    st.header("Background jobs", anchor=False)
    table = [_job_row(job, visitor) for job in health.jobs]
    record_table("Background jobs", _JOB_COLUMNS, table, key="status-jobs")


def _job_row(job: JobState, visitor: Visitor) -> Row:
    run = job.run
    at = (run.last_finished_at or run.last_started_at) if run else None
    report = (run.last_report or "") if run else ""
    running = run is not None and run.holder is not None
    return Row(
        (
            Cell(job.name),
            Cell(
                "running" if running and job.state == "ok" else job.state,
                job.note,
                title=report,
                tone=_TONES[job.state],
                chip=True,
            ),
            Cell(
                fmt.moment(at, visitor.zone) if at else "never",
                fmt.ago(at) if at else "",
                title=fmt.utc(at) if at else "",
            ),
            Cell(fmt.span(job.every) if job.every else fmt.NONE),
            Cell(fmt.latency(run.last_duration_ms if run else None)),
            Cell(fmt.count(run.runs if run else 0)),
            Cell(
                fmt.count(run.failures if run else 0),
                tone="bad" if run and run.failures else None,
            ),
            Cell((run.holder if run else None) or fmt.NONE),
        )
    )


def _settings(health: Health) -> None:
    wrong = [setting for setting in health.settings if setting.state != "ok"]
    st.header("Settings", anchor=False)
    if wrong:
        record_table(
            "Settings with warnings",
            _SETTING_COLUMNS,
            [_setting_row(item) for item in wrong],
            key="status-wrong",
        )
    else:
        st.text("No warnings.")
    with st.expander(f"All {len(health.settings)} settings; secrets are hidden"):
        table = [_setting_row(setting) for setting in health.settings]
        record_table("Settings", _SETTING_COLUMNS, table, key="status-settings")


def _setting_row(setting: Setting) -> Row:
    return Row(
        (
            Cell(setting.variable),
            Cell(setting.value),
            Cell(setting.state, setting.note, tone=_TONES[setting.state], chip=True),
        )
    )


def _lookup() -> None:
    st.header("Find a request", anchor=False)
    st.text_input(
        "Request id",
        placeholder="Request id from an error, an X-Request-Id header or a log",
        key=find_request.PARAM,
        bind="query-params",
        max_chars=200,
        label_visibility="collapsed",
    )
