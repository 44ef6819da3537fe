"""Erasures that were started are finished, each on its own."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pydantic import SecretStr

from lib.data import FunctionFailed, Page, erasure
from lib.data.records import Erasure
from lib.work.erasure import Receipt
from lib.work.services import Services
from lib.worker import started_erasures


def test_an_erasure_that_convex_cannot_do_keeps_no_other_from_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting = tuple(
        Erasure(id=name, clerk_id=name, started_by="a", started_at=datetime.now(UTC), counts={})
        for name in ("newest", "broken", "oldest")
    )
    done = []

    def erase(_caller: object, _storage: object, clerk_id: str, _key: str) -> Receipt:
        if clerk_id == "broken":
            raise FunctionFailed("Read too much data in a single function execution")
        done.append(clerk_id)
        return Receipt({}, 0, "signed")

    monkeypatch.setattr(erasure, "page", lambda *_, **__: Page(waiting, None))
    monkeypatch.setattr(started_erasures, "erase_user", erase)
    services: Any = SimpleNamespace(
        settings=SimpleNamespace(service_key=SecretStr("k")),
        worker_caller=lambda: None,
        storage=None,
    )
    counts = started_erasures.finish_started(cast("Services", services), lambda: False)
    assert counts == {"erased": 2, "failed": 1}
    assert done == ["newest", "oldest"]
