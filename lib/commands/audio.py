"""`python -m lib audio`: store and reconcile recordings by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from lib.commands.settings import BUCKET, DATA, settings_with
from lib.data import DataError
from lib.storage.decode import UnplayableError
from lib.storage.errors import StorageError
from lib.storage.formats import SNIFF_BYTES, sniff
from lib.work.services import Services
from lib.work.uploads import store
from lib.worker.reconciliation import Reconciliation

cli = typer.Typer(help="Recordings: upload, reconcile.")

FAILED = 2
DIFFERS = 1


@cli.command("upload")
def upload_command(
    session_id: Annotated[str, typer.Argument(help="Id of the session")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    sequence: Annotated[
        int | None, typer.Option(help="Sequence of the turn; default: the whole session")
    ] = None,
) -> None:
    """Store a file as a recording, in parts if it is large; prints its row."""
    own = Services(settings_with(*DATA, *BUCKET))
    with file.open("rb") as source, exit_on_failure():
        found = sniff(source.read(SNIFF_BYTES))
        source.seek(0)
        if found is None:
            raise typer.BadParameter("not a recording of an accepted format")
        worker = own.worker_caller
        with typer.progressbar(length=file.stat().st_size, label=file.name) as bar:
            row = store(
                worker(),
                worker,
                own.storage,
                session_id=session_id,
                sequence=sequence,
                content_type=found.content_type,
                file=source,
                progress=lambda sent, _: bar.update(sent - bar.pos),
            )
    typer.echo(json.dumps({"id": row.id, "key": row.key, "status": row.status}))


@cli.command()
def reconcile(
    repair: Annotated[bool, typer.Option(help="Make repairs that lose nothing")] = False,
    delete_orphans: Annotated[bool, typer.Option(help="Also delete objects without a row")] = False,
) -> None:
    """Compare rows and objects; exits with 1 if there are differences."""
    own = Services(settings_with(*DATA, *BUCKET))
    with exit_on_failure():
        report = Reconciliation(
            own.worker_caller(),
            own.storage,
            repair=repair,
            delete_orphans=delete_orphans,
        ).run()
    typer.echo(json.dumps(asdict(report), indent=1))
    if report.findings != report.repaired:
        raise typer.Exit(DIFFERS)


@contextmanager
def exit_on_failure() -> Iterator[None]:
    """Print a failure in one line, without a traceback."""
    try:
        yield
    except (StorageError, DataError, UnplayableError, ValueError) as error:
        typer.echo(f"{type(error).__name__}: {error}", err=True)
        raise typer.Exit(FAILED) from None
