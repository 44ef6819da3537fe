"""`python -m lib key`: make, list, rotate and revoke API keys."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec
import typer

from lib.commands.audio import exit_on_failure
from lib.commands.settings import DATA, settings_with
from lib.data import Caller, api_keys
from lib.data.functions import every_item
from lib.data.records import ApiKey
from lib.work.api_keys import SCOPES, MadeKey, Scope, create, rotate
from lib.work.services import Services

cli = typer.Typer(help="Keys with which your backend calls the API.", no_args_is_help=True)
_Id = Annotated[str, typer.Argument(help="Id of the key, as `key list` prints it")]


@cli.command("create")
def create_key(
    name: Annotated[str, typer.Option(help="To tell it from others")],
    scope: Annotated[Scope, typer.Option(help=" ".join(f"{k}: {v}" for k, v in SCOPES.items()))],
    days: Annotated[int | None, typer.Option(min=1, help="Days until it expires")] = None,
) -> None:
    """Make a key and print its id and the key itself, which is shown this once."""
    ends = datetime.now(UTC) + timedelta(days=days) if days else None
    with exit_on_failure():
        made = create(_caller(), name, scope, ends)
    _show(made)


@cli.command("list")
def list_keys() -> None:
    """Print one JSON object a line for every key, newest first; secrets are not kept."""
    caller = _caller()
    with exit_on_failure():
        for record in _every(caller):
            typer.echo(msgspec.json.encode(record).decode())


@cli.command("rotate")
def rotate_key(
    id: _Id,  # noqa: A002  # the name on the command line
    keep_hours: Annotated[
        int, typer.Option(min=0, max=168, help="Hours for which the former secret goes on working")
    ] = 24,
) -> None:
    """Give a key another secret, and print it; its id, scope and history stay."""
    caller = _caller()
    with exit_on_failure():
        record = next((each for each in _every(caller) if each.id == id), None)
        if record is None:
            raise typer.BadParameter("there is no key with this id")
        made = rotate(caller, record, timedelta(hours=keep_hours))
    _show(made)


@cli.command("revoke")
def revoke_key(id: _Id) -> None:  # noqa: A002
    """End a key for good, everywhere within a minute."""
    with exit_on_failure():
        record = api_keys.revoke(_caller(), id)
    typer.echo(msgspec.json.encode(record).decode())


def _caller() -> Caller:
    return Services(settings_with(*DATA)).worker_caller()


def _every(caller: Caller) -> list[ApiKey]:
    return list(every_item(lambda cursor: api_keys.page(caller, cursor=cursor, limit=200)))


def _show(made: MadeKey) -> None:
    typer.echo(json.dumps({"id": made.record.id, "key": made.key}))
