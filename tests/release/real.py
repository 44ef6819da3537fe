"""`python -m tests.release.real`: the smoke test on a real deployment, kept in docs/real-run.json.

Ends with 1 if a step failed, and with 2, writing nothing, if the settings name the local stack.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from lib.config.settings import Settings, get_settings
from lib.config.values import is_loopback
from tests.security.bills import ROOT, version

KEPT: Final = ROOT / "docs" / "real-run.json"
NOT_RUN: Final = "NOT RUN: smoke on a real Convex deployment, Clerk instance and bucket"


def of_real_run(kept: Mapping[str, Any] | None, version: str) -> list[str]:
    """Return why the kept run does not count for a version; empty if it does.

    Args:
        kept: what `docs/real-run.json` holds, None if there is no such file.
        version: of pyproject.toml.
    """
    if kept is None:
        return [NOT_RUN]
    if kept["version"] != version:
        return [f"{NOT_RUN} with version {version}; the last run was with {kept['version']}"]
    wrong = [
        f"{step['name']} {step['status']}" for step in kept["steps"] if step["status"] != "PASS"
    ]
    return [f"smoke on a real deployment: {', '.join(wrong)}"] if wrong else []


def read() -> dict[str, Any] | None:
    """Return the kept run, None if there is none."""
    if not KEPT.exists():
        return None
    kept: dict[str, Any] = json.loads(KEPT.read_text("utf-8"))
    return kept


def near(settings: Settings) -> list[str]:
    """Return the settings that name this machine: a run with these is no real one."""
    named = {
        "EARSHOT_APP_URL": settings.app_url,
        "CONVEX_URL": settings.convex_url,
        "CLERK_API_URL": settings.clerk_api_url,
        "S3_ENDPOINT_URL": settings.s3_endpoint_url or "https://s3.amazonaws.com",
    }
    return [name for name, url in named.items() if is_loopback(url)]


def main() -> int:
    """Run, and keep names, states and times of the steps; what they say stays here."""
    if local := near(get_settings()):
        sys.stderr.write(f"This is no real deployment: {', '.join(local)} name this machine.\n")
        return 2
    command = [sys.executable, "-m", "lib", "smoke", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    sys.stderr.write(done.stderr)
    rows = json.loads(done.stdout)["steps"]
    kept = {
        "version": version(),
        "day": f"{datetime.now(UTC):%Y-%m-%d}",
        "steps": [{name: row[name] for name in ("name", "status", "durationMs")} for row in rows],
    }
    KEPT.write_text(json.dumps(kept, indent=2) + "\n", "utf-8")
    sys.stdout.writelines(f"{row['status']:<8}{row['name']}: {row['sentence']}\n" for row in rows)
    return done.returncode


if __name__ == "__main__":
    raise SystemExit(main())
