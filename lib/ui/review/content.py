"""Content of a review, converted between the panel in the browser and the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypedDict

from lib.data.records import (
    NewCorrection,
    NewReviewComment,
    NewTurnAnswers,
    Review,
    ReviewDraft,
)

Answers = Mapping[str, float | bool | str | Sequence[str]]


class ReviewContent(TypedDict):
    """A review's content as arguments of `lib.data.reviews` and `lib.data.review_claims`."""

    answers: Answers
    turns: Sequence[NewTurnAnswers]
    comments: Sequence[NewReviewComment]
    corrections: Sequence[NewCorrection]


EMPTY: Final[dict[str, Any]] = {"answers": {}, "turns": [], "comments": [], "corrections": []}
"""Content of a new review, as the panel reads it."""


class MalformedError(ValueError):
    """The browser sent something that is not the content of a review."""


def read_content(wire: object) -> ReviewContent:
    """Read what the panel sent; Convex validates it against the rubric.

    Raises:
        MalformedError: it has another shape than `Content` in `review_panel/src/types.ts`.
    """
    try:
        if not isinstance(wire, Mapping):
            raise MalformedError("no content")
        return ReviewContent(
            answers=_answers(wire["answers"]),
            turns=[
                NewTurnAnswers(sequence=int(turn["sequence"]), answers=_answers(turn["answers"]))
                for turn in wire["turns"]
            ],
            comments=[_comment(comment) for comment in wire["comments"]],
            corrections=[
                NewCorrection(sequence=int(item["sequence"]), text=str(item["text"]))
                for item in wire["corrections"]
            ],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise MalformedError("not the content of a review") from error


def content_to_wire(written: ReviewDraft | Review | None) -> dict[str, Any]:
    """Return content as the panel reads it."""
    if written is None:
        return EMPTY
    return {
        "answers": _plain(written.answers),
        "turns": [
            {"sequence": turn.sequence, "answers": _plain(turn.answers)} for turn in written.turns
        ],
        "comments": [
            {
                "text": comment.text,
                **({} if comment.sequence is None else {"sequence": comment.sequence}),
                **({} if comment.at_ms is None else {"atMs": comment.at_ms}),
            }
            for comment in written.comments
        ],
        "corrections": [
            {"sequence": item.sequence, "text": item.text} for item in written.corrections
        ],
    }


def _answers(wire: Mapping[str, Any]) -> Answers:
    return {str(key): _answer(value) for key, value in wire.items()}


def _answer(value: object) -> float | bool | str | Sequence[str]:
    if isinstance(value, list):
        return [str(label) for label in value]
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        return float(value)
    raise MalformedError("not an answer")


def _comment(wire: Mapping[str, Any]) -> NewReviewComment:
    comment = NewReviewComment(text=str(wire["text"]))
    if wire.get("sequence") is not None:
        comment["sequence"] = int(wire["sequence"])
    if wire.get("atMs") is not None:
        comment["at_ms"] = float(wire["atMs"])
    return comment


def _plain(answers: Mapping[str, float | bool | str | tuple[str, ...]]) -> dict[str, Any]:
    return {key: list(item) if isinstance(item, tuple) else item for key, item in answers.items()}
