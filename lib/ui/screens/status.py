"""System status: what the app depends on, and the jobs behind it."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import streamlit as st

from lib.data import job_leases
from lib.data.records import JobRun
from lib.jobs.readiness import probes
from lib.jobs.services import services
from lib.observability.logs import get_logger
from lib.ui import formatting as fmt
from lib.ui import views
from lib.ui.identity import Visitor
from lib.ui.page_heading.component import page_heading
from lib.ui.record_table.component import Cell, Column, Row, record_table

_NAMES: Final = {"convex": "Convex", "storage": "Object storage", "identity": "Clerk"}
_MEANS: Final = {
    "convex": "Users, sessions and transcripts",
    "storage": "Recordings and waveforms",
    "identity": "Sign-in and keys",
}
_JOB_COLUMNS: Final = (
    Column("Job"), Column("Last run"), Column("Result"), Column("Took", number=True),
    Column("Runs", number=True), Column("Failures", number=True), Column("Held by"),
)  # fmt: skip

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Health:
    """Answer of one dependency: how long it took, and what went wrong if anything did."""

    name: str
    took_ms: float
    problem: str | None


def draw(visitor: Visitor) -> None:
    """Draw the page."""
    page_heading("System status", "What the app depends on, asked just now.", key="status-heading")
    with st.skeleton(140):
        found = ask_all()
    with st.container(horizontal=True):
        for health in found:
            _card(health)
    st.button("Ask again", icon=":material/refresh:")
    st.subheader("Background jobs", anchor=False)
    with views.failures_told(visitor.caller.request_id, "The jobs"), st.skeleton(300):
        jobs = job_leases.every(visitor.caller)
    if not jobs:
        views.empty("No job has run yet", "Start the worker: python -m lib worker")
        return
    table = [_job_row(job, visitor) for job in jobs]
    record_table("Background jobs", _JOB_COLUMNS, table, key="status-jobs")


def ask_all() -> list[Health]:
    """Ask every dependency at the same time."""
    asked = probes(services())
    with ThreadPoolExecutor(len(asked)) as pool:
        return list(pool.map(_ask, asked, asked.values()))


def _ask(name: str, probe: Callable[[], None]) -> Health:
    started = time.perf_counter()
    problem: str | None = None
    try:
        probe()
    except Exception as error:  # noqa: BLE001  # whatever it is, it is the answer of this page
        problem = type(error).__name__
        _log.warning("status.dependency_down", dependency=name, error=problem, reason=str(error))
    return Health(name, (time.perf_counter() - started) * 1000, problem)


def _card(health: Health) -> None:
    with st.container(border=True):
        st.markdown(f"**{_NAMES[health.name]}**")
        st.caption(_MEANS[health.name])
        if health.problem is None:
            st.badge("answers", icon=":material/check:", color="green")
            st.caption(f"in {fmt.latency(health.took_ms)}")
        else:
            st.badge("does not answer", icon=":material/error:", color="red")
            st.caption(f"{health.problem} after {fmt.latency(health.took_ms)}")


def _job_row(job: JobRun, visitor: Visitor) -> Row:
    at = job.last_finished_at or job.last_started_at
    return Row(
        (
            Cell(job.name),
            Cell(
                fmt.moment(at, visitor.zone) if at else "never", fmt.ago(at) if at else "",
                title=fmt.utc(at) if at else "",
            ),
            _result(job),
            Cell(fmt.latency(job.last_duration_ms)),
            Cell(fmt.count(job.runs)),
            Cell(fmt.count(job.failures), tone="bad" if job.failures else None),
            Cell(job.holder or fmt.NONE),
        )
    )  # fmt: skip


def _result(job: JobRun) -> Cell:
    if job.last_ok is None:
        return Cell("running" if job.holder else fmt.NONE, tone="accent", chip=True)
    words, tone = ("ok", "good") if job.last_ok else ("failed", "bad")
    return Cell(words, title=job.last_report or "", tone=tone, chip=True)  # type: ignore[arg-type]
