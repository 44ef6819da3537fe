"""`python -m lib users`: erase a user by hand, and show the receipt of an erasure."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import msgspec
import typer

from lib.commands.audio import DIFFERS, exit_on_failure
from lib.commands.settings import BUCKET, DATA, service_key_of, settings_with
from lib.data import Caller, erasure, users
from lib.product.phones import phone_number
from lib.work.erasure import erase_user, proven
from lib.work.services import Services

cli = typer.Typer(help="Users: erase, and show the receipt.", no_args_is_help=True)


@cli.command()
def erase(
    user: Annotated[
        str, typer.Argument(help="Clerk's id or Earshot's, a phone number (+...), or --source's id")
    ],
    source: Annotated[
        str | None,
        typer.Option(help="USER is an id that this writer chose: a source's id, or `own`"),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Skip the confirmation")] = False,
) -> None:
    """Erase a user with all sessions and recordings; prints the signed receipt."""
    own = Services(settings_with(*DATA, *BUCKET))
    with exit_on_failure():
        clerk_id = _id_of(own.worker_caller(), user, source)
    if not yes:
        typer.confirm(f"Erase everything about {user}? This cannot be undone", abort=True)
    with exit_on_failure():
        receipt = erase_user(
            own.worker_caller(), own.storage, clerk_id, service_key_of(own.settings)
        )
    typer.echo(json.dumps(asdict(receipt), indent=1))


def _id_of(caller: Caller, user: str, source: str | None) -> str:
    """Return the id of the user whom an identity names; an id is returned as it is."""
    if source is not None:
        found = users.by_identity(caller, "source", user, source=source)
    elif user.startswith(("+", "tel:")):
        try:
            number = phone_number(user)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
        found = users.by_identity(caller, "phone", number) if number else None
    else:
        return user
    if found is None:
        raise typer.BadParameter("names no user")
    return found.clerk_id


@cli.command()
def receipt(
    clerk_id: Annotated[str, typer.Argument(help="Clerk's id of the user, or Earshot's")],
) -> None:
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
