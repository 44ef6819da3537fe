"""Typed access to the Convex functions; the only room that names one.

`Caller` first, then one module per aggregate. Records and calls are generated from the functions'
validators; modules by hand have loops over calls besides.
"""

from lib.data.calls import (
    alerts,
    api_keys,
    audio_objects,
    audit,
    erasure,
    events,
    imports,
    job_leases,
    labels,
    listening,
    migrations,
    rate_limits,
    reveals,
    review_claims,
    reviews,
    rubrics,
    scores,
    system,
    user_sessions,
    users,
)
from lib.data.client import Caller, Client
from lib.data.errors import DataError, FieldError, FunctionFailed, Refused, Unavailable
from lib.data.functions import Page

__all__ = [
    "Caller",
    "Client",
    "DataError",
    "FieldError",
    "FunctionFailed",
    "Page",
    "Refused",
    "Unavailable",
    "alerts",
    "api_keys",
    "audio_objects",
    "audit",
    "erasure",
    "events",
    "imports",
    "job_leases",
    "labels",
    "listening",
    "migrations",
    "rate_limits",
    "reveals",
    "review_claims",
    "reviews",
    "rubrics",
    "scores",
    "system",
    "user_sessions",
    "users",
]
