"""Token buckets that all replicas share."""

from __future__ import annotations

from typing import Unpack

from lib.data.client import Caller
from lib.data.records import RATE_LIMITS_TAKE, RateLimitsTakeArgs, Taken


def take(caller: Caller, **wish: Unpack[RateLimitsTakeArgs]) -> Taken:
    """Take calls from a bucket, or learn when there will be some.

    Without idempotency key: a take that happens twice only costs its caller a little patience.
    """
    return caller.mutation_once(RATE_LIMITS_TAKE, wish)
