"""Leases of background jobs: one worker at a time runs each, and what came of it."""

from __future__ import annotations

from typing import Unpack

from lib.data.client import Caller
from lib.data.records import (
    JOB_LEASES_ACQUIRE,
    JOB_LEASES_FINISH,
    JOB_LEASES_LIST,
    JOB_LEASES_RENEW,
    JobLeasesAcquireArgs,
    JobLeasesFinishArgs,
    JobLeasesListArgs,
    JobLeasesRenewArgs,
    JobRun,
    Lease,
    Renewal,
)


def acquire(caller: Caller, **wish: Unpack[JobLeasesAcquireArgs]) -> Lease:
    """Take the lease of a job if it is due and nobody else holds it."""
    return caller.mutation(JOB_LEASES_ACQUIRE, wish)


def renew(caller: Caller, **lease: Unpack[JobLeasesRenewArgs]) -> Renewal:
    """Keep a lease; `held` is False if it was lost."""
    return caller.mutation(JOB_LEASES_RENEW, lease)


def finish(caller: Caller, **run: Unpack[JobLeasesFinishArgs]) -> None:
    """Give a lease back with the report of the run."""
    caller.mutation(JOB_LEASES_FINISH, run)


def every(caller: Caller) -> tuple[JobRun, ...]:
    """Return every job's last run, report and holder."""
    return caller.query(JOB_LEASES_LIST, JobLeasesListArgs())
