"""Cards judge a figure as it is read."""

from __future__ import annotations

from typing import Any

import pytest
import streamlit as st

from lib.ui.parts.charts import latency_card


@pytest.mark.parametrize(
    ("value", "colour"), [(1_199.0, "green"), (1_204.0, "green"), (1_206.0, "red")]
)
def test_a_figure_that_reads_like_its_objective_keeps_it(
    value: float, colour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: dict[str, Any] = {}
    monkeypatch.setattr(st, "metric", lambda *_args, **options: drawn.update(options))
    latency_card("First token", value, 1_200.0)
    assert drawn["delta_color"] == colour
