"""Agreement of two reviewers: percentage and Cohen's kappa per criterion of their rubric.

The counts come from Convex, where each pair of reviews is counted when it is written. Kappa is
J. Cohen's, Educational and Psychological Measurement 20 (1960), with weights as in Psychological
Bulletin 70 (1968); tests compare it with published examples and with PyCM.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

from lib.data import Caller, Page, reviews, rubrics
from lib.data.records import AgreementCell, Criterion, ReviewAgreement, Rubric

PAGE_PAIRS = 100
"""Maximum number of pairs per page."""

_SCORES: Final = ("1", "2", "3", "4", "5")
_Z95: Final = 1.959964
"""Standard normal quantile of a two-sided 95% interval."""

Table = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of two reviewers on one criterion.

    Attributes:
        criterion: the question.
        pairs: how often both answered it about the same session or turn.
        percent: share of pairs that agree, 0 to 100; within the criterion's tolerance.
        kappa: Cohen's kappa of the exact answers: 1 is full agreement, 0 what chance alone would
            give. None for numbers and labels, and where chance alone gives full agreement.
        low: lower end of kappa's 95% confidence interval.
        high: its upper end.
        weighted_kappa: kappa of scores with linear weights: near misses count partly.
    """

    criterion: Criterion
    pairs: int
    percent: float
    kappa: float | None = None
    low: float | None = None
    high: float | None = None
    weighted_kappa: float | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two reviewers of a queue, and their agreement on each criterion that both answered."""

    rubric: Rubric
    first: str
    second: str
    first_name: str | None
    second_name: str | None
    criteria: tuple[Agreement, ...]


def of_queue(caller: Caller, queue_id: str) -> Iterator[Pair]:
    """Yield the pairs of reviewers that have reviewed the same sessions of a queue.

    Raises:
        lib.data.DataError: Convex refused or did not answer.
    """
    cursor: str | None = None
    while True:
        found = page_of_queue(caller, queue_id, cursor, PAGE_PAIRS)
        yield from found.items
        cursor = found.next_cursor
        if cursor is None:
            return


def page_of_queue(caller: Caller, queue_id: str, cursor: str | None, limit: int) -> Page[Pair]:
    """Return one page of the pairs of a queue, without pairs whose reviews are all withdrawn.

    Raises:
        lib.data.DataError: Convex refused or did not answer.
    """
    found = reviews.agreements(caller, queue_id=queue_id, cursor=cursor, limit=limit)
    known = {
        rubric_id: _rubric(caller, rubric_id)
        for rubric_id in {row.rubric_id for row in found.items}
    }
    pairs = (of_pair(known[row.rubric_id], row) for row in found.items if row.cells)
    return Page(tuple(pairs), found.next_cursor)


def _rubric(caller: Caller, rubric_id: str) -> Rubric:
    rubric = rubrics.get(caller, rubric_id)
    if rubric is None:
        raise LookupError("a review without its rubric")
    return rubric


def of_pair(rubric: Rubric, row: ReviewAgreement) -> Pair:
    """Return the agreement of a pair, criteria in the rubric's order."""
    found = (of_criterion(criterion, row.cells) for criterion in rubric.criteria)
    return Pair(
        rubric,
        row.first,
        row.second,
        row.first_name,
        row.second_name,
        tuple(agreement for agreement in found if agreement is not None),
    )


def of_criterion(criterion: Criterion, cells: Sequence[AgreementCell]) -> Agreement | None:
    """Return the agreement on one criterion; None if there is no pair of answers to it."""
    own = [cell for cell in cells if cell.criterion == criterion.key]
    pairs = sum(cell.count for cell in own)
    if pairs == 0:
        return None
    same = sum(cell.count for cell in own if _agrees(criterion, cell))
    percent = 100 * same / pairs
    categories = _categories(criterion)
    if categories is None:
        return Agreement(criterion, pairs, percent)
    table = _table(own, categories)
    if not _leaves_doubt(table):
        return Agreement(criterion, pairs, percent)
    kappa, error = _kappa(table)
    return Agreement(
        criterion,
        pairs,
        percent,
        kappa=kappa,
        low=max(kappa - _Z95 * error, -1.0),
        high=min(kappa + _Z95 * error, 1.0),
        weighted_kappa=_weighted_kappa(table) if criterion.kind == "score" else None,
    )


def _agrees(criterion: Criterion, cell: AgreementCell) -> bool:
    if criterion.kind == "score":
        return abs(float(cell.a) - float(cell.b)) <= (criterion.tolerance or 0)
    return cell.a == cell.b


def _categories(criterion: Criterion) -> tuple[str, ...] | None:
    """The possible answers in order; None for numbers and labels."""
    match criterion.kind:
        case "score":
            return _SCORES
        case "boolean":
            return ("false", "true")
        case "choice":
            return criterion.options
        case _:
            return None


def _table(cells: Sequence[AgreementCell], categories: tuple[str, ...]) -> Table:
    """Counts by the first reviewer's answer, then by the second's."""
    table = {a: dict.fromkeys(categories, 0) for a in categories}
    for cell in cells:
        table[cell.a][cell.b] += cell.count
    return table


def _leaves_doubt(table: Table) -> bool:
    """Return whether chance agreement is below 1; otherwise kappa is 0 / 0."""
    given = {
        name for a, row in table.items() for b, count in row.items() if count for name in (a, b)
    }
    return len(given) > 1


def _kappa(table: Table) -> tuple[float, float]:
    """Return kappa and its standard error (Cohen 1960)."""
    by_first, by_second, pairs = _margins(table)
    agreed = sum(table[name][name] for name in table) / pairs
    by_chance = sum(by_first[name] * by_second[name] for name in table) / pairs**2
    doubt = 1 - by_chance
    return (agreed - by_chance) / doubt, sqrt(agreed * (1 - agreed) / pairs) / doubt


def _weighted_kappa(table: Table) -> float:
    """Return kappa with linear weights: far scores disagree more than near ones (Cohen 1968)."""
    by_first, by_second, pairs = _margins(table)
    steps = [(a, b, abs(int(a) - int(b))) for a in table for b in table]
    found = sum(step * table[a][b] for a, b, step in steps)
    by_chance = sum(step * by_first[a] * by_second[b] for a, b, step in steps) / pairs
    return 1 - found / by_chance


def _margins(table: Table) -> tuple[dict[str, int], dict[str, int], int]:
    """Return how often each reviewer gave each answer, and the number of pairs."""
    by_first = {name: sum(row.values()) for name, row in table.items()}
    by_second = {name: sum(row[name] for row in table.values()) for name in table}
    return by_first, by_second, sum(by_first.values())
