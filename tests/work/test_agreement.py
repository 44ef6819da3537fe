"""Agreement figures equal published worked examples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pycm import ConfusionMatrix

from lib.data.records import AgreementCell, Criterion, ReviewAgreement, Rubric
from lib.work.agreement import Agreement, of_criterion, of_pair
from tests.data.test_live import START

Kind = Literal["score", "number", "boolean", "choice", "labels"]


def criterion(
    kind: Kind,
    key: str = "k",
    *,
    options: tuple[str, ...] | None = None,
    tolerance: float | None = None,
) -> Criterion:
    return Criterion(
        key=key,
        label="K",
        description="k",
        kind=kind,
        level="session",
        required=True,
        options=options,
        tolerance=tolerance,
    )


def agreed(table: Sequence[Sequence[int]], answers: Sequence[str], asked: Criterion) -> Agreement:
    """Return the agreement on a table: rows by the first reviewer, columns by the second."""
    cells = [
        AgreementCell(criterion=asked.key, a=a, b=b, count=count)
        for a, row in zip(answers, table, strict=True)
        for b, count in zip(answers, row, strict=True)
        if count
    ]
    found = of_criterion(asked, cells)
    assert found is not None
    return found


YES_NO = ("true", "false")


@pytest.mark.parametrize(
    ("table", "percent", "kappa"),
    [
        # "Cohen's kappa", Wikipedia, "Simple example": grant proposals read by two readers.
        (((20, 5), (10, 15)), 70, 0.40),
        # The same article, "Same percentages but different numbers".
        (((45, 15), (25, 15)), 60, 0.1304),
        (((25, 35), (5, 35)), 60, 0.2593),
    ],
)
def test_yes_or_no_answers_of_the_encyclopedia(
    table: Sequence[Sequence[int]], percent: float, kappa: float
) -> None:
    found = agreed(table, YES_NO, criterion("boolean"))
    assert (found.pairs, found.percent) == (sum(map(sum, table)), percent)
    assert found.kappa == pytest.approx(kappa, abs=5e-5)


def test_the_first_example_ever() -> None:
    """J. Cohen, A coefficient of agreement for nominal scales, Educational and Psychological
    Measurement 20 (1960), table 1: 200 patients, p_o = .70, p_c = .41, kappa = .492."""
    options = ("schizophrenia", "neurosis", "brain damage")
    table = ((88, 14, 18), (10, 40, 10), (2, 6, 12))
    found = agreed(table, options, criterion("choice", options=options))
    assert (found.pairs, found.percent) == (200, 70)
    assert found.kappa == pytest.approx(0.492, abs=5e-4)
    assert found.weighted_kappa is None


def test_scores_with_linear_weights() -> None:
    """M. Hout et al., Association and heterogeneity, Sociological Methodology 17 (1987), in A.
    Agresti, Categorical Data Analysis (1990); `vcd::Kappa(SexualFun)` in R prints 0.1293 and,
    weighted, 0.2374. Four steps of a scale of five."""
    table = ((7, 7, 2, 3), (2, 8, 3, 7), (1, 5, 4, 9), (2, 8, 9, 14))
    found = agreed(table, ("1", "2", "3", "4"), criterion("score"))
    assert found.kappa == pytest.approx(0.1293, abs=5e-5)
    assert found.weighted_kappa == pytest.approx(0.2374, abs=5e-5)


def test_full_agreement_is_one_and_chance_is_nought() -> None:
    assert agreed(((3, 0), (0, 4)), YES_NO, criterion("boolean")).kappa == 1
    assert agreed(((2, 2), (2, 2)), YES_NO, criterion("boolean")).kappa == 0


def test_where_only_one_answer_was_given_there_is_no_kappa() -> None:
    found = agreed(((5, 0), (0, 0)), YES_NO, criterion("boolean"))
    assert (found.percent, found.kappa, found.low, found.high) == (100, None, None, None)


def test_one_reviewer_who_always_says_the_same_agrees_by_chance_only() -> None:
    assert agreed(((5, 3), (0, 0)), YES_NO, criterion("boolean")).kappa == 0


@given(st.lists(st.lists(st.integers(0, 30), min_size=5, max_size=5), min_size=5, max_size=5))
def test_figures_of_any_table_are_those_of_pycm(counts: list[list[int]]) -> None:
    scores = ("1", "2", "3", "4", "5")
    given_both = {i for i, row in enumerate(counts) for j, n in enumerate(row) if n and i != j}
    assume(given_both or sum(1 for i in range(5) if counts[i][i]) > 1)
    found = agreed(counts, scores, criterion("score"))
    table = {a: dict(zip(scores, row, strict=True)) for a, row in zip(scores, counts, strict=True)}
    wanted = ConfusionMatrix(matrix=table)
    steps = {a: {b: abs(int(a) - int(b)) for b in scores} for a in scores}
    assert found.kappa == pytest.approx(wanted.Kappa)
    assert found.weighted_kappa == pytest.approx(wanted.weighted_kappa(steps))
    assert (found.low, found.high) == pytest.approx(
        (max(wanted.Kappa_CI[0], -1), min(wanted.Kappa_CI[1], 1)), abs=1e-4
    )


def test_scores_agree_within_the_tolerance() -> None:
    table = ((0, 0, 0), (0, 2, 1), (1, 0, 0))
    assert agreed(table, ("1", "2", "3"), criterion("score")).percent == 50
    assert agreed(table, ("1", "2", "3"), criterion("score", tolerance=1)).percent == 75


@pytest.mark.parametrize("kind", ["number", "labels"])
def test_numbers_and_labels_have_a_percentage_only(kind: Kind) -> None:
    found = agreed(((3, 1), (0, 0)), ("same", "different"), criterion(kind))
    assert (found.pairs, found.percent, found.kappa) == (4, 75, None)


def test_a_pair_is_described_in_the_order_of_the_rubric() -> None:
    asked = tuple(criterion("boolean", key) for key in ("b", "a", "unasked"))
    rubric = Rubric(id="r", name="R", version=1, criteria=asked, created_by="x", created_at=START)
    cells = tuple(AgreementCell(criterion=key, a="true", b="true", count=1) for key in ("a", "b"))
    row = ReviewAgreement(rubric_id="r", first="kim", second="lee", cells=cells)
    pair = of_pair(rubric, row)
    assert [item.criterion.key for item in pair.criteria] == ["b", "a"]
