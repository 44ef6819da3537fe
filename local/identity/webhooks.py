"""Delivery of webhooks to the app, signed and retried as Svix does for Clerk."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
from standardwebhooks import Webhook
from starlette.concurrency import run_in_threadpool

from local.identity.database import now_ms
from local.identity.instance import Instance

logger = logging.getLogger(__name__)

PATH = "/api/v1/webhooks/clerk"

_TIMEOUT_SECONDS = 10.0
_IDLE_SECONDS = 0.5
_BATCH = 20


class Dispatcher:
    """Delivers queued events, oldest first, until it is cancelled."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._webhook = Webhook(instance.stack.clerk_webhook_secret)
        # Names below `localhost` need not resolve outside of browsers, so the address is called.
        self._url = f"http://127.0.0.1:{instance.stack.app_port}{PATH}"
        self._host = urlsplit(instance.stack.app_url).netloc

    async def run(self) -> None:
        """Deliver for ever; another process may queue events too, so the file is polled."""
        async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS) as client:
            while True:
                try:
                    worked = await self._deliver_due(client)
                except sqlite3.OperationalError:
                    logger.warning("The instance's file is locked; webhooks wait", exc_info=True)
                    worked = False
                if not worked:
                    await asyncio.sleep(_IDLE_SECONDS)

    async def _deliver_due(self, client: httpx.AsyncClient) -> bool:
        """Attempt what is due; tell whether there was anything."""
        due = await run_in_threadpool(self._due)
        for event in due:
            delivered = await self._deliver(client, event)
            await run_in_threadpool(self._settle, event, delivered=delivered)
        return bool(due)

    async def _deliver(self, client: httpx.AsyncClient, event: sqlite3.Row) -> bool:
        sent_at = datetime.now(UTC)
        headers = {
            "Host": self._host,
            "Content-Type": "application/json",
            "User-Agent": "Svix-Webhooks",
            "svix-id": event["id"],
            "svix-timestamp": str(int(sent_at.timestamp())),
            "svix-signature": self._webhook.sign(event["id"], sent_at, event["body"]),
        }
        try:
            answer = await client.post(self._url, content=event["body"], headers=headers)
        except httpx.HTTPError:
            return False
        return answer.is_success

    def _due(self) -> list[Any]:
        query = "SELECT * FROM outbox WHERE next_at <= ? ORDER BY next_at, created_at LIMIT ?"
        with self._instance.database.read() as db:
            return db.execute(query, (now_ms(), _BATCH)).fetchall()

    def _settle(self, event: sqlite3.Row, *, delivered: bool) -> None:
        """Forget a delivered event; plan the next attempt of a failed one, or give it up."""
        pauses = self._instance.settings.webhook_retry_seconds
        with self._instance.database.write() as db:
            if delivered:
                db.execute("DELETE FROM outbox WHERE id = ?", (event["id"],))
                return
            attempts = event["attempts"] + 1
            again = attempts <= len(pauses)
            next_at = now_ms() + int(pauses[attempts - 1] * 1000) if again else None
            statement = "UPDATE outbox SET attempts = ?, next_at = ? WHERE id = ?"
            db.execute(statement, (attempts, next_at, event["id"]))
