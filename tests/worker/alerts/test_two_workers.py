"""Two workers, one of them killed at any moment: no run missed or doubled, no message lost.

`make faults` goes through more rounds.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from lib.data import alerts
from tests.support.receiver import Received
from tests.support.stack import wait_until
from tests.worker.alerts.conftest import SECRET, Desk

ROOT = Path(__file__).parents[3]
ROUNDS = int(os.environ.get("EARSHOT_FAULT_ROUNDS", "2"))
DEADLINE = 60.0


class Workers:
    """Real processes over one deployment."""

    def __init__(self, desk: Desk, log: Path) -> None:
        self._log = log.open("ab")
        self._environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "CLERK_PUBLISHABLE_KEY": "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k",
            "CLERK_SECRET_KEY": "sk_test_" + "x" * 20,
            "EARSHOT_COOKIE_KEYS": "k" * 40,
            "S3_BUCKET": "audio",
            "CONVEX_URL": desk.runtime.stack.convex_url,
            "EARSHOT_SERVICE_KEY": desk.runtime.stack.service_key_pem,
            "EARSHOT_ALERT_WEBHOOK_URL": desk.receiver.url,
            "EARSHOT_ALERT_WEBHOOK_SECRET": SECRET,
        }
        self.running: list[subprocess.Popen[bytes]] = []
        self.killed: set[int] = set()

    def start(self) -> None:
        """Start one more."""
        command = [sys.executable, "-m", "tests.worker.alerts.worker_process"]
        self.running.append(
            subprocess.Popen(
                command, cwd=ROOT, env=self._environment, stdout=self._log, stderr=self._log
            )
        )

    def kill(self, index: int) -> None:
        """End one at once, as a crash would."""
        process = self.running.pop(index)
        self.killed.add(process.pid)
        process.kill()
        process.wait()

    def stop(self) -> None:
        """End all, and wait until they have."""
        for process in self.running:
            process.terminate()
        codes = [process.wait(DEADLINE) for process in self.running]
        self._log.close()
        # One that had only just been started may not have got as far as asking to be told.
        assert set(codes) <= {0, -signal.SIGTERM}, codes


class Flights:
    """Answers late or not at once, and notes which messages are sent at the same time."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._guard = threading.Lock()
        self._flying: Counter[str] = Counter()
        self._refused: set[str] = set()
        self.most_at_once = 0

    def __call__(self, request: Received) -> tuple[int, dict[str, str]]:
        if request.path.endswith("/beat"):
            return 204, {}
        name = request.delivery_id
        with self._guard:
            self._flying[name] += 1
            self.most_at_once = max(self.most_at_once, self._flying[name])
            pause = self._chance.choice([0, 0.2, 0.5])
            # Once at most: pauses between attempts double.
            refuses = name not in self._refused and self._chance.random() < 0.3
            if refuses:
                self._refused.add(name)
        threading.Event().wait(pause)
        with self._guard:
            self._flying[name] -= 1
        return (503 if refuses else 204), {}


@pytest.fixture
def workers(desk: Desk, tmp_path: Path) -> Iterator[Workers]:
    made = Workers(desk, tmp_path / "workers.log")
    yield made
    made.stop()


def printed_seed() -> int:
    seed = random.randrange(10**6)  # noqa: S311  # a drill, not a secret
    print(f"seed {seed}")  # noqa: T201  # to go through the same again
    return seed


def beats(desk: Desk) -> list[dict[str, object]]:
    return [got.content for got in desk.receiver.requests if got.path.endswith("/beat")]


@pytest.mark.timeout(600)
def test_a_killed_worker_costs_neither_a_run_nor_a_message(desk: Desk, workers: Workers) -> None:
    chance = random.Random(printed_seed())  # noqa: S311  # a drill, not a secret
    ops = desk.runtime.member("ops")
    flights = desk.receiver.answer = Flights(chance)
    for _ in range(2):
        workers.start()
    wait_until(lambda: len({it["pid"] for it in beats(desk)}) == 2, DEADLINE)
    for _ in range(ROUNDS):
        alerts.send_test(ops, ["webhook"])
        threading.Event().wait(chance.uniform(0, 0.8))
        workers.kill(chance.randrange(2))
        wait_until(partial(has_more_beats, desk, len(beats(desk))), DEADLINE)
        workers.start()
        wait_until(lambda: all_sent(desk), DEADLINE)
    sent = alerts.deliveries(ops, cursor=None, limit=200).items
    bodies: dict[str, set[bytes]] = {}
    for got in desk.receiver.requests:
        if not got.path.endswith("/beat"):
            bodies.setdefault(got.delivery_id, set()).add(got.body)
    assert set(bodies) == {delivery.id for delivery in sent}
    assert sum(len(delivery.items) for delivery in sent) == ROUNDS
    assert all(len(different) == 1 for different in bodies.values())
    assert flights.most_at_once == 1
    assert_one_run_at_a_time(beats(desk), workers.killed)


def has_more_beats(desk: Desk, known: int) -> bool:
    return len(beats(desk)) > known


def all_sent(desk: Desk) -> bool:
    ops = desk.runtime.member("ops")
    messages = alerts.deliveries(ops, cursor=None, limit=200).items
    return all(message.status == "sent" for message in messages)


def assert_one_run_at_a_time(told: list[dict[str, object]], killed: set[int]) -> None:
    """A run begins after the one before has ended, or its worker was killed."""
    running: dict[str, object] | None = None
    for beat in told:
        if beat["state"] == "begins":
            assert running is None or running["pid"] in killed, (running, beat)
            running = beat
        else:
            assert running is not None
            if running["run"] == beat["run"]:
                running = None
            else:
                assert beat["pid"] in killed, (running, beat)
