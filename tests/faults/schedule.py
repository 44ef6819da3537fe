"""What goes wrong in which round: chosen by a seed, so that a run can be replayed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

PROCESSES: Final = ("convex", "s3", "identity", "worker", "app")
"""Can be killed and stopped."""

PROXIED: Final = ("convex", "s3", "identity", "app")
"""Their connections can be slowed and reset."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One round.

    Attributes:
        target: which process; `disk` of the whole stack, `clock` of the Convex runtime.
        kind: kill, stop, slow, reset, full or step.
        seconds: how long it lasts.
        amount: seconds of delay per piece of data, or of the clock's step.
    """

    target: str
    kind: str
    seconds: float
    amount: float = 0.0

    def __str__(self) -> str:
        amount = f" by {self.amount:+.1f} s" if self.amount else ""
        return f"{self.kind} {self.target}{amount} for {self.seconds:.1f} s"


def schedule(seed: int, rounds: int, *, full_disk: bool) -> list[Fault]:
    """Return the faults of a run: every kind of every target before any comes again.

    Args:
        seed: the same seed gives the same faults.
        rounds: how many.
        full_disk: whether the disk can be filled here.
    """
    chance = random.Random(seed)  # noqa: S311  # replayable
    kinds = [(target, kind) for target in PROCESSES for kind in ("kill", "stop")]
    kinds += [(target, kind) for target in PROXIED for kind in ("slow", "reset")]
    kinds.append(("clock", "step"))
    if full_disk:
        kinds.append(("disk", "full"))
    faults: list[Fault] = []
    while len(faults) < rounds:
        chance.shuffle(kinds)
        faults += [_fault(chance, target, kind) for target, kind in kinds]
    return faults[:rounds]


def _fault(chance: random.Random, target: str, kind: str) -> Fault:
    seconds = chance.uniform(0.5, 4.0)
    amount = 0.0
    if kind == "slow":
        amount = chance.uniform(0.1, 1.0)
    if kind == "step":
        amount = chance.choice((-1, 1)) * chance.uniform(5, 50)
    return Fault(target, kind, seconds, amount)
