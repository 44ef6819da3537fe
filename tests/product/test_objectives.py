"""An objective is stated once: change it, and everything that is held against it follows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lib.product import objectives
from lib.product.objectives import LATENCIES
from tests.support.convex import running_convex

ROOT = Path(__file__).resolve().parents[2]


def run_with(limit_ms: int, home: Path) -> Any:
    with running_convex(home) as convex:
        done = subprocess.run(
            [
                sys.executable,
                *("-m", "tests.product.changed_objective"),
                *(str(limit_ms), convex.issuer.token("ops", "user_test")),
            ],
            cwd=ROOT,
            env={**os.environ, **convex.stack.app_environment()},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("limit_ms", "slow", "share"), [(500, [600.0, 900.0], "33%"), (750, [900.0], "67%")]
)
def test_all_that_is_held_against_an_objective_follows_it(
    limit_ms: int, slow: list[float], share: str, tmp_path: Path
) -> None:
    found = run_with(limit_ms, tmp_path)
    limit = f"{limit_ms} ms"
    assert found["kept"] == slow
    assert (found["rule"], found["slow"]) == (limit_ms, len(slow))
    assert limit in found["guidance"]

    page = found["page"]
    assert page["errors"] == []
    assert f"Objective: 95% within {limit}." in page["components"]["storage-heading"]["lead"]
    at = page["words"].index(f"Within {limit}")
    assert page["words"][at : at + 3] == [f"Within {limit}", share, "objective 95%"]
    budgets = page["components"]["storage-budgets"]["rows"]
    assert f"95% within {limit}" in json.dumps(budgets)

    [line] = page["charts"]["storage-latency"]["layout"]["shapes"]
    assert line["y0"] == limit_ms
    [note] = page["charts"]["storage-latency"]["layout"]["annotations"]
    assert note["text"] == f"objective: p95 under {limit}"
    [line] = page["charts"]["storage-heat"]["layout"]["shapes"]
    # 500 is the border between two bands, 750 lies within one that begins there.
    assert line["y0"] == {500: 5.5, 750: 6.0}[limit_ms]

    rows = page["components"]["storage-table"]["rows"]
    assert [row["cells"][3]["tone"] for row in rows] == ["warn"] * len(slow)


def test_objectives_of_latency_are_of_what_the_charts_show() -> None:
    named = [item for item in vars(objectives).values() if hasattr(item, "limit_ms")]
    assert {id(item) for item in LATENCIES} == {
        id(item) for item in named if not isinstance(item, type)
    }
    assert {objective.target for objective in LATENCIES} == {0.95}
