"""Every applicable row of Clerk's behaviour, held against its own package where they agree."""

from __future__ import annotations

import pytest

from tests.auth.matrix import Row, rows
from tests.auth.official import Outcome, official_outcomes
from tests.auth.ours import our_outcome

ROWS = [(kind, row) for kind in ("production", "development") for row in rows(kind == "production")]
IDS = [f"{kind}-{row.number}" for kind, row in ROWS]


@pytest.fixture(scope="module")
def official() -> dict[str, Outcome | str]:
    outcomes = official_outcomes(row.case for _, row in ROWS)
    return dict(zip(IDS, outcomes, strict=True))


@pytest.mark.parametrize(("kind", "row"), ROWS, ids=IDS)
def test_row_is_decided_as_clerk_documents(
    kind: str, row: Row, official: dict[str, Outcome | str]
) -> None:
    ours = our_outcome(row.case)
    assert (ours.status, ours.reason) == (row.status, row.reason)
    if row.status == "signed-in":
        assert ours.user_id == row.user_id
    if row.deviates:
        assert ours != official[f"{kind}-{row.number}"], "no longer a deviation"
    else:
        assert ours == official[f"{kind}-{row.number}"]
