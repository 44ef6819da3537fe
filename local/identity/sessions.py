"""Browsers and their sessions: clients, dev browsers, sessions, refresh tokens, tickets."""

from __future__ import annotations

import sqlite3
from typing import Any, Literal

from local.identity import users
from local.identity.database import digest, new_id, new_secret, now_ms
from local.identity.errors import ClerkError, not_found
from local.identity.events import emit

EndStatus = Literal["ended", "removed", "revoked", "replaced"]

DAY_MS = 86_400_000
_SESSION_MS = 7 * DAY_MS
_ABANDON_MS = 30 * DAY_MS
_LIVE_REFRESH_TOKENS = 20
STATUS_NOW = """
SELECT id, client_id, user_id, created_at, updated_at, last_active_at, expire_at, abandon_at,
CASE WHEN status = 'active' AND expire_at <= :now THEN 'expired' ELSE status END AS status
FROM sessions
"""
"""Sessions with the status that they have at `:now`, Unix milliseconds."""

# `replaced` has no webhook at Clerk.
_EVENTS = {"ended": "session.ended", "removed": "session.removed", "revoked": "session.revoked"}


def create_client(db: sqlite3.Connection) -> tuple[str, str]:
    """Make a client (a browser) without a session; return its id and its `__client` secret."""
    client_id, secret = new_id("client"), new_secret("client")
    db.execute("INSERT INTO clients VALUES (?, ?, ?)", (client_id, digest(secret), now_ms()))
    return client_id, secret


def create_dev_browser(db: sqlite3.Connection, client_id: str) -> str:
    """Make a dev browser that stands for the client across sites; return its token."""
    token = new_secret("dvb")
    db.execute("INSERT INTO dev_browsers VALUES (?, ?, ?)", (digest(token), now_ms(), client_id))
    return token


def client_of_secret(db: sqlite3.Connection, secret: str | None) -> str | None:
    """Return the id of the client with a `__client` secret."""
    query = "SELECT id AS client_id FROM clients WHERE secret_hash = ?"
    return _client_id(db.execute(query, (digest(secret or ""),)).fetchone())


def client_of_dev_browser(db: sqlite3.Connection, token: str | None) -> str | None:
    """Return the id of the client behind a `__clerk_db_jwt`."""
    query = "SELECT client_id FROM dev_browsers WHERE token_hash = ?"
    return _client_id(db.execute(query, (digest(token or ""),)).fetchone())


def create_session(db: sqlite3.Connection, client_id: str, user_id: str) -> dict[str, Any]:
    """Sign a user in on a client and queue `session.created`.

    Raises:
        ClerkError: the user is unknown, banned or locked.
    """
    user = users.get(db, user_id)
    if user["banned"]:
        raise ClerkError(403, "user_banned", "This account is banned")
    if user["locked"]:
        raise ClerkError(403, "user_locked", "This account is locked")
    for session in of_client(db, client_id):
        end(db, session["id"], "replaced")
    now, clerk_session_id = now_ms(), new_id("sess")
    db.execute(
        "INSERT INTO sessions VALUES (?, 'active', ?, ?, ?, ?, ?, ?, ?)",
        (clerk_session_id, client_id, user_id, now, now, now, now + _SESSION_MS, now + _ABANDON_MS),
    )
    user = users.update(db, user_id, {"last_sign_in_at": now, "last_active_at": now})
    session = get(db, clerk_session_id)
    emit(db, "session.created", {**session, "user": user})
    return session


def get(db: sqlite3.Connection, clerk_session_id: str) -> dict[str, Any]:
    """Return a session in Clerk's form.

    Raises:
        ClerkError: there is no such session.
    """
    row = db.execute("SELECT * FROM sessions WHERE id = ?", (clerk_session_id,)).fetchone()
    if row is None:
        raise not_found("Session")
    return as_json(row)


def of_client(db: sqlite3.Connection, client_id: str | None) -> list[dict[str, Any]]:
    """Return the active sessions of a client: none or one, the instance is single-session."""
    query = "SELECT * FROM sessions WHERE client_id = ? AND status = 'active' AND expire_at > ?"
    rows = db.execute(f"{query} ORDER BY created_at DESC", (client_id, now_ms()))
    return [as_json(row) for row in rows]


def end(db: sqlite3.Connection, clerk_session_id: str, status: EndStatus) -> dict[str, Any]:
    """End a session that is still active, and queue its event; otherwise change nothing."""
    session = get(db, clerk_session_id)
    if session["status"] != "active":
        return session
    db.execute(
        "UPDATE sessions SET status = ?, updated_at = ? WHERE id = ?",
        (status, now_ms(), clerk_session_id),
    )
    db.execute("DELETE FROM refresh_tokens WHERE session_id = ?", (clerk_session_id,))
    session = get(db, clerk_session_id)
    if status in _EVENTS:
        emit(db, _EVENTS[status], {**session, "user": users.get(db, session["user_id"])})
    return session


def end_all(db: sqlite3.Connection, user_id: str) -> None:
    """Revoke all sessions of a user, as a ban does."""
    rows = db.execute("SELECT id FROM sessions WHERE user_id = ?", (user_id,)).fetchall()
    for row in rows:
        end(db, row["id"], "revoked")


def create_refresh_token(db: sqlite3.Connection, clerk_session_id: str) -> str:
    """Make a refresh token for a session; only the newest few stay valid."""
    token = new_secret("rt")
    db.execute(
        "INSERT INTO refresh_tokens VALUES (?, ?, ?)", (digest(token), now_ms(), clerk_session_id)
    )
    db.execute(
        "DELETE FROM refresh_tokens WHERE session_id = ? AND token_hash NOT IN (SELECT token_hash"
        " FROM refresh_tokens WHERE session_id = ? ORDER BY created_at DESC LIMIT ?)",
        (clerk_session_id, clerk_session_id, _LIVE_REFRESH_TOKENS),
    )
    return token


def has_refresh_token(db: sqlite3.Connection, clerk_session_id: str, token: str) -> bool:
    """Tell whether a refresh token belongs to the session."""
    query = "SELECT 1 FROM refresh_tokens WHERE token_hash = ? AND session_id = ?"
    return db.execute(query, (digest(token), clerk_session_id)).fetchone() is not None


def as_json(row: sqlite3.Row) -> dict[str, Any]:
    """Return a row of `sessions` as a Session of Clerk's Backend API."""
    status = row["status"]
    if status == "active" and row["expire_at"] <= now_ms():
        status = "expired"
    times = ("last_active_at", "expire_at", "abandon_at", "updated_at", "created_at")
    return {
        "object": "session",
        "id": row["id"],
        "user_id": row["user_id"],
        "client_id": row["client_id"],
        "status": status,
        "actor": None,
        "last_active_organization_id": None,
        "tasks": None,
        **{name: row[name] for name in times},
    }


def _client_id(row: sqlite3.Row | None) -> str | None:
    return None if row is None else str(row["client_id"])
