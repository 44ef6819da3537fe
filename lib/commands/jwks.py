"""`python -m lib jwks`: the public halves of the service keys, for Convex's environment."""

from __future__ import annotations

import typer

from lib.auth.service import jwks_data_url
from lib.commands.settings import KEY, service_key_of, settings_with


def jwks() -> None:
    """Print the value of EARSHOT_SERVICE_JWKS: a data URL with the public keys of machines."""
    typer.echo(jwks_data_url(service_key_of(settings_with(*KEY))))
