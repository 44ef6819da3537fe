"""Jobs run once over all workers, are made up for when a worker dies, and stop when asked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

from lib.data import job_leases
from lib.data.records import JobRun
from lib.work.services import Services
from lib.worker.jobs import Job, Stop
from lib.worker.worker import Worker

DEADLINE = 60.0


class Board:
    """Notes the runs of a job, over all workers of a test."""

    def __init__(self) -> None:
        self.name = f"test.{uuid4().hex}"
        self._changed = threading.Condition()
        self.runs = self.running = self.most_at_once = 0

    def enter(self) -> None:
        with self._changed:
            self.runs += 1
            self.running += 1
            self.most_at_once = max(self.most_at_once, self.running)
            self._changed.notify_all()

    def leave(self) -> None:
        with self._changed:
            self.running -= 1
            self._changed.notify_all()

    def wait_for(self, reached: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(reached, DEADLINE)


def job(board: Board, every: float, work: Callable[[Stop], dict[str, object]]) -> Job:
    def run(_services: Services, stop: Stop) -> dict[str, object]:
        board.enter()
        try:
            return work(stop)
        finally:
            board.leave()

    return Job(board.name, every, run)


def last_run(services: Services, board: Board) -> JobRun:
    (found,) = [run for run in job_leases.every(services.worker_caller()) if run.name == board.name]
    return found


def stop(*workers: Worker) -> None:
    for worker in workers:
        worker.ask_to_stop()
    assert all(worker.join(DEADLINE) for worker in workers)


def test_workers_share_a_job_and_never_run_it_at_once(services: Services) -> None:
    board = Board()
    workers = [Worker(services, [job(board, 0.2, lambda _: {"n": 1})], 5) for _ in range(3)]
    for worker in workers:
        worker.start()
    board.wait_for(lambda: board.runs >= 6)
    stop(*workers)
    assert board.most_at_once == 1
    run = last_run(services, board)
    assert run.runs == board.runs
    assert run.last_report == '{"n":1}'
    assert run.holder is None


def test_a_job_is_not_run_before_it_is_due_again(services: Services) -> None:
    board, other = Board(), Board()
    rare, often = job(board, 3600, lambda _: {}), job(other, 0.1, lambda _: {})
    workers = [Worker(services, [rare, often], 5) for _ in range(2)]
    for worker in workers:
        worker.start()
    board.wait_for(lambda: board.runs >= 1)
    other.wait_for(lambda: other.runs >= 10)
    stop(*workers)
    assert board.runs == 1


def test_the_job_of_a_dead_worker_is_taken_over(services: Services) -> None:
    board = Board()
    dead = job_leases.acquire(
        services.worker_caller(),
        name=board.name,
        holder="dead",
        ttl_ms=1000,
        due_every_ms=3_600_000,
    )
    assert dead.acquired
    worker = Worker(services, [job(board, 1, lambda _: {})], 5)
    worker.start()
    board.wait_for(lambda: board.runs >= 1)
    stop(worker)


def test_a_failing_job_is_reported_and_tried_again(services: Services) -> None:
    board = Board()

    def work(_stop: Stop) -> dict[str, object]:
        if board.runs == 1:
            raise ZeroDivisionError
        return {}

    worker = Worker(services, [job(board, 0.1, work)], 5)
    worker.start()
    board.wait_for(lambda: board.runs >= 2)
    stop(worker)
    assert last_run(services, board).failures == 1


def test_a_long_job_keeps_its_lease_and_stops_when_asked(services: Services) -> None:
    board = Board()
    started = datetime.now(UTC)

    def work(asked_to_stop: Stop) -> dict[str, object]:
        pause = threading.Event()
        while not asked_to_stop():
            pause.wait(0.05)
        return {}

    first, second = (Worker(services, [job(board, 0.1, work)], 1) for _ in range(2))
    first.start()
    board.wait_for(lambda: board.running == 1)
    second.start()
    pause = threading.Event()
    # Longer than the lease of one second would hold without being renewed.
    while (datetime.now(UTC) - started).total_seconds() < 3:
        pause.wait(0.05)
        assert board.most_at_once == 1
    stop(second)
    assert board.running == 1
    stop(first)
    assert board.running == 0


def test_a_worker_whose_lease_was_taken_is_told_to_stop(services: Services) -> None:
    board = Board()
    ended: list[bool] = []

    def work(asked_to_stop: Stop) -> dict[str, object]:
        pause = threading.Event()
        while not asked_to_stop():
            pause.wait(0.05)
        ended.append(True)
        return {}

    worker = Worker(services, [job(board, 1, work)], 1)
    worker.start()
    board.wait_for(lambda: board.running == 1)
    job_leases.finish(
        services.worker_caller(),
        name=board.name,
        holder=last_run(services, board).holder or "",
        ok=True,
        report="{}",
        duration_ms=1.0,
    )
    board.wait_for(lambda: board.running == 0)
    stop(worker)
    assert ended[0]
