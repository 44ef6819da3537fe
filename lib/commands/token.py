"""`python -m lib token`: mint a service token for a machine."""

from __future__ import annotations

from typing import Annotated, cast, get_args

import typer

from lib.auth.service import ServiceRole, mint
from lib.commands.settings import KEY, service_key_of, settings_with

MAX_SECONDS = 24 * 3600


def token(
    role: Annotated[str, typer.Option(help="ingest, monitor or worker")],
    subject: Annotated[str, typer.Option(help="Name of the machine, for logs and audit")],
    ttl: Annotated[int, typer.Option(min=10, max=MAX_SECONDS, help="Lifetime in seconds")] = 3600,
) -> None:
    """Print one bearer token, signed with EARSHOT_SERVICE_KEY."""
    if role not in get_args(ServiceRole):
        raise typer.BadParameter("must be ingest, monitor or worker")
    settings = settings_with(*KEY)
    pem = service_key_of(settings)
    typer.echo(mint(pem, settings.service_issuer, cast("ServiceRole", role), subject, ttl))
