"""How a rule is evaluated: from signals to a reading, from a reading to a state. Pure.

Missing data resets a pending rule, but does not resolve a firing one until it has lasted for
`NO_DATA_AFTER`. A step between two evaluations counts for `LONGEST_STEP` at most,
and a step backwards for nothing, so neither a pause of the worker nor a jump of the clock fires or
resolves a rule. A rule fires until it was good for `resolve_after` without a break, so a flapping
signal fires once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from lib.observability.burn_rate import Bucket, BurnWindow, Counts, burn_rate, within
from lib.product.objectives import Objective

LONGEST_STEP: Final = timedelta(minutes=2)
NO_DATA_AFTER: Final = timedelta(hours=6)
"""A firing rule without data for this long is resolved as `no-data`."""

MINUTES_UP_TO: Final = timedelta(hours=1)
"""Windows up to this length are read from minutes, longer ones from hours."""

Phase = Literal["ok", "pending", "firing"]
Verdict = Literal["bad", "good", "between", "unknown"]
Change = Literal["pending", "firing", "recovered", "no-data"]
Resolution = Literal["minute", "hour"]
_ZERO: Final = timedelta()
_RANK: Final[Mapping[Verdict, int]] = {"unknown": 0, "good": 1, "between": 2, "bad": 3}


@dataclass(frozen=True, slots=True)
class Gauge:
    """Current value, None if there is none, and the number of events behind it."""

    value: float | None
    events: int = 0


@dataclass(frozen=True, slots=True)
class Signals:
    """Input of the rules: counts of good and bad events by resolution, and gauges."""

    counts: Mapping[str, Mapping[Resolution, Sequence[Bucket]]] = field(default_factory=dict)
    gauges: Mapping[str, Gauge] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """Result of reading the signals once.

    Attributes:
        value: in the rule's unit, None without data.
        threshold: limit of the value.
        verdict: `between` is the band of the hysteresis.
    """

    value: float | None
    threshold: float
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Burn:
    """Condition: the error budget of an objective burns too fast in one of the pairs of windows.

    Attributes:
        signal: name of the counts.
        min_events: minimum number of events in the long window; fewer are not significant.
        min_bad: minimum number of bad events in it.
        resolve_share: below this share of the factor it is good again.
    """

    signal: str
    objective: Objective
    windows: tuple[BurnWindow, ...]
    min_events: int
    min_bad: int
    resolve_share: float = 0.8

    def read(self, signals: Signals, now: datetime) -> Reading:
        """Return the reading of the pair of windows that is worst against its factor."""
        series = signals.counts.get(self.signal, {})
        readings = [self._pair(series, now, pair) for pair in self.windows]
        return max(readings, key=lambda it: (_RANK[it.verdict], (it.value or 0) / it.threshold))

    def _pair(
        self, series: Mapping[Resolution, Sequence[Bucket]], now: datetime, pair: BurnWindow
    ) -> Reading:
        long, short = (_events(series, now, window) for window in (pair.long, pair.short))
        rates = burn_rate(long, self.objective), burn_rate(short, self.objective)
        if rates[0] is None or rates[1] is None:
            return Reading(None, pair.factor, "unknown")
        value = min(rates[0], rates[1])
        if value < self.resolve_share * pair.factor:
            return Reading(value, pair.factor, "good")
        is_enough = long.total >= self.min_events and long.bad >= self.min_bad
        is_bad = is_enough and value >= pair.factor
        return Reading(value, pair.factor, "bad" if is_bad else "between")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Condition: a gauge has reached a limit.

    Attributes:
        signal: name of the gauge.
        threshold: bad at or above this value.
        resolve_below: good below; the band between is neither.
        min_events: minimum number of events behind the gauge.
    """

    signal: str
    threshold: float
    resolve_below: float
    min_events: int = 0

    def read(self, signals: Signals, now: datetime) -> Reading:  # noqa: ARG002  # as `Burn.read`
        """Return the reading of the gauge."""
        gauge = signals.gauges.get(self.signal, Gauge(None))
        if gauge.value is None:
            return Reading(None, self.threshold, "unknown")
        if gauge.value < self.resolve_below:
            return Reading(gauge.value, self.threshold, "good")
        is_bad = gauge.value >= self.threshold and gauge.events >= self.min_events
        return Reading(gauge.value, self.threshold, "bad" if is_bad else "between")


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a rule must be bad to fire, and good to resolve."""

    fire_after: timedelta
    resolve_after: timedelta


@dataclass(frozen=True, slots=True)
class State:
    """State of a rule.

    Attributes:
        phase: `pending` is bad, but not for long enough.
        bad_for: how long it has been bad without a break.
        good_for: how long it has been good without a break while firing; None if it is not.
        no_data_for: how long it has been without data while firing.
        evaluated_at: last time, None for never.
    """

    phase: Phase = "ok"
    bad_for: timedelta = _ZERO
    good_for: timedelta | None = None
    no_data_for: timedelta = _ZERO
    evaluated_at: datetime | None = None


def advance(
    timing: Timing, state: State, reading: Reading, now: datetime
) -> tuple[State, Change | None]:
    """Return the next state of a rule, and what changed with it.

    Args:
        timing: of the rule.
        state: as the last evaluation left it.
        reading: of this one.
        now: its time.
    """
    step = _watched(state.evaluated_at, now)
    seen = replace(state, evaluated_at=now)
    if state.phase == "firing":
        return _while_firing(timing, seen, reading.verdict, step)
    if reading.verdict != "bad":
        return State(evaluated_at=now), None
    bad_for = state.bad_for + step if state.phase == "pending" else _ZERO
    if bad_for >= timing.fire_after:
        return State("firing", evaluated_at=now), "firing"
    change: Change | None = None if state.phase == "pending" else "pending"
    return replace(seen, phase="pending", bad_for=bad_for), change


def _while_firing(
    timing: Timing, state: State, verdict: Verdict, step: timedelta
) -> tuple[State, Change | None]:
    if verdict == "unknown":
        no_data_for = state.no_data_for + step
        if no_data_for >= NO_DATA_AFTER:
            return State(evaluated_at=state.evaluated_at), "no-data"
        return replace(state, no_data_for=no_data_for), None
    if verdict != "good":
        return replace(state, good_for=None, no_data_for=_ZERO), None
    good_for = _ZERO if state.good_for is None else state.good_for + step
    if good_for >= timing.resolve_after:
        return State(evaluated_at=state.evaluated_at), "recovered"
    return replace(state, good_for=good_for, no_data_for=_ZERO), None


def _watched(before: datetime | None, now: datetime) -> timedelta:
    if before is None:
        return _ZERO
    return min(max(now - before, _ZERO), LONGEST_STEP)


def _events(
    series: Mapping[Resolution, Sequence[Bucket]], now: datetime, window: timedelta
) -> Counts:
    resolution: Resolution = "minute" if window <= MINUTES_UP_TO else "hour"
    return within(series.get(resolution, ()), now, window)
