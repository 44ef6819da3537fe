"""Known incidents: each rule fires within its window, once, and not before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from lib.observability.alert_evaluation import Gauge, Resolution, Signals, State
from lib.observability.alert_rules import BY_NAME
from lib.observability.burn_rate import Bucket, Counts
from tests.observability.history import (
    MINUTE,
    START,
    Traffic,
    counted,
    gauged,
    minutes_of,
)

HOUR = 60
DAY = 24 * HOUR
FAILURES, SLOWLY = "storage-failures-fast", "storage-failures-slow"
LATENCY, LATE = "storage-latency-fast", "storage-latency-slow"


def steady(per_minute: int, share: float, until: int = 10**9) -> Traffic:
    """Calm traffic, of which a share is bad from minute 0 on, spread evenly."""

    def traffic(minute: int) -> Counts:
        if not 0 <= minute < until:
            return Counts(per_minute, 0)
        bad = int((minute + 1) * per_minute * share) - int(minute * per_minute * share)
        return Counts(per_minute, bad)

    return traffic


def flapping(minute: int) -> Counts:
    return Counts(60, 60 if 0 <= minute < 2 * HOUR and minute % 6 < 3 else 0)


def rare_failures(minute: int) -> Counts:
    """One operation every quarter of an hour, every sixth of them fails."""
    return Counts(1, int(minute % 90 == 0)) if minute % 15 == 0 else Counts()


def one_failure(minute: int) -> Counts:
    return Counts(1, int(minute == 0))


def nothing_after_a_while(minute: int) -> Counts:
    return Counts() if minute >= 20 else steady(60, 1)(minute)


@dataclass(frozen=True)
class Scenario:
    """What happens, and when the rule must fire and resolve: earliest and latest minute.

    `before` is calm history in minutes; without one the windows hold nothing but the incident.
    """

    name: str
    rule: str
    traffic: Traffic
    until: int
    fires: tuple[int, int] | None
    resolves: tuple[int, int] | None = None
    before: int = 4 * DAY


SCENARIOS = [
    Scenario("outage: everything fails", FAILURES, steady(60, 1), 60, (0, 1)),
    Scenario("outage: half of it fails", FAILURES, steady(60, 0.5), 60, (0, 1)),
    Scenario("fast burn: everything is slow", LATENCY, steady(60, 1), 3 * HOUR, (44, 48)),
    Scenario("fast burn: a third fails", FAILURES, steady(60, 0.33), 60, (12, 15)),
    Scenario("medium burn: 4% fail", FAILURES, steady(60, 0.04), 8 * HOUR, (210, 300)),
    Scenario("slow burn: 1% fail, paged for", FAILURES, steady(60, 0.01), 3 * DAY, None),
    Scenario("slow burn: 1% fail", SLOWLY, steady(60, 0.01), 3 * DAY, (34 * HOUR, 38 * HOUR)),
    Scenario("slow burn: 10% are slow", LATE, steady(60, 0.1), 3 * DAY, (34 * HOUR, 38 * HOUR)),
    Scenario("within budget: 0.4% fail", SLOWLY, steady(60, 0.004), 4 * DAY, None),
    Scenario("a blip: a minute in which a third fails", FAILURES, steady(60, 0.33, 1), HOUR, None),
    Scenario("one slow call in a quiet hour", FAILURES, one_failure, 2 * HOUR, None),
    Scenario("low traffic noise", FAILURES, rare_failures, 2 * DAY, None),
    Scenario("low traffic noise over days", SLOWLY, rare_failures, 4 * DAY, None),
    Scenario("recovery", FAILURES, steady(60, 1, 30), 4 * HOUR, (0, 1), (70, 80)),
    Scenario("flapping", FAILURES, flapping, 6 * HOUR, (0, 1), (155, 175)),
    Scenario("a first day: no history", FAILURES, steady(60, 1), 30, (0, 1), before=0),
    Scenario("missing data while firing", FAILURES, nothing_after_a_while, 3 * HOUR, (0, 1)),
    Scenario("missing data for long", FAILURES, nothing_after_a_while, 8 * HOUR, (0, 1), None),
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_rule_fires_within_its_window_and_not_before(scenario: Scenario) -> None:
    events = counted(scenario.rule, scenario.traffic, before=scenario.before, until=scenario.until)
    fired, ended = minutes_of(events, "firing"), minutes_of(events, "recovered")
    assert _in(fired, scenario.fires), events
    assert _in(ended, scenario.resolves), events


def _in(minutes: list[int], expected: tuple[int, int] | None) -> bool:
    if expected is None:
        return minutes == []
    earliest, latest = expected
    return len(minutes) == 1 and earliest <= minutes[0] <= latest


def test_without_data_for_hours_an_incident_ends_as_such() -> None:
    events = counted(FAILURES, nothing_after_a_while, before=DAY, until=9 * HOUR)
    (ended,) = minutes_of(events, "no-data")
    assert 6 * HOUR <= ended - 20 <= 7 * HOUR


PROBE: Callable[[int], Gauge] = lambda minute: Gauge(3.0 if 0 <= minute < 20 else 0.0)  # noqa: E731


@pytest.mark.parametrize(
    ("rule", "gauge", "fires", "resolves"),
    [
        ("storage-probe", PROBE, (0, 0), (30, 31)),
        ("storage-probe", lambda minute: Gauge(2.0 if 0 <= minute < 20 else 0.0), None, None),
        ("storage-probe", lambda _: Gauge(None), None, None),
        ("auth-error-surge", lambda m: Gauge(8.0 if 0 <= m < 30 else 1.0, 90), (2, 3), (45, 46)),
        ("auth-error-surge", lambda m: Gauge(8.0 if m >= 0 else 1.0, 20), None, None),
        ("ingestion-lag", lambda m: Gauge(3e5 if 0 <= m < 30 else 900, 30), (5, 6), (45, 46)),
        ("ingestion-lag", lambda m: Gauge(3e5 if m % 5 else 900, 30), None, None),
        ("retention-overdue", lambda m: Gauge(6e4 * (300 + m)), (60, 60), None),
        ("reconciliation-drift", lambda m: Gauge(2.0 if 0 <= m < 30 else 0.0), (0, 0), (30, 30)),
        ("jobs-overdue", lambda m: Gauge(1.0 if 0 <= m < 4 else 0.0), None, None),
        ("jobs-overdue", lambda m: Gauge(1.0 if 0 <= m < 9 else 0.0), (5, 5), (14, 14)),
        ("telemetry-dropped", lambda m: Gauge(3.0 if 0 <= m < 15 else 0.0), (0, 0), (30, 30)),
    ],
)
def test_a_limit_fires_within_its_window_and_not_before(
    rule: str,
    gauge: Callable[[int], Gauge],
    fires: tuple[int, int] | None,
    resolves: tuple[int, int] | None,
) -> None:
    events = gauged(rule, gauge, until=90)
    assert _in(minutes_of(events, "firing"), fires), events
    assert _in(minutes_of(events, "recovered"), resolves), events


FAILING: dict[str, dict[Resolution, list[Bucket]]] = {
    "storage.failures": {
        "minute": [Bucket(START + n * MINUTE, Counts(60, 60)) for n in range(-70, 1)],
        "hour": [Bucket(START - timedelta(hours=n), Counts(3600, 3600)) for n in range(73)],
    }
}


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(days=3), -timedelta(hours=1)])
def test_a_jump_of_the_evaluators_clock_makes_nothing_fire(jump: timedelta) -> None:
    rule = BY_NAME["storage-failures-slow"]
    _, state, change = rule.evaluate(Signals(FAILING), State(), START)
    assert change == "pending"
    late: dict[str, dict[Resolution, list[Bucket]]] = {
        "storage.failures": {
            name: [Bucket(bucket.start + jump, bucket.counts) for bucket in buckets]
            for name, buckets in FAILING["storage.failures"].items()
        }
    }
    _, state, change = rule.evaluate(Signals(late), state, START + jump)
    assert (state.phase, change) == ("pending", None)


@pytest.mark.parametrize(("skew", "fires"), [(-1, True), (1, True), (2, True), (600, False)])
def test_recorders_clocks_may_be_wrong_by_minutes_and_no_more(skew: int, *, fires: bool) -> None:
    """A recorder ahead by more than two minutes is not believed; others go on being counted."""
    failing = steady(60, 1)
    events = counted(
        FAILURES,
        lambda minute: failing(minute - skew) if fires else Counts(),
        before=DAY,
        until=30,
    )
    assert bool(minutes_of(events, "firing")) is fires
