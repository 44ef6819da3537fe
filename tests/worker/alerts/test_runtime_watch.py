"""Convex is down: that is noticed and told without it, and recorded when it is back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from lib.data import alerts
from lib.data.records import Incident
from lib.work.services import Services
from lib.worker.alerts import runtime_watch
from lib.worker.alerts.runtime_watch import RuntimeWatch
from tests.support.receiver import Received
from tests.worker.alerts.conftest import Desk

STEP_SECONDS = 20


class Clock:
    """The time as the watch sees it, both monotonic and of the day."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._start = datetime.now(UTC)

    def __call__(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def replica(desk: Desk, clock: Clock) -> Iterator[Callable[[], RuntimeWatch]]:
    """Makes the watch of another process, that does not wait long for Convex."""
    settings = desk.services.settings.model_copy(update={"convex_timeout_seconds": 1.0})
    made: list[Services] = []

    def make() -> RuntimeWatch:
        made.append(Services(settings))
        return RuntimeWatch(made[-1], clock=clock, now=clock.now)

    yield make
    for services in made:
        services.close()


def changes(desk: Desk) -> list[str]:
    return [item["change"] for got in desk.receiver.requests for item in got.content["alerts"]]


def answering(status: int) -> Callable[[Received], tuple[int, dict[str, str]]]:
    return lambda _: (status, {})


def looks(watch: RuntimeWatch, clock: Clock, count: int) -> None:
    for _ in range(count):
        clock.seconds += STEP_SECONDS
        watch.check()


def outages(desk: Desk) -> tuple[Incident, ...]:
    return alerts.page(desk.runtime.member("ops"), rule="runtime-down", cursor=None, limit=9).items


def test_an_outage_is_told_once_and_recorded_once(
    desk: Desk, clock: Clock, replica: Callable[[], RuntimeWatch]
) -> None:
    one, other = replica(), replica()
    looks(one, clock, 1)
    assert changes(desk) == []
    desk.runtime.kill()
    looks(one, clock, 1)
    assert changes(desk) == []
    looks(one, clock, 4)
    assert changes(desk) == ["firing"]
    other.check()
    looks(other, clock, 3)
    assert changes(desk) == ["firing", "firing"]
    desk.runtime.start()
    looks(one, clock, 6)
    looks(other, clock, 6)
    assert changes(desk) == ["firing", "firing", "resolved", "resolved"]
    assert len({got.delivery_id for got in desk.receiver.requests}) == 4
    (incident,) = outages(desk)
    assert incident.status == "resolved"
    assert incident.worst is not None
    assert incident.worst >= 45_000


@pytest.mark.long
def test_who_was_not_told_of_the_beginning_is_not_told_of_the_end(
    desk: Desk, clock: Clock, replica: Callable[[], RuntimeWatch]
) -> None:
    watch = replica()
    desk.receiver.answer = answering(500)
    looks(watch, clock, 1)
    desk.runtime.kill()
    looks(watch, clock, 6)
    tried = len(desk.receiver.requests)
    assert tried > 1
    assert len({got.delivery_id for got in desk.receiver.requests}) == 1
    desk.receiver.answer = answering(204)
    desk.runtime.start()
    watch._waiting[0].due = float("inf")
    looks(watch, clock, 8)
    assert len(desk.receiver.requests) == tried
    assert len(outages(desk)) == 1


def test_a_silence_that_was_seen_before_holds_without_convex(
    desk: Desk, clock: Clock, replica: Callable[[], RuntimeWatch]
) -> None:
    ops = desk.runtime.member("ops")
    alerts.silence(ops, rule="runtime-down", duration_ms=6 * 3_600_000, reason="maintenance")
    watch = replica()
    looks(watch, clock, 1)
    desk.runtime.kill()
    looks(watch, clock, 6)
    desk.runtime.start()
    looks(watch, clock, 4)
    assert changes(desk) == []
    assert len(outages(desk)) == 1


@pytest.mark.long
def test_many_outages_while_nobody_takes_messages_stay_bounded(
    desk: Desk,
    clock: Clock,
    replica: Callable[[], RuntimeWatch],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watch = replica()
    asked = watch._ask
    monkeypatch.setattr(watch, "_settle", lambda: None)
    for outage in range(2 * runtime_watch.MOST_OUTAGES):
        desk.receiver.answer = answering(204 if outage == 0 else 500)
        monkeypatch.setattr(watch, "_ask", lambda: False)
        looks(watch, clock, 4)
        desk.receiver.answer = answering(500)
        monkeypatch.setattr(watch, "_ask", asked)
        looks(watch, clock, 4)
    assert len(watch._waiting) <= runtime_watch.MOST_WAITING
    assert len(watch._over) == runtime_watch.MOST_OUTAGES
