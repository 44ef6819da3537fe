"""How names on the wire become names in Python."""

from __future__ import annotations

import keyword
import re
from typing import Final

CALLS: Final = {
    "alertDeliveries:claim": ("alerts", "claim"),
    "alertDeliveries:list": ("alerts", "deliveries"),
    "alertDeliveries:settle": ("alerts", "settle"),
    "alertDeliveries:test": ("alerts", "send_test"),
    "audioObjects:all": ("audio_objects", "every"),
    "authEvents:list": ("events", "auth_page"),
    "erasure:open": ("erasure", "open_page"),
    "jobLeases:list": ("job_leases", "every"),
    "listening:open": ("listening", "open_session"),
    "metrics:range": ("metrics", "page"),
    "reviewClaims:next": ("review_claims", "take_next"),
    "storageEvents:list": ("events", "storage_page"),
    "storageEvents:slowest": ("events", "slowest_page"),
}
"""Module and name in `lib.data.calls` of functions whose own names would mislead there."""


def call_name(path: str) -> tuple[str, str]:
    """Return the module and the name under which Python calls `module:function`."""
    module, name = path.split(":")
    return CALLS.get(path) or (snake(module), "page" if name == "list" else snake(name))


def snake(name: str) -> str:
    """Return `startedAtMs` as `started_at_ms`; a keyword gets an underscore at its end."""
    lowered = re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()
    return f"{lowered}_" if keyword.iskeyword(lowered) else lowered


def pascal(path: str) -> str:
    """Return `userSessions:get` as `UserSessionsGet`."""
    return "".join(part[:1].upper() + part[1:] for part in path.split(":"))


def constant(path: str) -> str:
    """Return the name of the description of a function: `USER_SESSIONS_GET`."""
    return snake(pascal(path)).upper()


def writer(name: str) -> str:
    """Return the name of the function that writes the arguments of a typed dict."""
    return f"_write_{snake(name)}"
