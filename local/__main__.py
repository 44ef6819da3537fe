"""`python -m local COMMAND`: commands of the local stack."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from local.stack import BUCKET, Mode, Stack, TokenRole
from local.supervisor import StartError, Supervisor, check_ports, exclusive

# Imported where they are needed: what `run` does not use, it would hold in memory all the time.
# ruff: noqa: PLC0415

cli = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)


def _home() -> Path:
    return Path(os.environ.get("EARSHOT_HOME") or ".earshot").resolve()


def _stack() -> Stack:
    try:
        return Stack.load(_home())
    except FileNotFoundError:
        typer.echo(f"No stack was ever started with {_home()}: `make run` first.", err=True)
        raise typer.Exit(1) from None


@cli.command()
def run(
    mode: Annotated[
        Mode, typer.Option(help="Kind of Clerk instance, at first start")
    ] = "development",
) -> None:
    """Start the local stack and the app, and stay in the foreground."""
    home = _home()
    try:
        port = int(os.environ.get("PORT") or 8501)
    except ValueError:
        typer.echo("PORT must be a number, for instance PORT=8502 make run", err=True)
        raise typer.Exit(1) from None
    try:
        with exclusive(home):
            stack = Stack.load_or_create(home, port, mode)
            check_ports(stack)
            demo = os.environ.get("EARSHOT_DEMO", "1") != "0"
            code = Supervisor(stack, demo=demo).run()
    except StartError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    raise typer.Exit(code)


@cli.command()
def prepare(
    demo: Annotated[bool, typer.Option(help="Load demo data if there is none yet")] = True,
) -> None:
    """Make the bucket and, once, load the demo data into the running stack."""
    stack = _stack()
    os.environ.update(stack.app_environment())
    from lib.config.settings import get_settings  # reads the environment set above
    from lib.storage.client import ensure_bucket

    ensure_bucket(get_settings())
    if demo:
        os.environ["EARSHOT_DEMO"] = "1"
        from local import demo as demo_data

        demo_data.load(stack)


@cli.command()
def info() -> None:
    """Print addresses, keys and process ids of the running stack as one JSON object."""
    stack = _stack()
    try:
        pids = json.loads((Path(stack.home) / "pids.json").read_text())
    except FileNotFoundError:
        pids = {}
    users = {role: {"username": role, "password": word} for role, word in stack.passwords.items()}
    document = {
        "appUrl": stack.app_url,
        "convexUrl": stack.convex_url,
        "convexSiteUrl": stack.convex_site_url,
        "s3Endpoint": stack.s3_endpoint,
        "s3Bucket": BUCKET,
        "s3AccessKey": stack.s3_access_key,
        "s3SecretKey": stack.s3_secret_key,
        "issuerUrl": stack.issuer_url,
        "users": users,
        "pids": pids,
    }
    json.dump(document, sys.stdout, indent=2)
    sys.stdout.write("\n")


@cli.command()
def token(
    role: Annotated[TokenRole, typer.Option(help="Role of the caller")],
    subject: Annotated[str | None, typer.Option(help="Clerk user id, or name of a machine")] = None,
    ttl: Annotated[int | None, typer.Option(min=1, max=86_400, help="Life in seconds")] = None,
) -> None:
    """Print one bearer token that is valid at the API of this stack."""
    from local.identity.errors import ClerkError
    from local.tokens import bearer_token

    try:
        typer.echo(bearer_token(_stack(), role, subject, ttl))
    except (ClerkError, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


@cli.command("export")
def export_snapshot(file: Annotated[Path, typer.Argument(help="ZIP file to write")]) -> None:
    """Write all data of the Convex runtime, in the layout of Convex's own snapshot export."""
    from local import snapshot

    try:
        counts = snapshot.export_snapshot(Path(_stack().home) / "convex", file)
    except snapshot.SnapshotError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    for table, count in counts.items():
        typer.echo(f"{table}: {count}")


@cli.command("import")
def import_snapshot(
    file: Annotated[Path, typer.Argument(help="ZIP file to read", exists=True, dir_okay=False)],
    replace: Annotated[bool, typer.Option(help="Clear tables that hold documents")] = False,
) -> None:
    """Load a snapshot into the running Convex runtime, all or nothing."""
    from local import snapshot

    stack = _stack()
    try:
        count = snapshot.import_snapshot(
            file, stack.convex_url, stack.convex_admin_key, replace=replace
        )
    except snapshot.SnapshotError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{count} documents")


if __name__ == "__main__":
    cli(prog_name="python -m local")
