"""Prunes expired data, so that the instance's file cannot grow without limit."""

from __future__ import annotations

import asyncio
import logging
import sqlite3

from starlette.concurrency import run_in_threadpool

from local.identity.database import now_ms
from local.identity.instance import Instance
from local.identity.sessions import DAY_MS

logger = logging.getLogger(__name__)

_EVERY_SECONDS = 3600
_MAX_EVENTS = 10_000
_MAX_BROWSERS = 10_000


async def run(instance: Instance) -> None:
    """Prune now and every hour, until cancelled."""
    while True:
        try:
            await run_in_threadpool(prune, instance)
        except sqlite3.OperationalError:
            logger.warning("The instance's file is locked; pruned next time", exc_info=True)
        await asyncio.sleep(_EVERY_SECONDS)


def prune(instance: Instance) -> None:
    """Delete expired secrets, old ended sessions, browsers without a session, excess events."""
    now = now_ms()
    month_ago = now - 30 * DAY_MS
    with instance.database.write() as db:
        db.execute("DELETE FROM nonces WHERE expires_at <= ?", (now,))
        db.execute("DELETE FROM tickets WHERE expires_at <= ?", (now - DAY_MS,))
        db.execute("DELETE FROM sessions WHERE abandon_at <= ?", (now,))
        db.execute(
            "DELETE FROM sessions WHERE status <> 'active' AND updated_at <= ?", (month_ago,)
        )
        db.execute(
            "DELETE FROM clients WHERE id NOT IN (SELECT client_id FROM sessions)"
            " AND (created_at <= ? OR id NOT IN"
            " (SELECT id FROM clients ORDER BY created_at DESC LIMIT ?))",
            (month_ago, _MAX_BROWSERS),
        )
        db.execute(
            "DELETE FROM outbox WHERE id NOT IN"
            " (SELECT id FROM outbox ORDER BY created_at DESC LIMIT ?)",
            (_MAX_EVENTS,),
        )
