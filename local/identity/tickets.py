"""Sign-in tickets (at Clerk: sign-in tokens), made by the Backend API and spent once."""

from __future__ import annotations

import sqlite3
from typing import Any

from local.identity import users
from local.identity.database import digest, new_id, new_secret, now_ms
from local.identity.errors import ClerkError, not_found


def create(db: sqlite3.Connection, user_id: str, seconds: int) -> dict[str, Any]:
    """Make a ticket that signs `user_id` in once within `seconds`."""
    users.get(db, user_id)
    now, ticket_id, secret = now_ms(), new_id("sit"), new_secret("ticket")
    db.execute(
        "INSERT INTO tickets VALUES (?, ?, 'pending', ?, ?, ?, ?)",
        (ticket_id, digest(secret), user_id, now, now, now + seconds * 1000),
    )
    return {**_get(db, ticket_id), "token": secret}


def revoke(db: sqlite3.Connection, ticket_id: str) -> dict[str, Any]:
    """Revoke a ticket."""
    ticket = _get(db, ticket_id)
    if ticket["status"] != "pending":
        raise ClerkError(400, "sign_in_token_cannot_be_revoked", "The ticket is not pending")
    _set_status(db, ticket_id, "revoked")
    return _get(db, ticket_id)


def spend(db: sqlite3.Connection, secret: str) -> str:
    """Use a ticket up and return its user's id.

    Raises:
        ClerkError: the ticket is unknown, spent, revoked or too old.
    """
    query = "SELECT * FROM tickets WHERE secret_hash = ?"
    row = db.execute(query, (digest(secret),)).fetchone()
    if row is None or row["status"] != "pending" or row["expires_at"] <= now_ms():
        raise ClerkError(400, "ticket_invalid", "This sign-in link was used or is too old")
    _set_status(db, row["id"], "accepted")
    return str(row["user_id"])


def _set_status(db: sqlite3.Connection, ticket_id: str, status: str) -> None:
    statement = "UPDATE tickets SET status = ?, updated_at = ? WHERE id = ?"
    db.execute(statement, (status, now_ms(), ticket_id))


def _get(db: sqlite3.Connection, ticket_id: str) -> dict[str, Any]:
    row = db.execute("SELECT * FROM tickets WHERE id = ?", (ticket_id,)).fetchone()
    if row is None:
        raise not_found("Sign-in token")
    fields = ("id", "status", "user_id", "created_at", "updated_at")
    return {"object": "sign_in_token", **{name: row[name] for name in fields}}
