"""The supervisor: what it promises before, during and after a run of its children."""

import http.server
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.children import BACKOFF_SECONDS, STEADY_SECONDS, Child, stop_all
from local.stack import Stack, free_ports, port_is_free
from local.supervisor import StartError, check_ports, exclusive
from tests.support.stack import ROOT, is_alive, wait_until


def child(tmp_path: Path, code: str, port: int = 9) -> Child:
    url = f"http://127.0.0.1:{port}/"
    command = [sys.executable, "-c", code]
    return Child("worker", command, dict(os.environ), tmp_path, url, tmp_path / "worker.log")


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def test_a_stack_keeps_its_keys_and_inner_ports_and_takes_the_new_app_port(tmp_path: Path) -> None:
    first = Stack.load_or_create(tmp_path / "home", 8501)
    second = Stack.load_or_create(tmp_path / "home", 9001)
    assert second.app_port == 9001
    assert second.clerk_secret_key == first.clerk_secret_key
    assert second.identity_port == first.identity_port
    assert second.passwords == first.passwords


def test_two_stacks_share_no_key_and_no_port(tmp_path: Path) -> None:
    one = Stack.load_or_create(tmp_path / "one", 8501)
    two = Stack.load_or_create(tmp_path / "two", 8502)
    assert one.clerk_secret_key != two.clerk_secret_key
    assert one.service_key_pem != two.service_key_pem
    assert one.convex_port != two.convex_port


def test_the_stack_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    Stack.load_or_create(tmp_path / "home", 8501)
    assert stat.S_IMODE((tmp_path / "home" / "stack.json").stat().st_mode) == 0o600


def test_keys_of_each_mode_are_of_that_kind(tmp_path: Path) -> None:
    development = Stack.load_or_create(tmp_path / "d", 8501)
    production = Stack.load_or_create(tmp_path / "p", 8501, "production")
    assert development.publishable_key.startswith("pk_test_")
    assert development.clerk_secret_key.startswith("sk_test_")
    assert production.publishable_key.startswith("pk_live_")
    assert production.clerk_secret_key.startswith("sk_live_")


def test_free_ports_differ_and_avoid_what_they_are_told_to() -> None:
    ports = free_ports(20, avoid={25_000})
    assert len(set(ports)) == 20
    assert 25_000 not in ports


def test_a_taken_port_is_noticed(taken_port: int) -> None:
    assert not port_is_free(taken_port)


def test_a_taken_app_port_is_refused_with_what_to_do(tmp_path: Path, taken_port: int) -> None:
    stack = Stack.load_or_create(tmp_path, taken_port)
    with pytest.raises(StartError, match=rf"Port {taken_port} is in use.*PORT={taken_port + 1}"):
        check_ports(stack)


def test_a_second_supervisor_with_the_same_home_is_refused(tmp_path: Path) -> None:
    with exclusive(tmp_path), pytest.raises(StartError, match="already runs"), exclusive(tmp_path):
        pass
    with exclusive(tmp_path):
        pass


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [({"PORT": "abc"}, "PORT must be a number"), ({"PORT": "TAKEN"}, "is in use")],
)
def test_make_run_says_what_to_do_instead_of_a_traceback(
    environment: dict[str, str], sentence: str, tmp_path: Path, taken_port: int
) -> None:
    port = environment["PORT"].replace("TAKEN", str(taken_port))
    done = subprocess.run(
        [sys.executable, "-m", "local", "run"],
        cwd=ROOT,
        env={**os.environ, "EARSHOT_HOME": str(tmp_path / "home"), "PORT": port},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_info_before_the_first_start_says_what_to_do(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "local", "info"],
        cwd=ROOT,
        env={**os.environ, "EARSHOT_HOME": str(tmp_path / "never")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "make run" in done.stderr


def test_a_child_is_ready_when_its_health_url_answers(tmp_path: Path) -> None:
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    ready = child(tmp_path, "", server.server_port)
    answering = threading.Thread(target=server.handle_request)
    answering.start()
    assert ready.is_ready()
    answering.join()
    server.server_close()
    assert not ready.is_ready()


def test_a_crashing_child_waits_longer_each_time_and_a_steady_one_starts_over(
    tmp_path: Path,
) -> None:
    crashing = child(tmp_path, "raise SystemExit(3)")
    crashing.start()
    wait_until(lambda: crashing.exit_code() is not None, 20)
    assert crashing.exit_code() == 3
    now = crashing.started_at
    waits = [crashing.plan_restart(now) for _ in range(len(BACKOFF_SECONDS) + 1)]
    assert waits == [*BACKOFF_SECONDS, BACKOFF_SECONDS[-1]]
    assert crashing.plan_restart(now + STEADY_SECONDS + 1) == BACKOFF_SECONDS[0]


def test_children_end_at_once_when_asked_and_are_killed_when_deaf(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.children.STOP_SECONDS", 0.5)
    polite = child(tmp_path, "import signal; signal.pause()")
    deaf_code = "import signal,sys; signal.signal(15, lambda *_: None); print('deaf', flush=True)\n"
    deaf = child(tmp_path, deaf_code + "while True: signal.pause()")
    said: list[str] = []
    polite.start()
    deaf.start()
    wait_until(lambda: "deaf" in deaf.last_lines(), 20)
    stop_all([polite, deaf], said.append)
    assert polite.exit_code() == -signal.SIGTERM
    assert deaf.exit_code() == -signal.SIGKILL
    assert any("killed" in text for text in said)


def test_children_do_not_outlive_a_killed_supervisor(tmp_path: Path) -> None:
    code = (
        "import sys,time; from pathlib import Path; from local.children import Child; import os\n"
        f"c = Child('x', [sys.executable, '-c', 'import signal; signal.pause()'], dict(os.environ),"
        f" Path({str(tmp_path)!r}), '', Path({str(tmp_path)!r}) / 'x.log')\n"
        "c.start(); print(c.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        parent.kill()
    wait_until(lambda: not is_alive(pid), 20)
