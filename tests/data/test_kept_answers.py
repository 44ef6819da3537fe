"""An erasure ends beside any number of keyed calls, whose answers hold the user's data.

`EARSHOT_KEYED_CALLS` says how many; `make faults` asks for 100,000.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from lib.data import erasure, user_sessions, users
from tests.data.test_live import new_session
from tests.support.convex import ConvexRuntime

CALLS = int(os.environ.get("EARSHOT_KEYED_CALLS", "300"))
PART = 50
THREADS = 4


def test_an_erasure_ends_beside_many_keyed_calls(
    convex: ConvexRuntime, record_property: Callable[[str, object], None]
) -> None:
    session = new_session(convex)
    other = new_session(convex)
    note = {"note": "x" * 500}

    def keyed(session_id: str, calls: int) -> None:
        ingest = convex.caller()  # Its token ends after five minutes.
        for _ in range(calls):
            user_sessions.update(ingest, id=session_id, metadata=note, idempotency_key=uuid4().hex)

    started = time.monotonic()
    with ThreadPoolExecutor(THREADS) as pool:
        for call in [pool.submit(keyed, session.id, PART) for _ in range(CALLS // PART)]:
            call.result()
        kept = time.monotonic()
        worker = convex.caller("worker")
        clerk_id = session.user.clerk_id
        erasure.start(worker, clerk_id)
        # Others go on meanwhile, and their answers stay.
        beside = [pool.submit(keyed, other.id, PART) for _ in range(THREADS)]
        steps = 1
        while not (step := erasure.step(worker, clerk_id, [])).done:
            steps += 1
        for call in beside:
            call.result()
    took = time.monotonic() - kept
    record_property("calls", f"{CALLS} in {kept - started:.1f} s")
    record_property("erased", f"in {took:.1f} s, {steps} steps")
    assert step.counts["idempotencyKeys"] == CALLS
    assert users.get(worker, clerk_id) is None
    assert user_sessions.get(worker, other.id) is not None
