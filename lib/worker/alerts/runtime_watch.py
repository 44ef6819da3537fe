"""Detects in every process that Convex is down, and notifies the channels without Convex.

All other alert data is in Convex: states of rules, incidents, queued messages. So each process
checks Convex every few seconds and keeps what it needs in bounded memory: when the outage began,
undelivered messages, the silences it read last, and outages not recorded yet. A channel is notified
of the start of an outage once, and of its end if it received the start; repeats of a message have
the same id. Replicas do not know of each other, so each reports what it sees. When Convex is back,
each records its outage there; overlapping records become one incident.
"""

from __future__ import annotations

import socket
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from lib.data import DataError, Unavailable, alerts, system
from lib.data.records import Announcement, Silence
from lib.observability.alert_evaluation import Gauge, Signals, State
from lib.observability.alert_rules import RUNTIME_DOWN, RUNTIME_SILENT
from lib.observability.logs import get_logger
from lib.work.services import Services
from lib.worker.alerts.delivery import channels, send
from lib.worker.alerts.messages import Channel, Message

INTERVAL_SECONDS: Final = 10.0
REREAD_SECONDS: Final = 10.0
"""Interval between reads of silences and open incidents."""
MOST_OUTAGES: Final = 20
"""Outages kept until they are recorded; the oldest go first."""
MOST_WAITING: Final = 8
"""Undelivered messages kept; later ones are dropped."""

_PAUSES: Final = (0.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
"""Seconds until the next attempt, by number of attempts; the last one repeats."""

_log = get_logger(__name__)


@dataclass(slots=True)
class _Waiting:
    """A message that is not delivered yet."""

    message: Message
    attempts: int = 0
    due: float = 0.0


@dataclass(slots=True)
class Outage:
    """One outage as seen by this process; `notified` are the channels that got its start."""

    opened_at: datetime
    key: str = field(default_factory=lambda: uuid.uuid4().hex)
    ended_at: datetime | None = None
    longest_ms: float = 0.0
    notified: list[Channel] = field(default_factory=list)


class RuntimeWatch:
    """The watch of one process.

    Args:
        services: of the process.
        interval: seconds between checks.
        clock: monotonic seconds.
        now: the time of day, UTC.
    """

    def __init__(
        self,
        services: Services,
        interval: float = INTERVAL_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._services, self._interval, self._clock, self._now = services, interval, clock, now
        self._state = State()
        self._answered = clock()
        self._outage: Outage | None = None
        self._over: deque[Outage] = deque(maxlen=MOST_OUTAGES)
        self._waiting: list[_Waiting] = []
        self._silences: tuple[Silence, ...] = ()
        self._read_at = float("-inf")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="runtime-watch", daemon=True)

    def start(self) -> None:
        """Start the thread, unless this process has no service key."""
        if self._services.settings.service_key is not None:
            self._thread.start()

    def stop(self, seconds: float) -> None:
        """Stop the thread; waits at most `seconds`."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def check(self) -> None:
        """Check Convex once, and start or end an outage accordingly."""
        answers = self._ask()
        now = self._now()
        silent_ms = (self._clock() - self._answered) * 1000
        signals = Signals(gauges={RUNTIME_SILENT.signal: Gauge(silent_ms)})
        _, self._state, change = RUNTIME_DOWN.evaluate(signals, self._state, now)
        if change == "firing":
            self._begin(now, silent_ms)
        elif change is not None:
            self._end(now)
        if self._outage is not None:
            self._outage.longest_ms = max(self._outage.longest_ms, silent_ms)
        self._send_waiting()
        if answers:
            self._settle()

    def _run(self) -> None:
        while not self._stop.wait(self._interval):
            try:
                self.check()
            except Exception:  # noqa: BLE001  # the thread must survive any error
                _log.exception("runtime_watch.failed")

    def _ask(self) -> bool:
        try:
            system.ping(self._services.worker_caller())
        except Unavailable as error:
            _log.warning("runtime_watch.no_answer", reason=str(error))
            return False
        except DataError:
            pass  # A refusal also shows that Convex responds.
        self._answered = self._clock()
        return True

    def _begin(self, now: datetime, silent_ms: float) -> None:
        self._outage = Outage(now - timedelta(milliseconds=silent_ms))
        self._services.firing += 1
        _log.error("runtime_watch.down", silentMs=silent_ms)
        names = {RUNTIME_DOWN.name, "*"}
        if any(it.rule in names and it.expires_at > now for it in self._silences):
            return
        for channel in channels(self._services.settings):
            self._queue_message(channel, "firing", now, silent_ms)

    def _end(self, now: datetime) -> None:
        outage, self._outage = self._outage, None
        if outage is None:
            return
        outage.ended_at = now
        self._over.append(outage)
        _log.info("runtime_watch.up", openedAt=outage.opened_at.isoformat())
        # Channels that did not get the start do not get the end either.
        begun = outage.opened_at
        self._waiting = [
            it
            for it in self._waiting
            if it.message.channel in outage.notified or it.message.items[0].opened_at != begun
        ]
        for channel in outage.notified:
            self._queue_message(channel, "resolved", now, 0.0, outage)

    def _queue_message(
        self,
        channel: Channel,
        change: str,
        now: datetime,
        value: float,
        outage: Outage | None = None,
    ) -> None:
        about = outage or self._outage
        item = Announcement(
            change="firing" if change == "firing" else "resolved",
            at=now,
            value=value,
            rule=RUNTIME_DOWN.name,
            title=RUNTIME_DOWN.title,
            severity=RUNTIME_DOWN.severity,
            unit=RUNTIME_DOWN.unit,
            threshold=RUNTIME_SILENT.threshold,
            path=RUNTIME_DOWN.path,
            params={},
            opened_at=about.opened_at if about else now,
        )
        if len(self._waiting) >= MOST_WAITING:
            _log.error("runtime_watch.too_many_messages", channel=channel)
            return
        message = Message(f"runtime-{uuid.uuid4().hex}", channel, (item,), now)
        self._waiting.append(_Waiting(message))

    def _send_waiting(self) -> None:
        """Send due messages; a channel gets its messages in order."""
        held: set[Channel] = set()
        for waiting in list(self._waiting):
            channel = waiting.message.channel
            if channel in held or self._clock() < waiting.due:
                held.add(channel)
                continue
            if send(self._services.settings, waiting.message) is None:
                self._waiting.remove(waiting)
                if self._outage is not None and waiting.message.items[0].change == "firing":
                    self._outage.notified.append(channel)
            else:
                held.add(channel)
                waiting.attempts += 1
                waiting.due = self._clock() + _PAUSES[min(waiting.attempts, len(_PAUSES) - 1)]

    def _settle(self) -> None:
        """Record ended outages; read silences, and the number of firing incidents for the menu."""
        caller = self._services.worker_caller()
        try:
            while self._over:
                self._record(self._over[0])
                self._over.popleft()
            if self._clock() - self._read_at >= REREAD_SECONDS:
                self._silences = alerts.silences(caller)
                self._services.firing = alerts.summary(caller).firing_count
                self._read_at = self._clock()
        except DataError as error:
            _log.warning("runtime_watch.not_recorded", reason=str(error))

    def _record(self, outage: Outage) -> None:
        notified = (
            f"notified {', '.join(outage.notified)}"
            if outage.notified
            else "no channel was notified"
        )
        alerts.record(
            self._services.worker_caller(),
            idempotency_key=f"outage-{outage.key}",
            rule=RUNTIME_DOWN.name,
            title=RUNTIME_DOWN.title,
            severity=RUNTIME_DOWN.severity,
            unit=RUNTIME_DOWN.unit,
            value=outage.longest_ms,
            threshold=RUNTIME_SILENT.threshold,
            path=RUNTIME_DOWN.path,
            params={},
            opened_at=outage.opened_at,
            resolved_at=outage.ended_at or outage.opened_at,
            note=f"Seen by {socket.gethostname()}; {notified}.",
        )
