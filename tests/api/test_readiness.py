"""Whoever asks whether the API is ready, and however often, costs the dependencies little."""

from __future__ import annotations

from threading import Event

import anyio

from lib.api.routes.health import KEPT_SECONDS, Readiness


def test_many_who_ask_at_once_and_soon_after_share_one_round() -> None:
    rounds, now = [0], [100.0]

    def probe() -> None:
        rounds[0] += 1

    async def ask() -> None:
        readiness = Readiness({"convex": probe}, clock=lambda: now[0])
        async with anyio.create_task_group() as group:
            for _ in range(50):
                group.start_soon(readiness.states)
        assert await readiness.states() == {"convex": "ok"}
        assert rounds[0] == 1
        now[0] += KEPT_SECONDS
        await readiness.states()
        assert rounds[0] == 2

    anyio.run(ask)


def test_a_dependency_that_fails_and_recovers_is_reported_as_such() -> None:
    broken, now = Event(), [100.0]
    broken.set()

    def probe() -> None:
        if broken.is_set():
            raise ConnectionError

    async def ask() -> None:
        readiness = Readiness({"convex": probe, "storage": lambda: None}, clock=lambda: now[0])
        assert await readiness.states() == {"convex": "failed", "storage": "ok"}
        broken.clear()
        now[0] += KEPT_SECONDS
        assert await readiness.states() == {"convex": "ok", "storage": "ok"}

    anyio.run(ask)
