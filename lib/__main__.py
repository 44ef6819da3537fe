"""The product's command line: `python -m lib COMMAND`, from the root of the checkout."""

from __future__ import annotations

import typer

from lib.commands import audio, bucket, data, key, users
from lib.commands.backfill import backfill
from lib.commands.doctor import doctor
from lib.commands.import_ import import_
from lib.commands.jwks import jwks
from lib.commands.smoke import smoke
from lib.commands.token import token
from lib.commands.worker import worker

cli = typer.Typer(
    name="python -m lib",
    help="Commands of Earshot.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # its tracebacks would show local variables
)
audio.cli.command("erase", hidden=True)(users.erase)  # its former name
cli.add_typer(bucket.cli, name="bucket")
cli.add_typer(audio.cli, name="audio")
cli.add_typer(data.cli, name="data")
cli.add_typer(users.cli, name="users")
cli.add_typer(key.cli, name="key")
cli.command()(backfill)
cli.command()(doctor)
cli.command("import")(import_)
cli.command()(jwks)
cli.command()(smoke)
cli.command()(token)
cli.command()(worker)

if __name__ == "__main__":
    cli()
