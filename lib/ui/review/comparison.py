"""Reviews of one session side by side, answer by answer. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lib.data.records import Review, Rubric
from lib.product import figures as fmt

Answer = float | bool | str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One question and what each review answers to it.

    Attributes:
        label: the question.
        sequence: of the turn that it is about, None for the session.
        answers: in words, in the order of the reviews; "" where a review has none.
        differs: for each review, whether another one answers differently.
    """

    label: str
    sequence: int | None
    answers: tuple[str, ...]
    differs: tuple[bool, ...]


def compare(reviews: Sequence[Review], rubric: Rubric) -> list[Line]:
    """Return the questions that any of the reviews answers: of the session, then of its turns.

    Args:
        reviews: of one session by this rubric; `differs` of each says what others do not share.
        rubric: whose order the questions keep.
    """
    turns = sorted({turn.sequence for review in reviews for turn in review.turns})
    lines = [
        _line(criterion.key, criterion.label, sequence, reviews)
        for sequence in (None, *turns)
        for criterion in rubric.criteria
        if criterion.level == ("session" if sequence is None else "turn")
    ]
    return [line for line in lines if any(line.answers)]


def words(answer: Answer | None) -> str:
    """Return an answer as people read it; "" for none."""
    if answer is None:
        return ""
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    if isinstance(answer, tuple):
        return ", ".join(answer) or fmt.NONE
    return fmt.number(answer) if isinstance(answer, float | int) else answer


def _line(key: str, label: str, sequence: int | None, reviews: Sequence[Review]) -> Line:
    answers = tuple(words(_answers(review, sequence).get(key)) for review in reviews)
    differs = tuple(
        any(one.key == key and one.sequence == sequence for one in review.differs or ())
        for review in reviews
    )
    return Line(label, sequence, answers, differs)


def _answers(review: Review, sequence: int | None) -> Mapping[str, Answer]:
    if sequence is None:
        return review.answers
    return next((turn.answers for turn in review.turns if turn.sequence == sequence), {})
