"""What holds of every history: floors, monotony, order, and how a state may go on."""

from __future__ import annotations

import random
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from lib.observability.alert_evaluation import (
    LONGEST_STEP,
    Burn,
    Change,
    Gauge,
    Reading,
    Signals,
    State,
    Timing,
    Verdict,
    advance,
)
from lib.observability.alert_rules import ALL_RULES, BY_NAME
from lib.observability.burn_rate import Bucket, Counts
from tests.observability.history import MINUTE, START

BURNS = [rule.condition for rule in ALL_RULES if isinstance(rule.condition, Burn)]
RANK = {"unknown": 0, "good": 0, "between": 1, "bad": 2}
COUNTS = st.integers(0, 80).flatmap(
    lambda total: st.integers(0, total).map(lambda bad: Counts(total, bad))
)
HISTORIES = st.lists(st.tuples(st.integers(0, 75 * 60), COUNTS), max_size=40)


def signals(burn: Burn, history: list[tuple[int, Counts]]) -> Signals:
    """Return counts by minute and by hour, as rollups of both resolutions hold them."""
    minutes = [Bucket(START - back * MINUTE, counts) for back, counts in history]
    hours = [Bucket(bucket.start.replace(minute=0), bucket.counts) for bucket in minutes]
    return Signals({burn.signal: {"minute": minutes, "hour": hours}})


@given(st.sampled_from(BURNS), HISTORIES)
def test_nothing_is_bad_below_the_floors(burn: Burn, history: list[tuple[int, Counts]]) -> None:
    total = sum((counts for _, counts in history), Counts())
    if total.total < burn.min_events or total.bad < burn.min_bad:
        assert burn.read(signals(burn, history), START).verdict != "bad"


@given(st.sampled_from(BURNS), HISTORIES, st.data())
def test_worse_is_never_judged_better(
    burn: Burn, history: list[tuple[int, Counts]], data: st.DataObject
) -> None:
    worse = [
        (back, Counts(counts.total, data.draw(st.integers(counts.bad, counts.total))))
        for back, counts in history
    ]
    before = burn.read(signals(burn, history), START)
    after = burn.read(signals(burn, worse), START)
    assert RANK[after.verdict] >= RANK[before.verdict]


@given(st.sampled_from(BURNS), HISTORIES, st.randoms())
def test_the_order_in_which_counts_arrive_does_not_matter(
    burn: Burn, history: list[tuple[int, Counts]], chance: random.Random
) -> None:
    shuffled = list(history)
    chance.shuffle(shuffled)
    assert burn.read(signals(burn, shuffled), START) == burn.read(signals(burn, history), START)


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.integers(0, 100))
def test_a_higher_gauge_is_never_judged_better(one: float, other: float, events: int) -> None:
    condition = BY_NAME["auth-error-surge"].condition
    low, high = (
        condition.read(Signals(gauges={condition.signal: Gauge(value, events)}), START).verdict
        for value in sorted((one, other))
    )
    assert RANK[high] >= RANK[low]
    if events < 60:
        assert high != "bad"


VERDICTS = st.sampled_from(["bad", "good", "between", "unknown"])
STEPS = st.integers(-7200, 7200).map(lambda seconds: timedelta(seconds=seconds))
TIMING = Timing(timedelta(minutes=3), timedelta(minutes=5))


@given(st.lists(st.tuples(VERDICTS, STEPS), max_size=60))
def test_changes_follow_each_other_and_need_evidence(
    moves: list[tuple[Verdict, timedelta]],
) -> None:
    now, state = START, State()
    bad_for = good_for = timedelta()
    last: Change | None = None
    for verdict, step in moves:
        now += step
        watched = min(max(step, timedelta()), LONGEST_STEP)
        bad_for = bad_for + watched if verdict == "bad" else timedelta()
        good_for = good_for + watched if verdict == "good" else timedelta()
        was = state.phase
        state, change = advance(TIMING, state, Reading(1, 1, verdict), now)
        assert state.evaluated_at == now
        if change == "firing":
            assert was == "pending"
            assert bad_for >= TIMING.fire_after
        if change == "recovered":
            assert was == "firing"
            assert good_for >= TIMING.resolve_after
        if change in {"recovered", "no-data"}:
            assert last == "firing"
        last = change or last
