"""Queues and reviews as rows of lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from lib.data.records import Review, ReviewerProgress, ReviewItem, ReviewQueue, ReviewSlot
from lib.product import figures as fmt
from lib.product.words import Words
from lib.ui.parts.record_table.component import Cell, Column, Row, Tone

if TYPE_CHECKING:
    from lib.work.agreement import Agreement, Pair

QUEUE_COLUMNS: Final = (
    Column("Queue"),
    Column("State"),
    Column("Sessions", number=True),
    Column("Reviews", number=True),
    Column("Created"),
)
REVIEWER_COLUMNS: Final = (
    Column("Reviewer"),
    Column("Done", number=True),
    Column("In progress", number=True),
    Column("Assigned", number=True),
)
ITEM_COLUMNS: Final = (
    Column("Session"),
    Column("Started"),
    Column("Reviews", number=True),
    Column("Reviewers"),
    Column("Priority", number=True, minor=True),
    Column("State"),
)
AGREEMENT_COLUMNS: Final = (
    Column("Reviewers"),
    Column("Question"),
    Column("Answer pairs", number=True),
    Column("Agreement", number=True),
    Column("Kappa", number=True),
)
REVIEW_COLUMNS: Final = (
    Column("Session"),
    Column("Submitted"),
    Column("Reviewer"),
    Column("Kind"),
    Column("Score", number=True),
    Column("Comments", number=True, minor=True),
    Column("Duration", number=True, minor=True),
    Column("Version", number=True, minor=True),
)

_SLOT_WORDS: Final = Words(
    {
        "assigned": "assigned",
        "claimed": "in progress",
        "submitted": "done",
    },
    str,
)
_DISPUTES: Final = Words[tuple[str, Tone]](
    {
        "open": ("reviewers disagree", "warn"),
        "settled": ("adjudicated", "good"),
    },
    lambda word: (word, "muted"),
)


def queue_rows(queues: Sequence[ReviewQueue], zone: ZoneInfo) -> list[Row]:
    """Return queues; each opens its page."""
    return [
        Row(
            (
                Cell(queue.name, queue.description or ""),
                Cell(queue.state, tone="good" if queue.state == "open" else "muted", chip=True),
                Cell(fmt.count(queue.progress.items)),
                Cell(f"{fmt.count(queue.progress.done)} of {fmt.count(queue.progress.wanted)}"),
                Cell(fmt.moment(queue.created_at, zone), title=fmt.utc(queue.created_at)),
            ),
            "/review",
            {"queue": queue.id},
        )
        for queue in queues
    ]


def reviewer_rows(reviewers: Sequence[ReviewerProgress]) -> list[Row]:
    """Return the reviewers of a queue."""
    return [
        Row(
            (
                Cell(reviewer.reviewer_name or reviewer.reviewer_id, title=reviewer.reviewer_id),
                Cell(fmt.count(reviewer.done)),
                Cell(fmt.count(reviewer.in_work)),
                Cell(fmt.count(reviewer.assigned)),
            )
        )
        for reviewer in reviewers
    ]


def item_rows(items: Sequence[ReviewItem], zone: ZoneInfo) -> list[Row]:
    """Return sessions of a queue; each row opens its session."""
    return [
        Row(
            (
                Cell(item.session.title or item.session.external_id),
                Cell(
                    fmt.moment(item.session.started_at, zone),
                    title=fmt.utc(item.session.started_at),
                ),
                Cell(f"{item.submitted} of {item.target}"),
                Cell(", ".join(_slot(slot) for slot in item.slots) or fmt.NONE),
                Cell(fmt.count(item.priority)),
                _state(item),
            ),
            "/session",
            {"id": item.session.id},
            id=item.id,
        )
        for item in items
    ]


def review_rows(reviews: Sequence[Review], zone: ZoneInfo) -> list[Row]:
    """Return submitted reviews; each opens its session."""
    return [
        Row(
            (
                Cell(review.session_title or review.session_id),
                Cell(fmt.moment(review.created_at, zone), title=fmt.utc(review.created_at)),
                Cell(review.reviewer_name or review.reviewer_id, title=review.reviewer_id),
                Cell(review.kind, tone="accent" if review.kind == "decision" else None, chip=True),
                Cell(fmt.NONE if review.score is None else f"{review.score:.2g} of 5"),
                Cell(fmt.count(len(review.comments))),
                Cell(fmt.clock(review.duration_ms)),
                Cell(fmt.count(review.version)),
            ),
            "/session",
            {"id": review.session_id},
        )
        for review in reviews
    ]


def agreement_rows(pairs: Sequence[Pair]) -> list[Row]:
    """Return the agreement of pairs of reviewers, a row per question that both answered."""
    return [
        Row(
            (
                Cell(
                    f"{pair.first_name or pair.first}, {pair.second_name or pair.second}",
                    f"{pair.rubric.name}, version {pair.rubric.version}",
                ),
                Cell(found.criterion.label),
                Cell(fmt.count(found.pairs)),
                Cell(f"{found.percent:.0f}%"),
                _kappa(found),
            )
        )
        for pair in pairs
        for found in pair.criteria
    ]


def _kappa(found: Agreement) -> Cell:
    if found.kappa is None or found.low is None or found.high is None:
        return Cell(
            fmt.NONE,
            title="Not defined for numbers, labels, and answers that are all the same.",
        )
    weighted = found.weighted_kappa
    note = f"[{found.low:.2f}, {found.high:.2f}]"
    title = "" if weighted is None else f"with linear weights: {weighted:.2f}"
    return Cell(f"{found.kappa:.2f}", note, title=title)


def _slot(slot: ReviewSlot) -> str:
    return f"{slot.reviewer_name or slot.reviewer_id} ({_SLOT_WORDS[slot.state]})"


def _state(item: ReviewItem) -> Cell:
    if item.dispute is not None:
        words, tone = _DISPUTES[item.dispute]
        return Cell(words, tone=tone, chip=True)
    return Cell(item.state, tone="good" if item.state == "done" else "muted", chip=True)
