"""State of the bucket as last reported by the worker's jobs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import streamlit as st

from lib.data import job_leases, metrics
from lib.data.records import JobRun
from lib.product import figures as fmt
from lib.ui.parts import charts
from lib.ui.parts.record_table.component import Cell, Column, Row, record_table
from lib.ui.parts.rollup_sums import total
from lib.ui.shell import notices
from lib.ui.shell.visitor import Visitor

_PROBE: Final = "storage.probe"
_RETENTION: Final = "audio.retention"
_RECONCILIATION: Final = "audio.reconciliation"
_AGES: Final = {
    "1d": "under a day",
    "7d": "1 to 7 days",
    "30d": "7 to 30 days",
    "90d": "30 to 90 days",
    "older": "over 90 days",
}
_INVENTORY_COLUMNS: Final = (
    Column("Age"),
    Column("Objects", number=True),
    Column("Size", number=True),
)
_FINDING_COLUMNS: Final = (
    Column("Finding"),
    Column("Count", number=True),
    Column("Example"),
)
_FINDINGS: Final = {
    "object_without_row": "object without a row",
    "unknown_key": "object with an unknown key",
    "waveform_without_audio": "waveform without a recording",
    "not_deleted": "object that should be deleted",
    "session_erased": "object of an erased session",
    "late_upload": "recording that came late",
    "row_without_object": "row without its object",
    "row_without_waveform": "row without its waveform",
    "replaced": "object changed after its analysis",
}
_FULL: Final = 100


def bucket_state(visitor: Visitor) -> None:
    """Draw the last reports of the jobs; this does not read the bucket."""
    st.header("Bucket", anchor=False)
    now = datetime.now(UTC)
    with notices.error_boundary(visitor.caller.request_id, "load the state of the bucket"):
        jobs = {job.name: job for job in job_leases.every(visitor.caller)}
        probes = total(
            metrics.between(visitor.caller, _PROBE, now - timedelta(hours=1), now, "minute")
        )
    found = report_of(jobs.get(_RECONCILIATION))
    with st.container(horizontal=True):
        _probe(jobs.get(_PROBE), probes.count, probes.failures)
        charts.metric_card(
            "Objects", fmt.count(found.get("objects")), _when(jobs.get(_RECONCILIATION))
        )
        size = found.get("bytes")
        charts.metric_card(
            "Size", fmt.NONE if size is None else fmt.size(int(size)), "with waveforms"
        )
        _retention(jobs.get(_RETENTION))
        findings = sum(found.get("findings", {}).values()) if found else None
        charts.metric_card(
            "Reconciliation findings",
            fmt.count(findings),
            _when(jobs.get(_RECONCILIATION)),
            rating=None if findings is None else "bad" if findings else "good",
        )
    if found:
        _details(found)


def report_of(job: JobRun | None) -> Mapping[str, Any]:
    """Return the report of a job's last run, empty if there is none."""
    try:
        report = json.loads((job.last_report if job else None) or "{}")
    except ValueError:
        return {}
    return report if isinstance(report, dict) else {}


def _probe(job: JobRun | None, rounds: int, failed: int) -> None:
    report = report_of(job)
    outcome = str(report.get("outcome") or fmt.NONE)
    note = f"{failed} of {rounds} failed in the last hour" if rounds else _when(job)
    charts.metric_card(
        "Probe", outcome, note, rating=None if not report else "good" if outcome == "ok" else "bad"
    )


def _retention(job: JobRun | None) -> None:
    report = report_of(job)
    left = report.get("left")
    if left is None:
        charts.metric_card("Retention backlog", fmt.NONE, _when(job))
        return
    overdue = timedelta(seconds=int(report.get("overdueSeconds", 0)))
    note = f"oldest overdue by {fmt.span(overdue)}" if left else "nothing overdue"
    charts.metric_card(
        "Retention backlog",
        f"{left}{'+' if left >= _FULL else ''}",
        note,
        rating="bad" if left else "good",
    )


def _when(job: JobRun | None) -> str:
    if job is None or job.last_finished_at is None:
        return "unknown"
    return f"checked {fmt.ago(job.last_finished_at)}"


def _details(found: Mapping[str, Any]) -> None:
    left, right = st.columns(2)
    with left:
        sizes = found.get("age_bytes", {})
        ages = [
            Row((Cell(words), Cell(fmt.count(count)), Cell(fmt.size(int(sizes.get(age, 0))))))
            for age, words in _AGES.items()
            if (count := found.get("ages", {}).get(age))
        ]
        if ages:
            record_table("Objects by age", _INVENTORY_COLUMNS, ages, key="bucket-ages")
    with right:
        _findings(found)


def _findings(found: Mapping[str, Any]) -> None:
    samples: Mapping[str, Sequence[str]] = found.get("samples", {})
    table = [
        Row(
            (
                Cell(_FINDINGS.get(kind, kind)),
                Cell(fmt.count(number), tone="bad"),
                Cell(next(iter(samples.get(kind, ())), fmt.NONE)),
            )
        )
        for kind, number in found.get("findings", {}).items()
    ]
    if table:
        record_table("Findings", _FINDING_COLUMNS, table, key="bucket-findings")
        st.caption("For details and repair: python -m lib audio reconcile")
    else:
        notices.empty("Rows and objects agree", "The last reconciliation found no differences.")
