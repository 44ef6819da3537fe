"""What a writer may say of a score; names as of OpenTelemetry's `gen_ai.evaluation.*`."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from lib.data.fields import AnyText, Identifier, ScoreLabel, ScoreName, ScoreOrigin, Sent, Sequence
from lib.product.limits import EXPLANATION_CHARS, MAX_SCORE_VALUE

ScoreValue = Annotated[
    float, Field(ge=-MAX_SCORE_VALUE, le=MAX_SCORE_VALUE, strict=True, allow_inf_nan=False)
]
Explanation = Annotated[AnyText, Field(min_length=1, max_length=EXPLANATION_CHARS)]


class SentScore(Sent):
    """A score; it has a value, a label, or both."""

    name: ScoreName = Field(description="What is judged.", examples=["helpfulness"])
    value: ScoreValue | None = None
    label: ScoreLabel | None = Field(default=None, examples=["pass"])
    explanation: Explanation | None = None
    origin: ScoreOrigin = Field(description="Who judged. People judge in reviews.")
    evaluator: Identifier = Field(
        description="Which model, product or person.", examples=["judge-v2"]
    )
    sequence: Sequence | None = Field(
        default=None, description="Of the turn; left out: the whole session."
    )

    @model_validator(mode="after")
    def _is_judged(self) -> Self:
        if self.value is None and self.label is None:
            raise ValueError("a value or a label is needed")
        return self
