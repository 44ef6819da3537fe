"""Links to moments: what Python writes it reads back, and old links keep their meaning."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.ui.parts.moments import NamedMoment, moment_in, moment_params


@given(
    st.none() | st.integers(0, 1_000_000),
    st.integers(0, 360_000_000),
)
def test_what_a_link_names_is_read_back(sequence: int | None, ms: int) -> None:
    found = moment_in(moment_params("session", sequence, ms))
    assert found is not None
    assert found.sequence == sequence
    assert found.ms == pytest.approx(ms, abs=0.001)


def test_a_link_may_name_only_a_turn() -> None:
    assert moment_in(moment_params("session", 7, None)) == NamedMoment(7, None)


def test_a_time_without_a_turn_is_in_seconds() -> None:
    assert moment_in({"id": "session", "t": "64"}) == NamedMoment(None, 64_000)


@pytest.mark.parametrize("time", ["", "-1", "nan", "inf", "1e999", "soon"])
def test_what_is_no_moment_names_none(time: str) -> None:
    assert moment_in({"t": time}) is None
    assert moment_in({}) is None
