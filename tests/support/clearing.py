"""Reviewers who clear one queue at the same time."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from lib.data import Caller, review_claims, reviews
from lib.data.records import Claim, ReviewsSubmitArgs


@dataclass(frozen=True, slots=True)
class Cleared:
    """What the reviewers did.

    Attributes:
        handed: how often each item was handed to each reviewer.
        submitted: reviews by item.
        milliseconds: of each submit-and-next.
        seconds: from the first claim to the end.
    """

    handed: Counter[tuple[str, str]]
    submitted: Counter[str]
    milliseconds: tuple[float, ...]
    seconds: float

    def handed_twice(self, target: int) -> list[str]:
        """Name the items that were handed to a reviewer again, or to more than `target` of them.

        Valid for queues whose claims last longer than the whole.
        """
        people = Counter(item for item, _ in self.handed)
        again = {item for (item, _), count in self.handed.items() if count > 1}
        return sorted(again | {item for item, count in people.items() if count > target})


def clear(
    caller_of: Callable[[str], Caller],
    names: Sequence[str],
    queue_id: str,
    answer: Callable[[str], ReviewsSubmitArgs],
) -> Cleared:
    """Let each reviewer submit and go on to the next session until there is none for them.

    Args:
        caller_of: makes a reviewer's caller.
        names: of the reviewers; each has a thread of its own.
        queue_id: of the queue.
        answer: what they write about an item.
    """

    def work(name: str) -> list[tuple[str, float]]:
        done = []
        caller = callers[name]
        claim: Claim | None = review_claims.take_next(caller, queue_id)
        while claim is not None:
            written = answer(claim.item_id)
            written["next"] = True
            began = time.perf_counter()
            following = reviews.submit(caller, **written).next
            done.append((claim.item_id, (time.perf_counter() - began) * 1000))
            claim = following
        return done

    callers = {name: caller_of(name) for name in names}
    began = time.perf_counter()
    with ThreadPoolExecutor(len(names)) as pool:
        results = dict(zip(names, pool.map(work, names), strict=True))
    return Cleared(
        Counter((item, name) for name, done in results.items() for item, _ in done),
        Counter(item for done in results.values() for item, _ in done),
        tuple(took for done in results.values() for _, took in done),
        time.perf_counter() - began,
    )
