"""`python -m lib backfill`: import all users of the Clerk instance."""

from __future__ import annotations

import typer

from lib.auth.backend_api import ApiRefusedError, ApiUnavailableError
from lib.commands.settings import KEY, all_settings
from lib.data import DataError
from lib.work.backfill import Backfill, Progress
from lib.work.services import Services


def backfill() -> None:
    """Import all users of the Clerk instance; can be stopped and run again at any time."""
    own = Services(all_settings(*KEY))
    try:
        done = Backfill(own.authenticator.api, own.provisioner).run(_print_progress)
    except ApiRefusedError as error:
        typer.echo(f"Stopped: {error}. Does CLERK_SECRET_KEY belong to this instance?", err=True)
        raise typer.Exit(1) from None
    except (ApiUnavailableError, DataError) as error:
        typer.echo(f"Stopped: {error}. Run it again to continue; nothing is duplicated.", err=True)
        raise typer.Exit(1) from None
    finally:
        own.close()
    counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(done.outcomes.items()))
    typer.echo(f"Done: {done.done} users ({counts or 'none'}).")


def _print_progress(progress: Progress) -> None:
    percent = 100 * min(progress.done, progress.total) // max(progress.total, 1)
    typer.echo(f"{progress.done} of {progress.total} users ({percent} %)")
