"""Simulated histories of a signal, evaluated minute by minute as the worker does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lib.observability.alert_evaluation import Change, Gauge, Signals, State
from lib.observability.alert_rules import BY_NAME, Rule
from lib.observability.burn_rate import Bucket, Counts

START = datetime(2026, 3, 2, 0, 17, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

Traffic = Callable[[int], Counts]
"""Events of the minute with this number; the incident begins at minute 0, before it is calm."""


@dataclass(frozen=True, slots=True)
class Event:
    """A change of a rule, minutes after the beginning of the incident."""

    minute: int
    change: Change


def counted(rule: str, traffic: Traffic, *, before: int, until: int) -> list[Event]:
    """Evaluate a rule over counts.

    Args:
        rule: its name.
        traffic: what happens.
        before: minutes of history before the incident.
        until: last minute.
    """
    known = BY_NAME[rule]
    signal = known.condition.signal
    minutes = {number: traffic(number) for number in range(-before, until + 1)}
    hours: dict[datetime, Counts] = {}
    events: list[Event] = []
    state = State()
    for number, counts in minutes.items():
        at = START + number * MINUTE
        hour = at.replace(minute=0)
        hours[hour] = hours.get(hour, Counts()) + counts
        if number < -60 or (until > 1440 and number % 2):
            continue  # calm, only remembered; over days every other minute will do
        fine = [
            Bucket(START + back * MINUTE, minutes[back])
            for back in range(max(number - 65, -before), number + 1)
        ]
        starts = [hour - timedelta(hours=back) for back in range(74)]
        coarse = [Bucket(start, hours[start]) for start in starts if start in hours]
        signals = Signals({signal: {"minute": fine, "hour": coarse}})
        # A minute is evaluated near its end, when most of it has been sent.
        state = _note(known, signals, state, at + timedelta(seconds=50), number, events)
    return events


def gauged(rule: str, gauge: Callable[[int], Gauge], *, until: int) -> list[Event]:
    """Evaluate a rule over a gauge, from an hour before the incident to its last minute."""
    known = BY_NAME[rule]
    events: list[Event] = []
    state = State()
    for number in range(-60, until + 1):
        signals = Signals(gauges={known.condition.signal: gauge(number)})
        state = _note(known, signals, state, START + number * MINUTE, number, events)
    return events


def _note(
    rule: Rule, signals: Signals, state: State, now: datetime, minute: int, events: list[Event]
) -> State:
    _, state, change = rule.evaluate(signals, state, now)
    if change is not None:
        events.append(Event(minute, change))
    return state


def minutes_of(events: list[Event], change: Change) -> list[int]:
    """Return when a change happened."""
    return [event.minute for event in events if event.change == change]
