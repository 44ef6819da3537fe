"""`python -m lib users`: erase a user by hand, and show the receipt of an erasure."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import msgspec
import typer

from lib.commands.audio import DIFFERS, exit_on_failure
from lib.commands.settings import BUCKET, DATA, service_key_of, settings_with
from lib.data import erasure
from lib.work.erasure import erase_user, proven
from lib.work.services import Services

cli = typer.Typer(help="Users: erase, and show the receipt.", no_args_is_help=True)


@cli.command()
def erase(
    clerk_id: Annotated[str, typer.Argument(help="Clerk id of the user")],
    yes: Annotated[bool, typer.Option("--yes", help="Skip the confirmation")] = False,
) -> None:
    """Erase a user with all sessions and recordings; prints the signed receipt."""
    own = Services(settings_with(*DATA, *BUCKET))
    if not yes:
        typer.confirm(f"Erase everything about {clerk_id}? This cannot be undone", abort=True)
    with exit_on_failure():
        receipt = erase_user(
            own.worker_caller(), own.storage, clerk_id, service_key_of(own.settings)
        )
    typer.echo(json.dumps(asdict(receipt), indent=1))


@cli.command()
def receipt(clerk_id: Annotated[str, typer.Argument(help="Clerk id of the user")]) -> None:
    """Print an erasure and what its receipt proves; exits with 1 if it proves nothing."""
    own = Services(settings_with(*DATA))
    with exit_on_failure():
        found = erasure.get(own.worker_caller(), clerk_id)
    if found is None:
        raise typer.BadParameter("no erasure of this user was started")
    proves = proven(found, own.settings)
    state = json.loads(msgspec.json.encode(found))
    typer.echo(json.dumps({**state, "proves": proves}, indent=1))
    if proves is None:
        raise typer.Exit(DIFFERS)
