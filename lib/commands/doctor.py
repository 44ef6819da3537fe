"""`python -m lib doctor`: the report of the System status page; the exit code is its severity."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Final

import typer

from lib.commands.settings import NotConfiguredError, load_all
from lib.observability.logs import configure_logs
from lib.work.dependencies import SEVERITY, State
from lib.work.health import Health, examine
from lib.work.services import Services

_COLOURS: Final[dict[State, str]] = {
    "ok": typer.colors.GREEN,
    "warning": typer.colors.YELLOW,
    "failed": typer.colors.RED,
}


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
) -> None:
    """Check dependencies, settings, telemetry and jobs.

    Exits with 0 if everything is ok, 1 for warnings, 2 for failures.
    """
    configure_logs("error")
    try:
        settings = load_all()
    except NotConfiguredError as error:
        _invalid(error, as_json=as_json)
        raise typer.Exit(SEVERITY["failed"]) from None
    own = Services(settings)
    health = examine(own, own.worker_caller(), sends=False)
    own.close()
    if as_json:
        typer.echo(json.dumps(asdict(health) | {"state": health.state}, default=str))
    else:
        _print(health)
    raise typer.Exit(SEVERITY[health.state])


def _print(health: Health) -> None:
    typer.echo("Dependencies")
    for item in health.dependencies:
        good = f"{item.last_good:%Y-%m-%d %H:%M:%S} UTC" if item.last_good else "unknown"
        about = f"{item.latency_ms:7.0f} ms  {item.version or '-':<12}  last ok {good}"
        _line(item.state, item.title, f"{about}  {item.detail}")
    typer.echo("Settings")
    for setting in health.settings:
        note = f"  ({setting.note})" if setting.note else ""
        _line(setting.state, setting.variable, f"{setting.value}{note}")
    typer.echo("Telemetry")
    _line(health.telemetry.state, "delivery", health.telemetry.note)
    typer.echo("Jobs")
    for job in health.jobs:
        runs = f"{job.run.runs} runs, {job.run.failures} failed" if job.run else "-"
        _line(job.state, job.name, f"{runs}  {job.note}")
    _line(health.state, "overall", "")


def _line(state: State, name: str, text: str) -> None:
    typer.echo(f"  {typer.style(f'{state:<8}', fg=_COLOURS[state])} {name:<32} {text}".rstrip())


def _invalid(error: NotConfiguredError, *, as_json: bool) -> None:
    """Name each invalid variable, never its value."""
    if as_json:
        settings = [
            {"variable": name, "state": "failed", "note": note} for name, note in error.problems
        ]
        typer.echo(json.dumps({"state": "failed", "settings": settings}))
        return
    typer.echo("Settings")
    for name, note in error.problems:
        _line("failed", name, note)
