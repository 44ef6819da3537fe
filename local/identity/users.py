"""Users of the instance: storage and their form in Clerk's API."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from typing import Any

from local.identity.database import new_id, now_ms
from local.identity.errors import ClerkError, not_found
from local.identity.events import emit

_METADATA = ("public_metadata", "private_metadata", "unsafe_metadata")


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user to be made; times are Unix milliseconds."""

    username: str | None = None
    email: str | None = None
    external_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    public_metadata: dict[str, Any] = field(default_factory=dict)
    private_metadata: dict[str, Any] = field(default_factory=dict)
    unsafe_metadata: dict[str, Any] = field(default_factory=dict)
    created_at: int | None = None
    user_id: str | None = None


def create(db: sqlite3.Connection, new: NewUser, *, notify: bool = True) -> dict[str, Any]:
    """Add a user and return it in Clerk's form.

    Args:
        db: connection inside a transaction.
        new: its data.
        notify: queue `user.created`; left out when demo data is loaded in bulk.

    Raises:
        ClerkError: username, address or external id is taken.
    """
    user_id = new.user_id or new_id("user")
    created = new.created_at or now_ms()
    row = {
        "id": user_id,
        "username": new.username,
        "email": new.email,
        "external_id": new.external_id,
        "first_name": new.first_name,
        "last_name": new.last_name,
        **{name: json.dumps(getattr(new, name)) for name in _METADATA},
        "created_at": created,
        "updated_at": created,
    }
    columns, marks = ", ".join(row), ", ".join("?" * len(row))
    _execute(db, f"INSERT INTO users ({columns}) VALUES ({marks})", tuple(row.values()))  # noqa: S608  # own names
    user = get(db, user_id)
    if notify:
        emit(db, "user.created", user)
    return user


def get(db: sqlite3.Connection, user_id: str) -> dict[str, Any]:
    """Return a user in Clerk's form.

    Raises:
        ClerkError: there is no such user.
    """
    row = db.execute("SELECT * FROM users WHERE id = ?", (user_id,)).fetchone()
    if row is None:
        raise not_found("User")
    return as_json(row)


def exists(db: sqlite3.Connection, user_id: str) -> bool:
    """Tell whether there is a user with this id."""
    return db.execute("SELECT 1 FROM users WHERE id = ?", (user_id,)).fetchone() is not None


def by_username(db: sqlite3.Connection, username: str) -> dict[str, Any] | None:
    """Return the user with a username, or None."""
    row = db.execute("SELECT * FROM users WHERE username = ?", (username,)).fetchone()
    return None if row is None else as_json(row)


def update(db: sqlite3.Connection, user_id: str, changes: dict[str, Any]) -> dict[str, Any]:
    """Change columns of a user, queue `user.updated` and return the user.

    Args:
        db: connection inside a transaction.
        user_id: whose.
        changes: new values by column (names are code, never input); metadata as objects that
            replace the old ones.
    """
    current = get(db, user_id)
    values = {
        name: json.dumps(value) if name in _METADATA else value for name, value in changes.items()
    }
    # Always later than before, so that receivers can tell two changes of one millisecond apart.
    values["updated_at"] = max(now_ms(), current["updated_at"] + 1)
    assignments = ", ".join(f"{name} = ?" for name in values)
    statement = f"UPDATE users SET {assignments} WHERE id = ?"  # noqa: S608  # own names
    _execute(db, statement, (*values.values(), user_id))
    user = get(db, user_id)
    emit(db, "user.updated", user)
    return user


def merge_metadata(
    db: sqlite3.Connection, user_id: str, changes: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    """Merge metadata deeply, as Clerk does: a null removes the key."""
    current = get(db, user_id)
    merged = {name: _merge(current[name], value) for name, value in changes.items()}
    return update(db, user_id, merged)


def delete(db: sqlite3.Connection, user_id: str) -> dict[str, Any]:
    """Delete a user with all sessions and queue `user.deleted`."""
    user = get(db, user_id)
    db.execute("DELETE FROM users WHERE id = ?", (user_id,))
    deleted = {"object": "user", "id": user_id, "deleted": True}
    if user["external_id"]:
        deleted["external_id"] = user["external_id"]
    emit(db, "user.deleted", deleted)
    return deleted


def as_json(row: sqlite3.Row) -> dict[str, Any]:
    """Return a row of `users` as a User of Clerk's Backend API."""
    email_id = "idn_" + row["id"].removeprefix("user_")
    addresses = [_email(email_id, row)] if row["email"] else []
    return {
        "object": "user",
        "id": row["id"],
        "external_id": row["external_id"],
        "username": row["username"],
        "first_name": row["first_name"],
        "last_name": row["last_name"],
        "image_url": "",
        "profile_image_url": "",
        "has_image": False,
        "primary_email_address_id": email_id if addresses else None,
        "primary_phone_number_id": None,
        "primary_web3_wallet_id": None,
        "email_addresses": addresses,
        "phone_numbers": [],
        "web3_wallets": [],
        "passkeys": [],
        "external_accounts": [],
        "saml_accounts": [],
        "enterprise_accounts": [],
        **{name: json.loads(row[name]) for name in _METADATA},
        "password_enabled": True,
        "two_factor_enabled": False,
        "totp_enabled": False,
        "backup_code_enabled": False,
        "mfa_enabled_at": None,
        "mfa_disabled_at": None,
        "banned": bool(row["banned"]),
        "locked": bool(row["locked"]),
        "lockout_expires_in_seconds": None,
        "verification_attempts_remaining": None,
        "delete_self_enabled": True,
        "create_organization_enabled": False,
        "legal_accepted_at": None,
        "last_sign_in_at": row["last_sign_in_at"],
        "last_active_at": row["last_active_at"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }


def _email(email_id: str, row: sqlite3.Row) -> dict[str, Any]:
    return {
        "id": email_id,
        "object": "email_address",
        "email_address": row["email"],
        "reserved": False,
        "verification": {
            "object": "verification_admin",
            "status": "verified",
            "strategy": "admin",
            "attempts": None,
            "expire_at": None,
        },
        "linked_to": [],
        "matches_sso_connection": False,
        "created_at": row["created_at"],
        "updated_at": row["created_at"],
    }


def _merge(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    merged = dict(old)
    for key, value in new.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = _merge(merged[key], value)
        else:
            merged[key] = value
    return merged


def _execute(db: sqlite3.Connection, statement: str, values: tuple[Any, ...]) -> None:
    try:
        db.execute(statement, values)
    except sqlite3.IntegrityError as error:
        name = str(error).rsplit(".", 1)[-1]
        message = f"That {name} is taken. Please try another."
        meta = {"param_name": name}
        raise ClerkError(422, "form_identifier_exists", message, meta=meta) from error
