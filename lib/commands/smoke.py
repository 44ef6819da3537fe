"""`python -m lib smoke`: the end-to-end test as a pass/fail table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Final

import typer

from lib.commands.settings import KEY, all_settings, service_key_of
from lib.observability.logs import configure_logs
from lib.smoke.cleaning import leftovers
from lib.smoke.interruption import Interruption
from lib.smoke.people import People
from lib.smoke.run import Run
from lib.smoke.steps import Row, perform, reason_of
from lib.smoke.story import CLEAN_UP, STORY
from lib.work.services import Services

FAILED: Final = 1
_NAME_WIDTH: Final = max(len(step.name) for step in (*STORY, CLEAN_UP))


def smoke(
    user: Annotated[
        str,
        typer.Option(
            help="Clerk id of the team member to sign in; default: one created for the run"
        ),
    ] = "",
    clerk_session: Annotated[
        str,
        typer.Option(help="Active Clerk session to use and then revoke, without a browser"),
    ] = "",
    clean: Annotated[
        bool, typer.Option("--clean", help="Only erase what interrupted runs left behind")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
) -> None:
    """Run the end-to-end test against the configured app, Clerk, Convex and S3.

    Exits with 1 if a step fails, with 2 if the settings are incomplete.
    """
    configure_logs("error")
    services = Services(all_settings(*KEY))
    try:
        if clean:
            ok = _clean(services, as_json=as_json)
        else:
            ok = _run(services, user or services.settings.smoke_user, clerk_session, as_json)
    finally:
        services.close()
    if not ok:
        raise typer.Exit(FAILED)


def _run(services: Services, user: str, clerk_session: str, as_json: bool) -> bool:
    interruption = Interruption()
    interruption.listen()
    run = Run(services, user_id=user, clerk_session_id=clerk_session)
    settings = services.settings
    rows: list[Row] = []
    if not as_json:
        typer.echo(f"{settings.app_url} as {run.mark}\n")
    try:
        for row in perform(STORY, CLEAN_UP, run, interruption):
            rows.append(row)
            if not as_json:
                typer.echo(_line(row))
    finally:
        run.close()
    counts = {name: sum(row.status == name for row in rows) for name in ("PASS", "FAIL", "SKIPPED")}
    if as_json:
        table = [_as_json(row) for row in rows]
        typer.echo(json.dumps({"mark": run.mark, "counts": counts, "steps": table}, indent=1))
    else:
        typer.echo("\n" + ", ".join(f"{count} {name}" for name, count in counts.items()))
    return counts["FAIL"] == 0 and not interruption.asked


def _clean(services: Services, *, as_json: bool) -> bool:
    people = People(services.settings)
    found: list[dict[str, str]] = []
    failure = ""
    try:
        for name, sentence in _print_each(
            leftovers(services, people, service_key_of(services.settings)), as_json
        ):
            found.append({"name": name, "sentence": sentence})
    except Exception as error:  # noqa: BLE001  # said in a sentence
        failure = reason_of(error)
    finally:
        people.close()
    if as_json:
        typer.echo(json.dumps({"erased": found, "failure": failure}, indent=1))
    else:
        typer.echo(failure or f"{len(found)} leftovers.")
    return not failure


def _print_each(found: Iterator[tuple[str, str]], as_json: bool) -> Iterator[tuple[str, str]]:
    for name, sentence in found:
        if not as_json:
            typer.echo(f"{name}  {sentence}")
        yield name, sentence


def _line(row: Row) -> str:
    return f"{row.status:<7}  {row.duration_ms:>6} ms  {row.name:<{_NAME_WIDTH}}  {row.sentence}"


def _as_json(row: Row) -> dict[str, object]:
    values = asdict(row)
    values["durationMs"] = values.pop("duration_ms")
    return values
