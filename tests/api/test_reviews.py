"""Reviews are read as they were submitted; who may not see them yet does not."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from lib.data import review_claims, review_queues, reviews, rubrics
from tests.data.assessment import CRITERIA, written
from tests.support.api import Api


@pytest.fixture(scope="module")
def reviewed(api: Api) -> dict[str, str]:
    """A session of which one reviewer wants two reviews and has one."""
    convex = api.convex
    admin, kim = convex.member("admin", "user_boss"), convex.member("reviewer", "user_kim")
    session = api.new_session()
    body = {"sequence": 0, "speaker": "user", "text": "my zebra is lost", "startedAtMs": 0}
    assert api.call("POST", f"/sessions/{session}/interactions", json=body).status_code == 201
    name = uuid4().hex
    rubric = rubrics.publish(admin, name=name, description="All of them", criteria=CRITERIA)
    queue = review_queues.create(admin, name=name, rubric_id=rubric.id, target=2)
    review_queues.add_sessions(admin, queue_id=queue.id, session_ids=[session])
    claim = review_claims.take_next(kim, queue.id)
    assert claim is not None
    submitted = reviews.submit(kim, **written(claim.item_id, 2))
    return {
        "session": session,
        "queue": queue.id,
        "rubric": rubric.id,
        "review": submitted.review.id,
    }


def read(api: Api, path: str, role: str = "admin", **params: str) -> list[dict[str, Any]]:
    answer = api.call("GET", path, role, params=params)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_a_review_is_read_as_it_was_submitted(api: Api, reviewed: dict[str, str]) -> None:
    (review,) = read(api, f"/sessions/{reviewed['session']}/reviews", "viewer")
    assert review["id"] == reviewed["review"]
    assert (review["reviewerId"], review["kind"], review["version"]) == ("user_kim", "review", 1)
    assert review["answers"] == {"tone": 2, "minutes": 2.5, "topics": ["luggage"]}
    assert review["turns"] == [{"sequence": 0, "answers": {"fair": False}}]
    assert review["comments"] == [{"text": "too quick", "sequence": 0, "atMs": 1500.5}]
    assert review["corrections"] == [{"sequence": 0, "text": "my zebra is lost"}]


def test_the_list_has_the_reviews_that_its_filters_choose(
    api: Api, reviewed: dict[str, str]
) -> None:
    chosen = {"queueId": reviewed["queue"], "rubricId": reviewed["rubric"]}
    for role in ("admin", "worker", "viewer"):
        (review,) = read(api, "/reviews", role, **chosen, reviewerId="user_kim", kind="review")
        assert review["sessionId"] == reviewed["session"]
    assert read(api, "/reviews", **chosen, kind="decision") == []
    assert read(api, "/reviews", **chosen, reviewerId="user_lee") == []
    assert read(api, "/reviews", queueId="k" * 32) == []
    assert read(api, "/reviews", **chosen, to="2026-01-01T00:00:00Z") == []


def test_a_reviewer_does_not_see_the_others_before_their_own(
    api: Api, reviewed: dict[str, str]
) -> None:
    token = {"Authorization": f"Bearer {api.convex.issuer.token('reviewer', 'user_lee')}"}
    for path in (
        f"/sessions/{reviewed['session']}/reviews",
        f"/reviews?queueId={reviewed['queue']}",
    ):
        answer = api.call("GET", path, None, headers=token)
        assert (answer.status_code, answer.json()["items"]) == (200, [])


def test_reviews_of_a_session_that_there_is_not_are_404(api: Api) -> None:
    assert api.call("GET", f"/sessions/{'k' * 32}/reviews", "viewer").status_code == 404
