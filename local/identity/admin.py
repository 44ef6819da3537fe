"""Users and tokens for the local stack's own commands, without HTTP."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any, Literal

from local.identity import sessions, tokens, users
from local.identity.credentials import PRODUCT_USERNAME
from local.identity.instance import Instance
from local.identity.users import NewUser
from local.stack import Stack

DemoRole = Literal["viewer", "reviewer", "ops", "admin"]

_NAMES = {
    "viewer": ("Vera", "Lindqvist"),
    "reviewer": ("Ravi", "Menon"),
    "ops": ("Oona", "Byrne"),
    "admin": ("Ada", "Farrow"),
}


def prepare(instance: Instance) -> None:
    """Make the demo users, one per role, and the product user without a role, if missing."""
    with instance.database.write() as db:
        for role in _NAMES:
            if users.by_username(db, role) is None:
                users.create(db, _team_member(role))
        if users.by_username(db, PRODUCT_USERNAME) is None:
            email = f"{PRODUCT_USERNAME}@customers.example"
            new = NewUser(PRODUCT_USERNAME, email, first_name="Casey", last_name="Ito")
            users.create(db, new)


def create_users(stack: Stack, people: Iterable[NewUser]) -> list[str]:
    """Add users in one transaction, without webhooks; return their ids.

    A person whose `user_id` is there already stays as they are, so a load may be repeated.

    Raises:
        ClerkError: a username or address is taken; nobody was added.
    """
    with Instance(stack).database.write() as db:
        return [_ensured(db, person) for person in people]


def session_token(
    stack: Stack, role: DemoRole, subject: str | None = None, seconds: int | None = None
) -> str:
    """Return a session token for the API, of a session of its own.

    Args:
        stack: the running or stopped stack.
        role: of the user: the demo user with that role.
        subject: id of another user with that role; made if there is none with that id.
        seconds: life; default 60.

    Raises:
        ClerkError: the user is banned or locked.
        ValueError: the subject has another role.
    """
    instance = Instance(stack)
    prepare(instance)
    with instance.database.write() as db:
        user = _member(db, role, subject)
        client_id, _ = sessions.create_client(db)
        session = sessions.create_session(db, client_id, user["id"])
    return tokens.session_token(instance, session, user, stack.app_url, seconds)


def _ensured(db: sqlite3.Connection, person: NewUser) -> str:
    if person.user_id and users.exists(db, person.user_id):
        return person.user_id
    return str(users.create(db, person, notify=False)["id"])


def _member(db: sqlite3.Connection, role: DemoRole, subject: str | None) -> dict[str, Any]:
    if subject is None:
        user = users.by_username(db, role)
    else:
        new = NewUser(user_id=subject, public_metadata={"role": role})
        user = users.get(db, subject) if users.exists(db, subject) else users.create(db, new)
    if user is None or user["public_metadata"].get("role") != role:
        raise ValueError(f"that user does not have the role {role}")
    return user


def _team_member(role: str) -> NewUser:
    first, last = _NAMES[role]
    return NewUser(
        username=role,
        email=f"{role}@team.earshot.example",
        first_name=first,
        last_name=last,
        public_metadata={"role": role},
    )
