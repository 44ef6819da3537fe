"""An outage of Convex: the app keeps answering, its memory stays, what it drops is shown.

`EARSHOT_APP_OUTAGE_SECONDS` is how long (120 in `make faults`); `tests/worker/test_outage.py` has
the recorder alone go through ten minutes.
"""

from __future__ import annotations

import os
import ssl
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from benchmarks.processes import ProcessWatch
from lib.data import Caller, Client, Refused, Unavailable
from lib.observability.recorder import MAX_KEPT_EVENTS
from lib.work.health import drops
from local.identity.admin import session_token
from tests.faults.rig import Rig, running_rig
from tests.faults.schedule import Fault
from tests.support.stack import wait_until

SECONDS = float(os.environ.get("EARSHOT_APP_OUTAGE_SECONDS", "0"))
CLIENTS = 250
"""Of each client only some denials are kept one by one: it takes many to fill the recorder."""
NO_TLS = ssl.create_default_context()
MOST_MIB = 48.0
"""Far more than the recorder's bounds, far less than what ten minutes would add without them."""


@pytest.mark.skipif(SECONDS == 0, reason="takes minutes: make faults")
@pytest.mark.timeout(300 + 2 * SECONDS)
def test_a_long_outage_of_convex_costs_bounded_memory_and_drops_are_counted(
    tmp_path: Path,
) -> None:
    with running_rig(tmp_path, "http://127.0.0.1:9") as (rig, _):
        app = rig.children["app"].pid
        assert app is not None
        denied(rig, CLIENTS)  # what is imported and pooled on first use is not growth
        watch = ProcessWatch({"app": app})
        watch.start()
        end = rig.inflict(Fault("convex", "kill", SECONDS))
        over = time.monotonic() + SECONDS
        sent = 0
        while time.monotonic() < over or sent < 2 * MAX_KEPT_EVENTS:
            sent += denied(rig, CLIENTS)
        assert httpx.get(f"{rig.inner_app_url}/api/v1/live").status_code == httpx.codes.OK
        watch.stop()
        end()
        usage = watch.usage["app"]
        print(f"{sent} denials, {usage.mib[0]:.0f} -> {usage.mib[-1]:.0f} MiB")  # noqa: T201
        assert usage.mib[-1] - usage.mib[0] < MOST_MIB
        assert rig.children["app"].pid == app
        token = session_token(rig.stack, "ops", seconds=3600)
        client = Client(rig.stack.convex_url, 10)
        ops = Caller(client, lambda: token)

        def shown() -> bool:
            rig.tend()
            try:
                return drops(ops, datetime.now(UTC)).get("auth_event", 0) > 0
            except (Unavailable, Refused):
                return False

        wait_until(shown, 90, lambda: str(drops(ops, datetime.now(UTC))), 0.5)
        client.close()


def denied(rig: Rig, clients: int) -> int:
    """Send a request without a good token from each of many client addresses; return how many."""
    for number in range(1, clients + 1):
        transport = httpx.HTTPTransport(local_address=f"127.0.3.{number}", verify=NO_TLS)
        with httpx.Client(transport=transport, timeout=10) as client:
            for _ in range(2):
                answer = client.get(
                    f"{rig.inner_app_url}/api/v1/users", headers={"Authorization": "Bearer no"}
                )
                assert answer.status_code == httpx.codes.UNAUTHORIZED
    return 2 * clients
