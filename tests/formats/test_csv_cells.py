"""No cell of a CSV file begins a formula."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.formats.csv_cells import escape_formula, write_rows

SIGNS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"


@given(st.text(alphabet=" \ufeff\u00a0\u200b\u2060", max_size=3), st.sampled_from(SIGNS), st.text())
def test_what_could_begin_a_formula_is_quoted_and_kept(blanks: str, sign: str, rest: str) -> None:
    text = f"{blanks}{sign}{rest}"
    assert escape_formula(text) == f"'{text}"


@given(st.text())
def test_no_cell_begins_with_a_sign(text: str) -> None:
    assert not escape_formula(text).lstrip(" \ufeff\u00a0\u200b\u2060").startswith(tuple(SIGNS))


@pytest.mark.parametrize("text", ["", "12:30", "a=b", "'quoted'", "e-mail", "\u05e9=1"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert escape_formula(text) == text


def test_numbers_are_written_out() -> None:
    out = io.BytesIO()
    write_rows(out, ["cost"], [[1.5e-05], [3.0], [0.1], [12345678]])
    assert out.getvalue().decode("utf-8-sig").splitlines() == [
        "cost",
        "0.000015",
        "3",
        "0.1",
        "12345678",
    ]
