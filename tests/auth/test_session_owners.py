"""A Streamlit session belongs to the member who began it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_session_is_resumed_by_its_own_member_only(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.auth.resume_sessions", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, str] = json.loads(done.stdout)
    assert found["again"] == found["first"]
    assert found["other"] != found["first"]
    assert found["forged"] != found["first"]
