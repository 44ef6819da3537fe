"""A deployment of its own for what is evaluated over all its data, and a receiver."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from lib.data import metrics
from lib.observability.recorder import MINUTE_MS
from lib.work.services import Services
from tests.support.convex import CONTENDED, ConvexRuntime, running_convex
from tests.support.receiver import Receiver, running_receiver
from tests.support.s3 import Endpoint, settings_for

SECRET = "whsec_" + "c2VjcmV0IHNlY3JldCBzZWNyZXQgMTIz"


@dataclass(slots=True)
class Desk:
    """Services whose channels lead to a receiver."""

    runtime: ConvexRuntime
    services: Services
    receiver: Receiver

    def measured(self, metric: str, count: int, dimensions: dict[str, str], **more: Any) -> None:
        """Store one rollup of this minute."""
        now = int(datetime.now(UTC).timestamp() * 1000)
        rollup = {
            "metric": metric,
            "dimensions": dimensions,
            "bucketStart": now - now % MINUTE_MS,
            "count": count,
            "errors": {},
            "sum": 0.0,
            "max": 0.0,
            "histogram": {"zero": count, "counts": {}},
            **more,
        }
        metrics.ingest(
            self.services.worker_caller(),
            uuid4().hex,
            rollups=[rollup],
            auth_events=[],
            storage_events=[],
        )


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with (
        running_convex(tmp_path_factory.mktemp("convex"), options=CONTENDED) as runtime,
        running_receiver() as receiver,
    ):
        settings = settings_for(
            Endpoint("http://127.0.0.1:9", "a", "b", "audio"),
            CONVEX_URL=runtime.stack.convex_url,
            EARSHOT_SERVICE_KEY=runtime.stack.service_key_pem,
            EARSHOT_ALERT_WEBHOOK_URL=receiver.url,
            EARSHOT_ALERT_WEBHOOK_SECRET=SECRET,
        )
        services = Services(settings)
        yield Desk(runtime, services, receiver)
        services.close()
