"""Migrations and repairs of the data, batch by batch."""

from __future__ import annotations

from typing import Unpack

from lib.data.client import Caller
from lib.data.records import (
    MIGRATIONS_STATUS,
    MIGRATIONS_STEP,
    MigrationRun,
    MigrationsStatusArgs,
    MigrationsStepArgs,
)


def step(caller: Caller, **what: Unpack[MigrationsStepArgs]) -> MigrationRun:
    """Do the next batch of a migration or repair; `done` when there is no more."""
    return caller.mutation(MIGRATIONS_STEP, what)


def status(caller: Caller) -> tuple[MigrationRun, ...]:
    """Return how far each one is."""
    return caller.query(MIGRATIONS_STATUS, MigrationsStatusArgs())
