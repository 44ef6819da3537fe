"""Decisions that may have to block, written once for the event loop and for threads.

A decision is a coroutine. Most need no network and run to their end where they are called. One
that does awaits a `BlockingCall`, the only thing that a decision may await, and whoever runs the
decision makes the call: `run_here` in the thread it is called in (the dashboard's scripts have
threads of their own), `WorkerThreads` in a worker thread, because nothing may block the event loop.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Generator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from anyio import CapacityLimiter, to_thread

from lib.auth.backend_api import ApiUnavailableError
from lib.auth.rate_limiter import RateLimiter, network_of

# Threads that may wait for Clerk at a time.
MAX_THREADS = 16
# Handshake nonces and refreshes can be made up by anybody and cost a call to Clerk each. They have
# threads of their own, so that they never hold up members; few may queue, and each client has a
# rate limit.
MAX_ANONYMOUS_THREADS = 4
MAX_ANONYMOUS_QUEUED = 32
ANONYMOUS_CALLS = 60
ANONYMOUS_SECONDS = 60.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BlockingCall(Generic[T]):
    """A call that waits for the network, or for another thread that does.

    Attributes:
        function: makes the call, in any thread.
        anonymous: anybody can cause it without having signed in.
    """

    function: Callable[[], T]
    anonymous: bool = False

    def __await__(self) -> Generator[BlockingCall[T], T, T]:
        return (yield self)


def run_here(decision: Coroutine[Any, Any, T]) -> T:
    """Return what a decision returns; its blocking calls are made in this thread."""

    async def call_here(call: BlockingCall[Any]) -> Any:
        return call.function()

    try:
        _run(decision, call_here).send(None)
    except StopIteration as finished:
        result: T = finished.value
        return result
    raise AssertionError("a call in this thread never suspends")


class WorkerThreads:
    """Runs decisions on the event loop; only their blocking calls take threads."""

    def __init__(self) -> None:
        self._threads = CapacityLimiter(MAX_THREADS)
        self._anonymous_threads = CapacityLimiter(MAX_ANONYMOUS_THREADS)
        self._anonymous_calls = RateLimiter(ANONYMOUS_CALLS, ANONYMOUS_SECONDS)

    async def run(self, decision: Coroutine[Any, Any, T], client_address: str) -> T:
        """Return what a decision returns.

        An anonymous call beyond the limits fails as if Clerk did not answer.

        Args:
            decision: awaits nothing but blocking calls.
            client_address: whose anonymous calls are counted together.
        """

        async def call_in_thread(call: BlockingCall[Any]) -> Any:
            if not call.anonymous:
                return await to_thread.run_sync(call.function, limiter=self._threads)
            threads = self._anonymous_threads
            queued = threads.statistics().tasks_waiting
            if queued >= MAX_ANONYMOUS_QUEUED or not self._anonymous_calls.allow(
                network_of(client_address)
            ):
                raise ApiUnavailableError("too many such calls by this client")
            return await to_thread.run_sync(call.function, limiter=threads)

        return await _run(decision, call_in_thread)


async def _run(
    decision: Coroutine[Any, Any, T], make: Callable[[BlockingCall[Any]], Awaitable[Any]]
) -> T:
    """Advance a decision from one blocking call to the next, to its end."""
    try:
        call = decision.send(None)
        while True:
            if not isinstance(call, BlockingCall):
                raise TypeError("a decision may await blocking calls only")
            try:
                result = await make(call)
            except Exception as error:  # noqa: BLE001  # it belongs to the decision
                call = decision.throw(error)
            else:
                call = decision.send(result)
    except StopIteration as finished:
        returned: T = finished.value
        return returned
    finally:
        decision.close()
