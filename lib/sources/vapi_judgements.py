"""What Vapi itself says of a call -> scores: success, structured outputs, scorecards."""

from __future__ import annotations

import math
from typing import Final

from lib.formats.conversation import Judgement
from lib.product import limits
from lib.product.texts import sanitized, shortened
from lib.sources.reading import Fields, Notes

EVALUATOR: Final = "vapi"
MAX_JUDGEMENTS: Final = 50

_NUMBERS: Final = {"true": 1.0, "false": 0.0}


def judgements(analysis: Fields, artifact: Fields, notes: Notes) -> tuple[Judgement, ...]:
    """Return the scores of a call, at most `MAX_JUDGEMENTS`."""
    found = [_judgement("success_evaluation", analysis.raw("successEvaluation"))]
    if found[0] is None and analysis.raw("successEvaluation") is not None:
        analysis.refuse("successEvaluation", "neither a number nor a word")
    for name, value_names in (
        ("structuredOutputs", ("result",)),
        ("scorecards", ("scoreNormalized", "score")),
    ):
        for key, path, item in artifact.entries(name):
            fields = Fields(item, notes, path)
            values = [fields.raw(key) for key in value_names]
            value = next((value for value in values if value is not None), None)
            title = fields.text("name", limits.LABEL_CHARS)
            made = _judgement(title or _line(key) or name, value)
            if made is None:
                notes.leave_out(path, "neither a number nor a word: no score")
            found.append(made)
            fields.close()
    whole = [item for item in found if item is not None]
    if len(whole) > MAX_JUDGEMENTS:
        artifact.refuse("scorecards", f"more than {MAX_JUDGEMENTS} scores")
    return tuple(whole[:MAX_JUDGEMENTS])


def _judgement(name: str, value: object) -> Judgement | None:
    number, label = _read(value)
    if number is None and label is None:
        return None
    return Judgement(
        name=name,
        value=number,
        label=label,
        explanation=None,
        origin="vendor",
        evaluator=EVALUATOR,
    )


def _read(value: object) -> tuple[float | None, str | None]:
    """Return a value as number and word, each None if it is none."""
    match value:
        case bool():
            return float(value), str(value).lower()
        case int() | float():
            return (float(value), None) if abs(value) < 2**53 else (None, None)
        case str():
            line = _line(value)
            known = _NUMBERS.get(line.lower())
            if known is not None:
                return known, line.lower()
            try:
                number = float(line)
            except ValueError:
                return None, line or None
            return (number, None) if math.isfinite(number) else (None, line)
        case _:
            return None, None


def _line(text: str) -> str:
    return shortened(" ".join(sanitized(text).split()), limits.LABEL_CHARS).strip()
