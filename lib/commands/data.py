"""`python -m lib data`: run migrations, recount stored totals."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from lib.commands.settings import DATA, settings_with
from lib.data import DataError, migrations, repair, review_queues
from lib.data.records import Recount
from lib.work.services import Services

cli = typer.Typer(help="Data in Convex: migrations and recounts.")

DIFFERS = 1
FAILED = 2


@cli.command()
def migrate(
    name: Annotated[
        str | None, typer.Argument(help="Name of the migration; default: all, oldest first")
    ] = None,
    restart: Annotated[bool, typer.Option(help="Start again from the first row")] = False,
) -> None:
    """Run migrations; an interrupted one continues where it stopped."""
    with _exit_on_failure():
        caller = Services(settings_with(*DATA)).worker_caller()
        names = [name] if name else [run.name for run in migrations.status(caller)]
        for each in names:
            run = migrations.step(caller, name=each, restart=restart)
            while not run.done:
                run = migrations.step(caller, name=each)
            typer.echo(f"{run.name}: {run.processed} rows, {run.changed} changed")


@cli.command()
def recount(
    days: Annotated[int, typer.Option(min=1, max=3650, help="Days back from today, UTC")] = 30,
    fix: Annotated[bool, typer.Option(help="Correct stored values that differ")] = False,
) -> None:
    """Compare stored counters and totals with a recount; exits with 1 if any differ."""
    with _exit_on_failure():
        caller = Services(settings_with(*DATA)).worker_caller()
        drift = _print_recount("sessions", repair.sessions(caller, fix=fix))
        for kind in ("product", "team"):
            drift += _print_recount(f"{kind} users", repair.users(caller, kind, fix=fix))
        today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        for back in range(days):
            start = today - timedelta(days=back)
            drift += _print_recount(start.date().isoformat(), repair.day(caller, start, fix=fix))
        for queue in review_queues.every(caller):
            drift += _print_recount(f"queue {queue.name}", repair.queue(caller, queue.id, fix=fix))
    if drift:
        raise typer.Exit(DIFFERS)


def _print_recount(what: str, reports: Iterator[Recount]) -> int:
    """Print each difference and a summary; return the number of differences."""
    checked, differing, busy = 0, 0, False
    for report in reports:
        checked += report.checked
        differing += len(report.drift)
        busy = busy or report.busy
        for found in report.drift:
            typer.echo(
                f"  {found.subject_id} {found.field}: {found.stored} stored, {found.actual} counted"
            )
    note = " (some changed meanwhile and were not compared)" if busy else ""
    typer.echo(f"{what}: {checked} checked, {differing} differ{note}")
    return differing


@contextmanager
def _exit_on_failure() -> Iterator[None]:
    try:
        yield
    except DataError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(FAILED) from None
