"""`python -m lib bucket`: the bucket's configuration as code."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, cast, get_args

import typer

from lib.commands.settings import BUCKET, settings_with
from lib.config.settings import Settings, StorageRole
from lib.storage.bucket import Finding, apply, inspect
from lib.storage.client import Storage
from lib.storage.errors import StorageError
from lib.storage.policies import iam_policy
from lib.work.services import Services

cli = typer.Typer(help="Compare the bucket's configuration with the required one, and apply it.")

FAILED = 2
DIFFERS = 1


@cli.command()
def plan() -> None:
    """Show what `apply` would change, without changing it."""
    _show(_findings(inspect))


@cli.command("apply")
def apply_command() -> None:
    """Create the bucket if needed and write every part that differs."""
    findings = _findings(apply)
    _show(findings)
    _exit_by(findings)


@cli.command()
def verify() -> None:
    """List differences; exits with 1 if there are any."""
    findings = _findings(inspect)
    _show(findings)
    _exit_by(findings)


@cli.command()
def iam(
    role: Annotated[str, typer.Argument(help="reader, ingest, analysis, probe, retention, admin")],
) -> None:
    """Print the least-privilege IAM policy of a role for the configured bucket."""
    if role not in get_args(StorageRole):
        raise typer.BadParameter(f"must be one of {', '.join(get_args(StorageRole))}")
    document = iam_policy(cast("StorageRole", role), settings_with(*BUCKET).s3_bucket)
    typer.echo(json.dumps(document, indent=2))


def _findings(work: Callable[[Storage, Settings], list[Finding]]) -> list[Finding]:
    settings = settings_with(*BUCKET)
    try:
        return work(Services(settings).storage, settings)
    except StorageError as error:
        typer.echo(f"The bucket could not be checked: {error}", err=True)
        raise typer.Exit(FAILED) from None


def _show(findings: list[Finding]) -> None:
    for finding in findings:
        typer.echo(f"{finding.part:<14} {finding.state.replace('_', ' ')}")
        for line in finding.differences:
            typer.echo(f"  - {line}")
        if finding.detail:
            typer.echo(f"  ({finding.detail})")


def _exit_by(findings: list[Finding]) -> None:
    if any(finding.wrong for finding in findings):
        raise typer.Exit(DIFFERS)
