"""The back-fill brings everybody, patiently."""

from __future__ import annotations

from typing import Any

import pytest

from lib.auth.backend_api import ApiUnavailableError, BackendApi
from lib.work.backfill import Backfill, Progress
from lib.work.provisioning import Provisioner
from local.identity import admin
from local.identity.users import NewUser
from tests.identity.clerk import Running
from tests.work.provisioning.deliveries import Stored


def test_the_back_fill_brings_everybody_once_and_may_be_repeated(
    provisioner: Provisioner,
    clerk: Running,
    api: BackendApi,
    stored: Stored,
) -> None:
    people = [NewUser(email=f"fill{n}@customers.example", first_name=f"F{n}") for n in range(43)]
    ids = admin.create_users(clerk.stack, people)
    told: list[tuple[int, int]] = []

    def report(progress: Progress) -> None:
        told.append((progress.done, progress.total))

    done = Backfill(api, provisioner, page_users=10).run(report)
    assert done.done == done.total == clerk.api.get("/v1/users/count").json()["total_count"]
    assert told[-1] == (done.total, done.total)
    assert [count for count, _ in told] == sorted(count for count, _ in told)
    assert all(stored(one) for one in ids)
    again = Backfill(api, provisioner).run()
    assert again.outcomes["created"] == 0
    assert again.done == done.done


def test_the_back_fill_waits_as_long_as_clerk_says(
    provisioner: Provisioner, clerk: Running, api: BackendApi
) -> None:
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        clerk.instance.configure(requests_per_window=100_000)

    for _ in range(3):
        api.user_count()
    clerk.instance.configure(requests_per_window=1)
    try:
        Backfill(api, provisioner, sleep=wait).run()
    finally:
        clerk.instance.configure(requests_per_window=100_000)
    assert waits
    assert all(1 <= one <= 10 for one in waits)


def test_the_back_fill_gives_up_with_a_reason_when_clerk_stays_away(
    provisioner: Provisioner,
) -> None:
    waits: list[float] = []
    with (
        BackendApi("http://127.0.0.1:9", "sk_test_x") as nobody,
        pytest.raises(ApiUnavailableError),
    ):
        Backfill(nobody, provisioner, sleep=waits.append).run()
    assert waits == [1, 2, 4, 8, 16]


class ShiftingApi(BackendApi):
    """A real client whose instance loses users between two pages."""

    def __init__(self, clerk: Running, doomed: list[str]) -> None:
        super().__init__(clerk.stack.clerk_api_url, clerk.stack.clerk_secret_key)
        self._clerk = clerk
        self._doomed = doomed

    def users(self, *, limit: int, offset: int) -> list[dict[str, Any]]:
        page = super().users(limit=limit, offset=offset)
        for _ in range(4):
            if self._doomed:
                self._clerk.api.delete(f"/v1/users/{self._doomed.pop()}")
        return page


def test_nobody_is_missed_when_users_are_deleted_meanwhile(
    provisioner: Provisioner, clerk: Running, stored: Stored
) -> None:
    people = [NewUser(email=f"shift{n}@customers.example") for n in range(30)]
    staying = admin.create_users(clerk.stack, people)
    everybody = clerk.api.get("/v1/users", params={"limit": 500, "order_by": "created_at"}).json()
    doomed = [one["id"] for one in everybody if not one["username"]][:20]
    with ShiftingApi(clerk, doomed) as api:
        Backfill(api, provisioner, page_users=6).run()
    assert all(stored(one) for one in staying)
