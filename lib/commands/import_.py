"""`python -m lib import`: import conversations from files."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal, cast, get_args

import typer

from lib.commands.settings import BUCKET, DATA, settings_with
from lib.data import DataError
from lib.data.fields import Speaker
from lib.formats.conversation import Refusal
from lib.formats.speakers import Speakers
from lib.observability.logs import configure_logs
from lib.storage.errors import StorageError
from lib.work.importing.deliveries import DeliveryFormat, DeliverySource
from lib.work.importing.files import Options, Source
from lib.work.importing.outcome import Report
from lib.work.importing.run import Run
from lib.work.importing.writer import Writer
from lib.work.services import Services

REFUSED: Final = 1
STOPPED: Final = 2
SHOWN: Final = 20

Roles = Literal["user", "assistant", "system"]
Channels = Literal["voice", "chat"]


def import_(
    files: Annotated[
        list[Path],
        typer.Argument(exists=True, dir_okay=False, help=".jsonl, .vtt, .srt, .csv or .json"),
    ],
    user: Annotated[str | None, typer.Option(help="Clerk id of the transcripts' user")] = None,
    started_at: Annotated[
        str | None,
        typer.Option(help="Start of the transcripts' sessions, such as 2026-01-31T12:00:00Z"),
    ] = None,
    channel: Annotated[Channels | None, typer.Option(help="Channel of transcripts")] = None,
    external_id: Annotated[
        str | None,
        typer.Option(help="External id of one transcript; default: file name without extension"),
    ] = None,
    speaker: Annotated[
        list[str] | None, typer.Option(help="NAME=user|assistant|system; can be repeated")
    ] = None,
    default_speaker: Annotated[
        Roles | None, typer.Option(help="Speaker of turns without a known name")
    ] = None,
    create_users: Annotated[
        bool, typer.Option("--create-users", help="Create missing users")
    ] = False,
    format_: Annotated[
        DeliveryFormat | None,
        typer.Option("--format", help="What vendors send: reports of Vapi, or OTLP"),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Validate only; store nothing")] = False,
    report: Annotated[Path | None, typer.Option(help="Write a JSON report to this file")] = None,
) -> None:
    """Import conversations; existing data is unchanged, so it can be run again.

    Exits with 1 if items were refused, with 2 if it stopped early.
    """
    if external_id is not None and len(files) > 1:
        raise typer.BadParameter("--external-id needs exactly one file")
    options = Options(
        speakers=Speakers(_named(speaker or []), default_speaker),
        user=user,
        started_at=_moment(started_at),
        channel=channel,
        external_id=external_id,
        create_users=create_users,
    )
    configure_logs("warning")  # other lines would break the progress bar
    own = None if check else Services(settings_with(*DATA, *BUCKET))
    _write(report, {"complete": False})
    worker = own.worker_caller if own else None
    source = DeliverySource(format_, options, worker) if format_ else Source(options)
    run = Run(source, Writer(own.worker_caller, own.storage) if own else None)
    try:
        stopped = _run_with_progress(run, files)
    finally:
        if own:
            own.close()
    wire = run.report.wire() | ({"stopped": stopped} if stopped else {})
    _write(report, wire)
    _print_report(run.report, wire, report)
    if stopped:
        raise typer.Exit(STOPPED)
    if run.report.refused:
        raise typer.Exit(REFUSED)


def _write(report: Path | None, wire: dict[str, Any]) -> None:
    """Write the report; also called before the run, to fail early if the file cannot be written.

    Raises:
        BadParameter: it cannot be written.
    """
    if report is None:
        return
    try:
        report.write_text(json.dumps(wire, indent=1) + "\n", encoding="ascii")
    except OSError as error:
        raise typer.BadParameter(f"the report cannot be written: {error.strerror}") from None


def _run_with_progress(run: Run, files: list[Path]) -> str:
    """Run with a progress bar; return why it stopped early, or an empty string."""
    size = sum(file.stat().st_size for file in files)
    with typer.progressbar(length=size, label="Importing", file=sys.stderr) as bar:
        run.progress = bar.update
        try:
            run.run(files)
        except (DataError, StorageError, ValueError) as error:
            return f"{type(error).__name__}: {error}"
        except KeyboardInterrupt:
            return "interrupted"
    return ""


def _print_report(report: Report, wire: dict[str, Any], written: Path | None) -> None:
    """Print the counts as JSON; what was not imported, and why it stopped, to standard error."""
    _list("refused", report.refusals, report.refused, written)
    _list("left out", report.notes, report.items.left_out, written)
    if "stopped" in wire:
        typer.echo(f"Stopped: {wire['stopped']}. Run it again to continue.", err=True)
    lists = {"refused", "leftOut"}
    typer.echo(json.dumps({name: value for name, value in wire.items() if name not in lists}))


def _list(what: str, found: list[Refusal], count: int, written: Path | None) -> None:
    """Name the first of what was not imported, and say how many there are."""
    for item in found[:SHOWN]:
        place = ":".join(str(part) for part in (item.file, item.line or "", item.field) if part)
        typer.echo(_printable(f"{what} {place}: {item.reason}"), err=True)
    if count > SHOWN:
        where = f"see {written}" if written else "--report FILE lists them"
        typer.echo(f"{what} {count} in all; {where}", err=True)


def _printable(text: str) -> str:
    """Remove control characters, which names in files may contain; the joiner of emoji stays."""
    return "".join(char if char.isprintable() or char == "\u200d" else "?" for char in text)


def _named(pairs: list[str]) -> dict[str, Speaker]:
    found: dict[str, Speaker] = {}
    for pair in pairs:
        name, _, role = pair.rpartition("=")
        if role not in get_args(Speaker) or not name.strip():
            raise typer.BadParameter("--speaker must be NAME=user, NAME=assistant or NAME=system")
        found[" ".join(name.split()).lower()] = cast("Speaker", role)
    return found


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise typer.BadParameter(
            "--started-at must be a time with a zone, such as 2026-01-31T12:00:00Z"
        )
    return moment.astimezone(UTC)
