"""Rate limits of the HTTP API, shared by its replicas.

Generated from the Convex functions by `python -m codegen`; a test proves that it is current.
"""

from __future__ import annotations

from typing import Unpack

from lib.data.client import Caller
from lib.data.records import RATE_LIMITS_TAKE, RateLimitsTakeArgs, Taken


def take(caller: Caller, **arguments: Unpack[RateLimitsTakeArgs]) -> Taken:
    """Take `cost` (default 1) of the `limit` calls per `period_ms` that `key` has.

    `retry_after_ms` is 0 if they were taken.
    """
    return caller.mutation_once(RATE_LIMITS_TAKE, arguments)
