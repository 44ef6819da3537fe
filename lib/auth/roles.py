"""Roles and what they may do, from the one table, `permissions.json`.

What is not in the table is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from lib.config.clerk_keys import is_organization_claim


class Role(StrEnum):
    """A role of a team member, of a machine (`ingest`, `monitor`, `worker`), or of an API key."""

    VIEWER = "viewer"
    REVIEWER = "reviewer"
    OPS = "ops"
    ADMIN = "admin"
    INGEST = "ingest"
    MONITOR = "monitor"
    WORKER = "worker"
    KEY_WRITE = "key-write"
    KEY_READ = "key-read"
    KEY_READ_CLEAR = "key-read-clear"
    KEY_SCORES = "key-scores"


TEAM_ROLES = frozenset({Role.VIEWER, Role.REVIEWER, Role.OPS, Role.ADMIN})
SERVICE_ROLES = frozenset({Role.INGEST, Role.MONITOR, Role.WORKER})
"""Roles of service tokens; those of API keys are held by the keys alone."""

_TABLE: dict[str, Any] = json.loads(Path(__file__).with_name("permissions.json").read_text())

# Paths that a browser navigates to: pages, and files to download.
_DOCUMENTS: dict[str, list[str]] = {**_TABLE["pages"], **_TABLE["files"]}


def _with_inherited(role: Role) -> frozenset[Role]:
    inherited = (Role(name) for name in _TABLE["inherits"][role.value])
    return frozenset({role}).union(*(_with_inherited(parent) for parent in inherited))


_HELD: dict[Role, frozenset[Role]] = {role: _with_inherited(role) for role in Role}


def role_of(claims: Mapping[str, Any], claim_path: str, organization_id: str = "") -> Role | None:
    """Return the team role that verified Clerk claims name, None if none is recognised.

    Any user may create an organization and is its admin, so a role in an organization counts in
    the team's own only.

    Args:
        claims: of a Clerk session token.
        claim_path: name of a claim; dots separate the names in nested objects.
        organization_id: the team's organization. If given, the claims must name it as the active
            one, and Clerk's `org:` prefix of a role is dropped.
    """
    if organization_id:
        if _active_organization(claims) != organization_id:
            return None
    elif is_organization_claim(claim_path):
        return None
    value = _at(claims, claim_path)
    name = value if isinstance(value, str) else ""
    if organization_id:
        name = name.removeprefix("org:")
    return next((role for role in TEAM_ROLES if role.value == name), None)


def _active_organization(claims: Mapping[str, Any]) -> object:
    """Return the id of the active organization: `o.id`, or `org_id` in tokens of version 1."""
    return _at(claims, "o.id") or _at(claims, "org_id")


def _at(claims: Mapping[str, Any], path: str) -> object:
    value: Any = claims
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def allows(role: Role, needed: Role | Iterable[Role]) -> bool:
    """Return whether `role` is, or inherits from, one of the needed roles."""
    wanted = {needed} if isinstance(needed, Role) else set(needed)
    return not wanted.isdisjoint(_HELD[role])


def page_known(path: str) -> bool:
    """Return whether a path is a page, or a file to download, of the table."""
    return path in _DOCUMENTS


def page_allowed(role: Role, path: str) -> bool:
    """Return whether a role may open a page or a file; what is not in the table is refused."""
    return allows(role, page_roles(path))


def api_known(operation: str) -> bool:
    """Return whether an API operation, such as `GET /users/{clerkId}`, is in the table."""
    return operation in _TABLE["api"]


def api_allowed(role: Role, operation: str) -> bool:
    """Return whether a role may call an API operation, such as `GET /users/{clerkId}`."""
    return allows(role, (Role(name) for name in _TABLE["api"].get(operation, ())))


def machine_allowed(role: Role, path: str) -> bool:
    """Return whether a machine may read a path beside the API; what is not listed is refused."""
    return allows(role, (Role(name) for name in _TABLE["machines"].get(path, ())))


def page_roles(path: str) -> tuple[Role, ...]:
    """Return the roles that may open a page, not those that inherit from them."""
    return tuple(Role(name) for name in _DOCUMENTS.get(path, ()))


def function_allowed(role: Role, function: str) -> bool:
    """Return whether a role may call a Convex function, so that pages offer only what will work."""
    return allows(role, (Role(name) for name in _TABLE["functions"].get(function, ())))
