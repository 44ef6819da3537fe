"""Migrations of the data, batch by batch: resumable, and harmless to repeat.

Generated from the Convex functions by `python -m codegen`; a test proves that it is current.
"""

from __future__ import annotations

from lib.data.client import Caller
from lib.data.records import (
    MIGRATIONS_STATUS,
    MIGRATIONS_STEP,
    MigrationRun,
    MigrationsStatusArgs,
    MigrationsStepArgs,
)


def status(caller: Caller) -> tuple[MigrationRun, ...]:
    """Return how far every migration is."""
    return caller.query(MIGRATIONS_STATUS, MigrationsStatusArgs())


def step(
    caller: Caller, name: str, *, restart: bool | None = None, idempotency_key: str | None = None
) -> MigrationRun:
    """Do the next batch of a migration, from where the last one ended.

    A finished one stays finished unless `restart` begins it anew.

    Raises:
        Refused: NOT_FOUND for a name that is not in the list.
    """
    return caller.mutation(
        MIGRATIONS_STEP, MigrationsStepArgs(name=name, restart=restart), idempotency_key
    )
