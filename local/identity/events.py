"""Queue of webhook events, written in the transaction of their change."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from local.identity.database import new_id, now_ms


def emit(db: sqlite3.Connection, kind: str, data: dict[str, Any]) -> None:
    """Queue one event.

    Args:
        db: connection inside the transaction of the change.
        kind: for instance `user.updated`.
        data: the resource in Clerk's form, already without secrets.
    """
    now = now_ms()
    row = db.execute("SELECT value FROM settings WHERE key = 'key_id'").fetchone()
    body = {
        "object": "event",
        "type": kind,
        "data": data,
        "timestamp": now,
        "instance_id": row["value"],
        "event_attributes": {},
    }
    db.execute(
        "INSERT INTO outbox (id, body, next_at, created_at) VALUES (?, ?, ?, ?)",
        (new_id("msg"), json.dumps(body, separators=(",", ":")), now, now),
    )
