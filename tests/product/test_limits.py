"""What the product says of limits and lifetimes is what the functions enforce."""

from __future__ import annotations

import json
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lib.product import lifetimes, limits
from lib.product.objectives import FULL_TURN
from lib.storage.formats import MAX_AUDIO_BYTES
from local.processes import node_binary

LIMITS = Path(__file__).resolve().parents[2] / "convex" / "model" / "limits.ts"


@pytest.fixture(scope="module")
def theirs() -> dict[str, Any]:
    """What the functions' own module of limits says, read by running it."""
    script = f"console.log(JSON.stringify({{...await import({json.dumps(LIMITS.as_uri())})}}))"
    done = subprocess.run(
        [str(node_binary()), "--input-type=module", "-e", script],
        stdout=subprocess.PIPE,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_limit_is_the_functions_own(theirs: dict[str, Any]) -> None:
    ours = {name: value for name, value in vars(limits).items() if name.isupper()}
    assert len(ours) > 20
    assert ours == {name: theirs.get(name) for name in ours}
    assert theirs["AUDIO_BYTES"] == MAX_AUDIO_BYTES


def test_every_lifetime_is_the_functions_own(theirs: dict[str, Any]) -> None:
    ours = {
        "DEFAULT_PRIVACY_WINDOW_MS": lifetimes.PRIVACY_WINDOW,
        "MAX_PRIVACY_WINDOW_MS": lifetimes.PRIVACY_WINDOW_LONGEST,
        "UPLOAD_URL_MS": lifetimes.UPLOAD_URL,
        "LATE_UPLOAD_MS": lifetimes.LATE_UPLOAD,
        "REVIEW_UNDO_MS": lifetimes.REVIEW_UNDO,
        "RAW_EVENTS_MS": lifetimes.SINGLE_EVENTS,
        "INCIDENT_MS": lifetimes.INCIDENTS,
        "ALERT_MESSAGE_MS": lifetimes.ALERT_MESSAGES,
    }
    assert {name: timedelta(milliseconds=theirs[name]) for name in ours} == ours
    rollups = {name: timedelta(milliseconds=ms) for name, ms in theirs["ROLLUP_MS"].items()}
    assert rollups == lifetimes.ROLLUPS


def test_a_turn_is_slow_when_it_misses_its_objective(theirs: dict[str, Any]) -> None:
    assert theirs["SLOW_TURN_MS"] == FULL_TURN.limit_ms
