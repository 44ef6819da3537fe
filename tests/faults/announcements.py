"""Somebody who presses "send a test message" on the Alerts page again and again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

from lib.data import Caller, Client, Refused, Unavailable, alerts
from lib.data.records import ALERT_DELIVERIES_TEST, AlertDeliveriesTestArgs, Delivery
from local.identity.admin import session_token
from local.stack import Stack
from tests.support.receiver import Receiver
from tests.support.stack import wait_until

EVERY_SECONDS = 8.0
MOST = 15
"""Fewer than one channel may get in an hour (`convex/alertDeliveries.ts`)."""

RETRY_SECONDS = 0.25
SETTLE_SECONDS = 120.0


@dataclass
class Announcements:
    """Asks for messages from `start` to `stop`; the worker sends them to a receiver.

    Attributes:
        asked: messages whose wish was acknowledged.
    """

    stack: Stack
    convex_url: str
    receiver: Receiver
    asked: int = 0
    _over: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Begin."""
        token = session_token(self.stack, "ops", seconds=24 * 3600)
        self._client = Client(self.convex_url, 5)
        self._caller = Caller(self._client, lambda: token)
        self._thread = threading.Thread(target=self._run, name="announcements")
        self._thread.start()

    def stop(self) -> None:
        """End after the wish under way was acknowledged."""
        self._over.set()
        self._thread.join(60)
        assert not self._thread.is_alive()

    def check(self, tend: Callable[[], None]) -> int:
        """Wait until the outbox is empty and compare it with what came; return the messages.

        Raises:
            AssertionError: a message was lost, or stored twice, or is stuck.
        """

        def all_sent() -> bool:
            tend()
            return all(one.status == "sent" for one in self._stored())

        wait_until(all_sent, SETTLE_SECONDS, lambda: str(self._stored()[:3]), 0.5)
        stored = self._stored()
        tests = [item for one in stored for item in one.items if item.change == "test"]
        assert len(tests) == self.asked
        # At least once: a repeat after a crash has the same id.
        assert {one.id for one in stored} == {one.delivery_id for one in self.receiver.requests}
        self._client.close()
        return len(tests)

    def _stored(self) -> list[Delivery]:
        found: list[Delivery] = []
        cursor: str | None = None
        while True:
            page = alerts.deliveries(self._caller, cursor=cursor, limit=100)
            found += page.items
            cursor = page.next_cursor
            if cursor is None:
                return found

    def _run(self) -> None:
        while self.asked < MOST and not self._over.wait(EVERY_SECONDS if self.asked else 0):
            key = uuid4().hex
            while not self._ask(key):
                self._over.wait(RETRY_SECONDS)

    def _ask(self, key: str) -> bool:
        wish = AlertDeliveriesTestArgs(channels=["webhook"])
        try:
            self._caller.mutation(ALERT_DELIVERIES_TEST, wish, key)
        except (Unavailable, Refused):
            return False
        self.asked += 1
        return True
