"""Reviews stand side by side answer by answer, and what differs is marked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lib.data.records import AnswerDifference, Criterion, Review, Rubric, TurnAnswers
from lib.ui.review.comparison import Answer, Line, compare, words

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def criterion(key: str, level: str) -> Criterion:
    facts = {"kind": "score", "level": level, "required": True}
    return Criterion(key=key, label=key.title(), description=key, **facts)  # type: ignore[arg-type]


RUBRIC = Rubric(
    name="Calls",
    version=1,
    criteria=(
        criterion("tone", "session"),
        criterion("fair", "turn"),
        criterion("end", "session"),
    ),
    created_by="user_lead",
    created_at=NOW,
    id="r",
)


def review(
    answers: dict[str, Answer], turns: dict[int, bool], differs: list[AnswerDifference]
) -> Review:
    return Review(
        id="v",
        queue_id="q",
        item_id="i",
        session_id="s",
        rubric_id="r",
        reviewer_id="user_a",
        kind="review",
        version=1,
        latest=True,
        answers=answers,
        turns=tuple(TurnAnswers(sequence=at, answers={"fair": fair}) for at, fair in turns.items()),
        comments=(),
        corrections=(),
        differs=tuple(differs),
        created_at=NOW,
    )


def test_answers_are_in_the_order_of_the_rubric_then_of_the_turns() -> None:
    fair = AnswerDifference(key="fair", sequence=7)
    first = review({"tone": 4.0}, {2: True, 7: True}, [fair])
    second = review({"tone": 4.0, "end": ("late", "loud")}, {7: False}, [fair])
    assert compare([first, second], RUBRIC) == [
        Line("Tone", None, ("4", "4"), (False, False)),
        Line("End", None, ("", "late, loud"), (False, False)),
        Line("Fair", 2, ("yes", ""), (False, False)),
        Line("Fair", 7, ("yes", "no"), (True, True)),
    ]


@pytest.mark.parametrize(
    ("answer", "said"),
    [(None, ""), (True, "yes"), (False, "no"), (4.0, "4"), (2.5, "2.5"), ("late", "late")],
)
def test_an_answer_is_said_as_people_read_it(answer: Answer | None, said: str) -> None:
    assert words(answer) == said
