"""What functions meet in Convex's own runtime, they meet here."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from convex.http_client import ConvexHttpClient

from .conftest import Deployment, MakeDeployment


@pytest.fixture(scope="module")
def client(deployment: Deployment) -> ConvexHttpClient:
    return ConvexHttpClient(deployment.url)


def eventually(found: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + 20
    while not (value := found()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return value


def test_functions_see_no_globals_of_node(client: ConvexHttpClient) -> None:
    assert client.query("misc:nodeGlobals", {}) == []


def test_time_stands_still_within_a_mutation(client: ConvexHttpClient) -> None:
    first, second = client.mutation("misc:times", {}), client.mutation("misc:times", {})
    assert (len(first), len(second)) == (1, 1)
    assert abs(first[0] - time.time() * 1000) < 60_000


def test_a_rejection_that_nobody_awaits_fails_the_call(client: ConvexHttpClient) -> None:
    with pytest.raises(Exception, match="nobody waits for this"):
        client.mutation("misc:forgetful", {})
    assert client.query("counters:get", {"name": "forgetful"}) == 0


@pytest.mark.parametrize("garbage", ["", "no id", "x" * 32])
def test_a_text_that_is_no_id_is_refused(client: ConvexHttpClient, garbage: str) -> None:
    with pytest.raises(Exception, match="Unable to decode ID"):
        client.query("misc:getGarbage", {"id": garbage})


def test_a_field_that_begins_with_an_underscore_is_refused(client: ConvexHttpClient) -> None:
    with pytest.raises(Exception, match="'_mine' starts with an underscore"):
        client.mutation("misc:reserved", {})


def test_a_page_that_ends_at_the_last_document_is_not_the_last(client: ConvexHttpClient) -> None:
    notes: Any = [{"owner": "pages", "at": at, "body": ""} for at in range(4)]
    client.mutation("notes:addMany", {"notes": notes})

    def page(cursor: str | None) -> Any:
        options: Any = {"numItems": 4, "cursor": cursor}
        return client.query("notes:page", {"owner": "pages", "opts": options})

    full = page(None)
    assert (len(full["page"]), full["isDone"]) == (4, False)
    rest = page(full["continueCursor"])
    assert (rest["page"], rest["isDone"]) == ([], True)


def test_a_failed_scheduled_function_says_why_and_is_named_as_there(
    client: ConvexHttpClient,
) -> None:
    job = client.mutation("counters:failLater", {"name": "doomed"})
    state = eventually(
        lambda: (
            (found := client.query("counters:job", {"job": job}))["state"]["kind"] == "failed"
            and found
        )
    )
    assert state["name"] == "counters.js:bumpThenFail"
    assert "after the write" in state["state"]["error"]


def test_an_interval_cron_runs_at_once_and_is_no_scheduled_function(
    make_deployment: MakeDeployment,
) -> None:
    deployment = make_deployment()
    deployment.start()
    client = ConvexHttpClient(deployment.url)
    eventually(lambda: client.query("counters:get", {"name": "hourly"}) == 1)
    eventually(lambda: client.query("counters:get", {"name": "cron"}) >= 2)
    assert client.query("counters:jobs", {}) == 0
    with httpx.Client(base_url=deployment.url) as http:
        assert http.get("/api/local/conflicts").json()["failures"] == 0
