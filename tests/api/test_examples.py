"""The examples of docs/api/README.md do what they say, against the running API."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from lib.api.problems import KINDS
from lib.api.rate_limiter import LIMITS
from local.processes import node_binary
from tests.api.test_story import wav
from tests.support.api import Api

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "docs" / "api" / "README.md").read_text()


def block(kind: str) -> str:
    """Return the only code block that begins with this fence."""
    (found,) = re.findall(rf"^```{kind}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    return str(found)


@pytest.fixture
def place(tmp_path: Path, api: Api) -> Path:
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    (tmp_path / "recording.wav").write_bytes(wav())
    (tmp_path / "package.json").write_text('{"type": "module"}')
    return tmp_path


def run(api: Api, place: Path, *command: str | Path) -> str:
    environment = {
        "PATH": f"{node_binary().parent}:{os.environ['PATH']}",
        "EARSHOT_URL": api.url.removesuffix("/api/v1"),
        "EARSHOT_KEY": api.token("key-write"),
        "EARSHOT_READ_KEY": api.token("key-read"),
        "RECORDING": str(place / "recording.wav"),
    }
    done = subprocess.run(
        command, cwd=place, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_curl_example_tells_the_whole_story(api: Api, place: Path) -> None:
    said = run(api, place, "bash", "-euo", "pipefail", "-c", block("sh"))
    assert "[00:00:02] Assistant: At the depot." in said
    stored = api.call("GET", "/sessions", params={"userId": "user_curl"}).json()["items"][0]
    assert (stored["audioCount"], stored["durationMs"]) == (1, 5000)


def test_the_typescript_example_is_typed_and_runs(api: Api, place: Path) -> None:
    run(api, place, "bash", "-euo", "pipefail", "-c", block("sh types"))
    (place / "example.ts").write_text(block("ts"))
    options = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2023", "--module"]
    options += ["nodenext", "--types", "node", "--typeRoots", "node_modules/@types"]
    tsc = ROOT / "node_modules" / "typescript" / "bin" / "tsc"
    run(api, place, "node", tsc, *options, "--allowImportingTsExtensions", "example.ts")
    assert run(api, place, "node", "example.ts") == "user: Where is my parcel?\n"


def test_every_kind_of_problem_and_every_limit_is_documented() -> None:
    for kind in KINDS:
        assert f"| `{kind.name}` | {kind.status} |" in README
    for limit in LIMITS.values():
        assert f"{limit:,}" in README
