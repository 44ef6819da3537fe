"""Every record that the functions return arrives in Python as its class says."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import fields

from lib.data import Page, records
from lib.data.functions import Record
from tests.data.assessment import SESSIONS
from tests.data.life import COLLEAGUES, DAY, Answers, lived
from tests.support.convex import running_convex

CLASSES = {
    item
    for item in vars(records).values()
    if inspect.isclass(item) and issubclass(item, Record) and inspect.getmodule(item) is records
}


WHERE_TOO_MUCH_WAITS = {("User", "as_of"), ("Totals", "as_of"), ("DaySummary", "as_of")}
"""Given only beyond a bound of what is pending; `convex/totals.test.ts` passes it."""


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answers]:
    home = tmp_path_factory.mktemp("life")
    with running_convex(home) as convex:
        yield lived(convex, home)


def instances(value: Any) -> Iterator[Any]:
    """Yield every record in an answer."""
    if isinstance(value, Page):
        yield from instances(value.items)
    elif isinstance(value, tuple):
        for item in value:
            yield from instances(item)
    elif isinstance(value, Record):
        yield value
        for field in fields(value):
            yield from instances(getattr(value, field.name))


def test_every_record_type_comes_back_from_a_live_function(answers: Answers) -> None:
    seen = {type(record) for record in instances(tuple(answers.values()))}
    assert {item.__name__ for item in CLASSES - seen} == set()


def test_every_field_comes_back_at_least_once(answers: Answers) -> None:
    given = {
        (type(record).__name__, field.name)
        for record in instances(tuple(answers.values()))
        for field in fields(record)
        if getattr(record, field.name) is not None
    }
    declared = {(item.__name__, field.name) for item in CLASSES for field in fields(item)}
    assert declared - given == WHERE_TOO_MUCH_WAITS


def test_figures_add_up_over_user_day_and_session(answers: Answers) -> None:
    user, (day,), session = answers["user summary"], answers["daily"], answers["session summary"]
    assert (user.total.sessions, user.total.tokens_out, user.total.cost) == (1, 4, 0.25)
    assert user.days == (day,)
    assert (day.day, day.interactions, day.latency.count) == (DAY, 1, 1)
    assert (session.ttft.max, session.latency.max) == (740.0, 745.5)


def test_a_job_tells_of_its_holder_and_last_run(answers: Answers) -> None:
    (job,) = answers["jobs"]
    assert answers["renewal"].held
    assert (answers["lease"].acquired, answers["lease"].last_started_at is None) == (True, False)
    assert (job.holder, job.last_ok, job.last_report, job.last_duration_ms) == (
        "w1",
        True,
        "{}",
        5.5,
    )
    assert (job.runs, job.failures) == (1, 0)


def test_a_finished_migration_says_so(answers: Answers) -> None:
    run = answers["migration"]
    assert (run.done, run.processed, run.changed) == (True, 2, 0)
    assert run in answers["migrations"]


def test_a_bucket_of_calls_says_when_to_come_back(answers: Answers) -> None:
    taken, refused = answers["taken"], answers["refused"]
    assert (taken.allowed, taken.remaining, taken.retry_after_ms) == (True, 9, 0)
    assert not refused.allowed
    assert refused.retry_after_ms > 0


def test_a_recount_names_what_differs_and_mends_it(answers: Answers) -> None:
    (found,) = answers["product users"]
    assert [(item.field, item.stored, item.actual) for item in found.drift] == [
        ("sessionCount", 7, 1)
    ]
    quiet = [*answers["sessions"], *answers["day"], *answers["fixed"]]
    assert [(item.checked, item.drift, item.busy) for item in quiet] == [(1, (), False)] * 3


def test_a_recount_goes_on_from_call_to_call(answers: Answers) -> None:
    first, last = answers["team"]
    assert (first.checked + last.checked, last.next_cursor) == (COLLEAGUES + 1, None)
    assert {item.actual for report in (first, last) for item in report.drift} == {0}


def test_an_erasure_leaves_a_receipt(answers: Answers) -> None:
    receipt = answers["receipt"]
    assert receipt.id == answers["begun erasure"].erasure_id
    assert answers["steps"][-1].done
    assert (receipt.clerk_id, receipt.counts["users"], receipt.counts["audioObjects"]) == (
        "user_1",
        1,
        1,
    )
    assert receipt.finished_at >= receipt.started_at
    assert answers["receipts"].items == (receipt,)


def test_the_clear_text_of_a_reveal_is_what_was_stored(answers: Answers) -> None:
    assert answers["clear user"] == answers["user"]
    assert answers["clear session"] == answers["reviewed"]
    assert answers["clear turns"].items == answers["turns"] == answers["by request"]


def test_a_queue_counts_what_is_in_it_and_what_is_done(answers: Answers) -> None:
    first, last = answers["fills"]
    assert (first.added + last.added, last.next_cursor) == (SESSIONS, None)
    progress = answers["queue"].progress
    assert (progress.items, progress.items_done, progress.done) == (SESSIONS + 1, 1, 2)
    assert progress.left == 2 * (SESSIONS + 1) - progress.done - progress.in_work
    assert [(item.reviewer_name, item.done, item.assigned) for item in answers["reviewers"]] == [
        ("Kim", 1, 0),
        ("Lee", 1, 0),
    ]


def test_a_review_keeps_what_was_written_and_what_it_was_before(answers: Answers) -> None:
    amended = answers["amended"]
    assert (amended.version, amended.score, amended.answers["topics"]) == (2, 4, ("luggage",))
    assert [(item.version, item.withdrawn_at is None) for item in answers["versions"].items] == [
        (2, True),
        (1, False),
    ]
    assert answers["draft"].draft.answers == answers["submitted"].review.answers
    assert {item.kind for item in answers["of session"]} == {"review", "decision"}


def test_the_decision_is_the_result_of_the_session(answers: Answers) -> None:
    assert [item.dispute for item in answers["disputes"].items] == ["open"]
    assert (answers["assessed"].review_status, answers["assessed"].score) == ("reviewed", 3)
    (pair,) = answers["agreements"].items
    assert [(cell.criterion, cell.a, cell.b) for cell in pair.cells] == [
        ("fair", "false", "true"),
        ("minutes", "same", "same"),
        ("tone", "2", "5"),
        ("topics", "same", "same"),
    ]
    assert [(item.review_count, item.mean_score) for item in answers["trends"]] == [(2, 3.0)]


def test_an_erasure_takes_the_reviews_along(answers: Answers) -> None:
    counts = answers["receipt"].counts
    assert (counts["reviewItems"], counts["reviews"]) == (1, 5)
