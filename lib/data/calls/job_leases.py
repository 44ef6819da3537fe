"""Leases of background jobs: one worker at a time runs each, and how the last run went.

Generated from the Convex functions by `python -m codegen`; a test proves that it is current.
"""

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


def acquire(
    caller: Caller, *, idempotency_key: str | None = None, **arguments: Unpack[JobLeasesAcquireArgs]
) -> Lease:
    """Start a run of the job if nobody else holds the lease and it is due.

    It is due if the last start is at least `due_every_ms` ago. A run whose holder let the lease
    lapse without finishing is due at once.
    """
    return caller.mutation(JOB_LEASES_ACQUIRE, arguments, idempotency_key)


def every(caller: Caller) -> tuple[JobRun, ...]:
    """Return every job with its holder and its last run, by name."""
    return caller.query(JOB_LEASES_LIST, JobLeasesListArgs())


def finish(
    caller: Caller, *, idempotency_key: str | None = None, **arguments: Unpack[JobLeasesFinishArgs]
) -> None:
    """End a run: free the lease, keep the report, count the run.

    Raises:
        Refused: CONFLICT if the holder does not hold the lease (any more).
    """
    return caller.mutation(JOB_LEASES_FINISH, arguments, idempotency_key)


def renew(
    caller: Caller, name: str, holder: str, ttl_ms: float, *, idempotency_key: str | None = None
) -> Renewal:
    """Prolong the lease; `held` is false if somebody else has taken it meanwhile."""
    return caller.mutation(
        JOB_LEASES_RENEW,
        JobLeasesRenewArgs(name=name, holder=holder, ttl_ms=ttl_ms),
        idempotency_key,
    )
