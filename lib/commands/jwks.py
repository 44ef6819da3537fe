"""`python -m lib jwks`: the public halves of the service keys, for Convex's environment."""

from __future__ import annotations

import typer

from lib.auth.service import jwks_data_url
from lib.config.settings import get_settings


def jwks() -> None:
    """Print the value of EARSHOT_SERVICE_JWKS: a data URL with the public keys of machines."""
    key = get_settings().service_key
    if key is None:
        raise typer.BadParameter("EARSHOT_SERVICE_KEY is not set")
    typer.echo(jwks_data_url(key.get_secret_value()))
