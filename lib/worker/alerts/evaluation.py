"""Job: evaluates the alert rules, once for all replicas, by the clock of Convex.

The lease of the job prevents parallel evaluation. If a worker has lost its lease without noticing,
Convex accepts only results that start from its current states.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from lib.data import alerts, system
from lib.data.records import AlertState, NewEvaluation
from lib.observability.alert_evaluation import Change, Reading, Signals, State
from lib.observability.alert_rules import RULES, Rule
from lib.observability.logs import get_logger
from lib.observability.recorder import ALERT_VALUE, Recorder
from lib.work.services import Services
from lib.worker.alerts.delivery import channels
from lib.worker.alerts.signals import SignalReader

_MILLISECOND: Final = timedelta(milliseconds=1)

_log = get_logger(__name__)


class Evaluation:
    """Evaluates all rules.

    Args:
        intervals: seconds between the runs of each job, by its name.
    """

    def __init__(self, intervals: Mapping[str, float]) -> None:
        self._reader = SignalReader(intervals)

    def run(self, services: Services, _stop: Callable[[], bool]) -> dict[str, object]:
        """Evaluate every rule once.

        Returns:
            Counts: `rules`, `opened`, `resolved`, `announced`; and `applied`.
        """
        caller = services.worker_caller()
        now = system.ping(caller).now
        known = {state.rule: state for state in alerts.states(caller)}
        signals = self._reader.read(caller, now)
        results = [evaluated(rule, signals, known.get(rule.name), now) for rule in RULES]
        done = alerts.evaluate(
            caller, at=now, channels=channels(services.settings), results=results
        )
        if done.applied:
            note_values(services.recorder, results, now)
        else:
            _log.warning("alerts.round_refused")
        return {
            "rules": len(results),
            "applied": done.applied,
            "opened": done.opened,
            "resolved": done.resolved,
            "announced": done.announced,
        }


def evaluated(
    rule: Rule, signals: Signals, known: AlertState | None, now: datetime
) -> NewEvaluation:
    """Evaluate a rule and return the result for Convex."""
    reading, state, change = rule.evaluate(signals, _state(known), now)
    result = NewEvaluation(
        rule=rule.name,
        title=rule.title,
        severity=rule.severity,
        unit=rule.unit,
        path=rule.path,
        params=rule.params,
        threshold=reading.threshold,
        value=reading.value,
        phase=state.phase,
        bad_for_ms=state.bad_for / _MILLISECOND,
        good_for_ms=None if state.good_for is None else state.good_for / _MILLISECOND,
        blind_for_ms=state.no_data_for / _MILLISECOND,
        after=known.evaluated_at if known else None,
        change=None if change == "pending" else change,
    )
    _log_change(rule, reading, change)
    return result


def note_values(
    recorder: Recorder, results: Sequence[NewEvaluation], now: datetime, source: str = ""
) -> None:
    """Record the values, so that their history can be drawn.

    Args:
        recorder: of the process.
        results: of one round.
        now: when it was.
        source: of demo data; empty for real data.
    """
    for result in results:
        value = result.get("value")
        if value is not None:
            labels = {"rule": result["rule"], **({"source": source} if source else {})}
            recorder.observe(ALERT_VALUE, labels, value, at_ms=int(now.timestamp() * 1000))


def _state(known: AlertState | None) -> State:
    if known is None:
        return State()
    return State(
        known.phase,
        known.bad_for_ms * _MILLISECOND,
        None if known.good_for_ms is None else known.good_for_ms * _MILLISECOND,
        known.blind_for_ms * _MILLISECOND,
        known.evaluated_at,
    )


def _log_change(rule: Rule, reading: Reading, change: Change | None) -> None:
    if change is not None:
        _log.info(
            "alerts.change",
            rule=rule.name,
            change=change,
            value=reading.value,
            threshold=reading.threshold,
        )
