"""What a run of `benchmarks.load` shows, and its targets."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Final

from benchmarks.figures import Figure

GROWTH_MIB: Final = 1.0
"""Per minute, of the app in the second half."""
SHARE: Final = 0.98
"""Of the wanted views and turns: those under way at the end are not counted."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that a run shows.

    Attributes:
        views: kind of view or request -> its count, rate and times.
        failures: kind and reason -> how many.
        processes: name -> what it used.
        memory: name -> resident MiB, the mean of each minute.
        all_views: milliseconds of every view.
    """

    plan: dict[str, Any]
    machine: dict[str, Any]
    seconds: float
    views: dict[str, dict[str, float]]
    failures: dict[str, int]
    told: list[str]
    errors_logged: int
    acknowledged: int
    stored: int
    reviews: int
    review_problem: str
    processes: dict[str, dict[str, float]]
    memory: dict[str, list[float]]
    all_views: list[float] = field(repr=False)

    @property
    def failed(self) -> int:
        """Failed views and requests."""
        return sum(self.failures.values())

    @property
    def targets(self) -> list[Figure]:
        """Return what a run is held against; the rates only where the plan wants them."""
        turns, pause = self.plan["turns_per_second"], self.plan["view_seconds"]
        found = [
            Figure("failed views and requests (a 429 is one)", self.failed, "", at_most=0),
            Figure("errors in the app's log", self.errors_logged, "", at_most=0),
            Figure(
                "growth of the app's memory in the second half",
                self.processes["app"]["growthMibPerMinute"],
                "MiB/min",
                under=GROWTH_MIB,
            ),
            Figure(
                "turns acknowledged and not stored, or stored and not acknowledged",
                abs(self.acknowledged - self.stored),
                "",
                at_most=0,
            ),
            Figure(
                "sessions handed to two reviewers, reviews lost or doubled, claims stuck",
                bool(self.review_problem),
                "",
                at_most=0,
            ),
        ]
        if turns:
            stored = self.views_of("POST /interactions") * self.plan["batch"]
            found.append(Figure("turns stored", stored, "/s", at_least=SHARE * turns))
        if pause:
            shown = sum(one["perSecond"] for name, one in self.views.items() if name[0] == "/")
            wanted = SHARE * self.plan["visitors"] / pause
            found.append(Figure("views shown", shown, "/s", at_least=wanted))
        return found

    def views_of(self, what: str) -> float:
        """Return how many of a kind there were in a second."""
        return self.views.get(what, {}).get("perSecond", 0.0)

    def kept(self) -> dict[str, Any]:
        """Return it as it goes to JSON: without single views, with the targets."""
        outcome = {name: one for name, one in asdict(self).items() if name != "all_views"}
        return outcome | {
            "targets": [
                {
                    "name": one.name,
                    "value": one.value,
                    "unit": one.unit,
                    "target": one.target,
                    "met": one.met,
                }
                for one in self.targets
            ]
        }
