"""Queues, rubrics, agreement and trends are read as they stand."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from lib.data import review_claims, review_queues, reviews, rubrics
from lib.data.records import NewQueueFilters
from tests.data.assessment import CRITERIA, written
from tests.support.api import Api


@pytest.fixture(scope="module")
def queue(api: Api) -> dict[str, str]:
    """A queue of three sessions: one with two reviews that disagree, one begun, one free."""
    convex = api.convex
    admin = convex.member("admin", "user_boss")
    kim, lee = convex.member("reviewer", "user_kim"), convex.member("reviewer", "user_lee")
    name = uuid4().hex
    sessions = [api.new_session(provider="openai", modelId=name) for _ in range(3)]
    body = {"sequence": 0, "speaker": "user", "text": "my zebra is lost", "startedAtMs": 0}
    for session in sessions:
        sent = api.call("POST", f"/sessions/{session}/interactions", json=body)
        assert sent.status_code == 201
    rubric = rubrics.publish(admin, name=name, description="All of them", criteria=CRITERIA)
    made = review_queues.create(
        admin, name=name, rubric_id=rubric.id, target=2, filters=NewQueueFilters(label=name)
    )
    review_queues.add_sessions(admin, queue_id=made.id, session_ids=sessions)
    for reviewer, score in ((kim, 2), (lee, 5)):
        claim = review_claims.take_next(reviewer, made.id)
        assert claim is not None
        reviews.submit(reviewer, **written(claim.item_id, score))
    assert review_claims.take_next(kim, made.id) is not None
    return {"id": made.id, "name": name, "rubric": rubric.id}


def read(api: Api, path: str, role: str = "worker", **params: str) -> Any:
    answer = api.call("GET", path, role, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_queue_says_how_far_it_is(api: Api, queue: dict[str, str]) -> None:
    for role in ("reviewer", "admin", "worker"):
        found = read(api, f"/review-queues/{queue['id']}", role)
        assert found["progress"] == {
            "items": 3,
            "itemsDone": 1,
            "wanted": 6,
            "done": 2,
            "inWork": 1,
            "left": 3,
        }
    assert (found["rubricId"], found["createdBy"]) == (queue["rubric"], "user_boss")
    assert found["filters"]["label"] == queue["name"]
    assert found["filters"]["userId"] is found["filters"]["from"] is None


def test_queues_are_listed_by_state(api: Api, queue: dict[str, str]) -> None:
    listed = read(api, "/review-queues", state="open", limit="200")["items"]
    assert queue["id"] in [found["id"] for found in listed]
    closed = read(api, "/review-queues", state="closed")["items"]
    assert queue["id"] not in [found["id"] for found in closed]


def test_its_sessions_are_paged_with_who_reviews_them(api: Api, queue: dict[str, str]) -> None:
    path = f"/review-queues/{queue['id']}/items"
    first = read(api, path, limit="2")
    second = read(api, path, limit="2", cursor=first["nextCursor"])
    items = first["items"] + second["items"]
    assert (len(first["items"]), len(second["items"]), second["nextCursor"]) == (2, 1, None)
    slots = {slot["reviewerId"]: slot for item in items for slot in item["slots"]}
    assert {item["session"]["modelId"] for item in items} == {queue["name"]}
    assert set(slots) == {"user_kim", "user_lee"}
    (disputed,) = read(api, path, dispute="open")["items"]
    assert (disputed["state"], disputed["submitted"], disputed["dispute"]) == ("done", 2, "open")
    assert len(read(api, path, state="open", limit="200")["items"]) == 2


def test_its_reviewers_are_listed_with_what_they_did(api: Api, queue: dict[str, str]) -> None:
    found = read(api, f"/review-queues/{queue['id']}/reviewers", "reviewer")["items"]
    done = {one["reviewerId"]: (one["done"], one["inWork"], one["assigned"]) for one in found}
    assert done == {"user_kim": (1, 1, 0), "user_lee": (1, 0, 0)}


def test_agreement_is_told_by_pair_and_question(api: Api, queue: dict[str, str]) -> None:
    (pair,) = read(api, f"/review-queues/{queue['id']}/agreement")["items"]
    assert {pair["first"], pair["second"]} == {"user_kim", "user_lee"}
    assert pair["rubricId"] == queue["rubric"]
    found = {one["key"]: (one["pairs"], one["percent"]) for one in pair["criteria"]}
    assert found == {"tone": (1, 0), "minutes": (1, 100), "topics": (1, 100), "fair": (1, 0)}
    tone = next(one for one in pair["criteria"] if one["key"] == "tone")
    assert tone["kappa"] == 0
    assert tone["low"] <= tone["kappa"] <= tone["high"]


def test_trends_are_means_of_a_day_and_model(api: Api, queue: dict[str, str]) -> None:
    window = {"from": "2026-03-01T00:00:00Z", "to": "2026-03-02T00:00:00Z"}
    (trend,) = read(api, "/reviews/trends", "viewer", rubricId=queue["rubric"], **window)["items"]
    assert trend == {
        "day": "2026-03-01T00:00:00.000Z",
        "rubricId": queue["rubric"],
        "provider": "openai",
        "modelId": queue["name"],
        "reviewCount": 2,
        "meanScore": 3.5,
    }
    later = {"from": "2026-03-02T00:00:00Z", "to": "2027-03-02T00:00:00Z"}
    assert read(api, "/reviews/trends", rubricId=queue["rubric"], **later)["items"] == []


def test_a_window_that_is_too_long_is_refused(api: Api) -> None:
    window = {"from": "2025-03-01T00:00:00Z", "to": "2026-03-02T00:00:00Z"}
    answer = api.call("GET", "/reviews/trends", "viewer", params=window)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "to"


def test_a_rubric_is_read_with_its_questions(api: Api, queue: dict[str, str]) -> None:
    found = read(api, f"/rubrics/{queue['rubric']}", "viewer")
    assert (found["name"], found["version"]) == (queue["name"], 1)
    assert [criterion["key"] for criterion in found["criteria"]] == [
        criterion["key"] for criterion in CRITERIA
    ]
    assert found["criteria"][2]["options"] == ["billing", "luggage"]
    assert read(api, "/rubrics", "viewer", name=queue["name"])["items"] == [found]


@pytest.mark.parametrize(
    "path",
    [
        "/rubrics/{}",
        "/review-queues/{}",
        "/review-queues/{}/items",
        "/review-queues/{}/reviewers",
        "/review-queues/{}/agreement",
    ],
)
def test_what_there_is_not_is_404(api: Api, path: str) -> None:
    answer = api.call("GET", path.format("k" * 32), "worker")
    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:earshot:problem:not-found"
