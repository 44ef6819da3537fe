"""A decision runs once, wherever it runs; only what blocks takes a thread."""

from __future__ import annotations

import threading
from collections.abc import Coroutine
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from lib.auth.blocking import MAX_THREADS, BlockingCall, WorkerThreads, run_here

CLIENT = "203.0.113.7"

pytestmark = pytest.mark.anyio


class Steps:
    """A decision with a blocking call between two steps; notes the thread of each."""

    def __init__(self) -> None:
        self.threads: list[threading.Thread] = []

    def note(self) -> None:
        self.threads.append(threading.current_thread())

    async def decide(self) -> str:
        self.note()
        await BlockingCall(self.note)
        self.note()
        return "decided"


def test_in_a_thread_everything_runs_there() -> None:
    steps = Steps()
    assert run_here(steps.decide()) == "decided"
    assert steps.threads == [threading.current_thread()] * 3


async def test_on_the_event_loop_only_the_blocking_call_leaves_it() -> None:
    steps, loop = Steps(), threading.current_thread()
    assert await WorkerThreads().run(steps.decide(), CLIENT) == "decided"
    before, blocked, after = steps.threads
    assert before is after is loop
    assert blocked is not loop


async def test_decision_that_needs_no_call_does_not_wait_for_those_that_do() -> None:
    threads, release, busy = WorkerThreads(), threading.Event(), threading.Semaphore(0)

    def wait() -> None:
        busy.release()
        assert release.wait(60)

    async def blocked() -> None:
        await BlockingCall(wait)

    async def immediate() -> str:
        return "decided"

    async with anyio.create_task_group() as tasks:
        for _ in range(MAX_THREADS):
            tasks.start_soon(threads.run, blocked(), CLIENT)
        for _ in range(MAX_THREADS):
            await anyio.to_thread.run_sync(busy.acquire)
        with anyio.fail_after(60):
            assert await threads.run(immediate(), CLIENT) == "decided"
        release.set()


async def failing() -> str:
    def fail() -> None:
        raise ValueError("no")

    try:
        await BlockingCall(fail)
    except ValueError as error:
        return str(error)
    return "yes"


async def test_decision_handles_the_error_of_its_call() -> None:
    assert await WorkerThreads().run(failing(), CLIENT) == "no"
    assert run_here(failing()) == "no"


def sleeping() -> Coroutine[Any, Any, None]:
    return anyio.lowlevel.checkpoint()


async def test_decision_that_awaits_anything_else_is_refused() -> None:
    with pytest.raises(TypeError, match="blocking calls only"):
        await WorkerThreads().run(sleeping(), CLIENT)
    with pytest.raises(TypeError, match="blocking calls only"):
        run_here(sleeping())
