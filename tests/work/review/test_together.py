"""Twenty reviewers clear one queue together; the long form is `python -m benchmarks review`."""

from __future__ import annotations

from lib.data import repair, review_queues
from lib.data.records import ReviewsSubmitArgs
from tests.support.clearing import clear
from tests.support.convex import ConvexRuntime
from tests.work.review.desk import open_desk

NAMES = [f"reviewer{number:02}" for number in range(20)]
SESSIONS = 30
TARGET = 2


def answer(item_id: str) -> ReviewsSubmitArgs:
    return ReviewsSubmitArgs(
        item_id=item_id, answers={"tone": 3}, turns=[], comments=[], corrections=[]
    )


def test_none_of_twenty_reviewers_is_handed_the_place_of_another(convex: ConvexRuntime) -> None:
    desk = open_desk(convex, SESSIONS, target=TARGET)
    cleared = clear(desk.reviewer, NAMES, desk.queue_id, answer)
    assert cleared.handed_twice(TARGET) == []
    assert set(cleared.submitted.values()) == {TARGET}
    assert len(cleared.submitted) == SESSIONS
    queue = review_queues.get(desk.admin, desk.queue_id)
    assert queue is not None
    assert (queue.progress.items_done, queue.progress.left) == (SESSIONS, 0)
    assert [report.drift for report in repair.queue(desk.admin, desk.queue_id)] == [()]
