"""Scores through the API: stored once a version, listed for all who may read, filtered by."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.support.api import Api

SCORE = {"name": "helpful", "value": 0.5, "origin": "machine", "evaluator": "judge-1"}


def test_the_latest_version_of_a_score_counts_and_a_repeat_changes_nothing(api: Api) -> None:
    path = f"/sessions/{api.new_session()}/scores"
    first = {**SCORE, "explanation": "polite", "sequence": 3}
    added = api.call("POST", path, json={"scores": [first, SCORE]})
    assert (added.status_code, added.json()) == (
        201,
        {"accepted": 2, "duplicates": 0, "versions": 0},
    )
    changed = {**first, "value": 1, "label": "good"}
    again = api.call("POST", path, json={"scores": [SCORE, changed]}).json()
    assert again == {"accepted": 1, "duplicates": 1, "versions": 1}
    for role in ("ingest", "viewer"):
        whole, of_turn = api.call("GET", path, role).json()["items"]
        assert (whole["sequence"], whole["value"], whole["label"]) == (None, 0.5, None)
        assert {name: of_turn[name] for name in changed} == changed
        assert of_turn["writtenBy"]


def test_sessions_are_listed_by_a_score_page_by_page(api: Api) -> None:
    name = f"score-{uuid4().hex}"
    ids = [api.new_session() for _ in range(3)]
    for session, value in zip(ids, (0.1, 0.6, 0.9), strict=True):
        api.call(
            "POST",
            f"/sessions/{session}/scores",
            json={"scores": [{**SCORE, "name": name, "value": value, "sequence": 1}]},
        )

    def listed(**bounds: float) -> set[str]:
        found: list[str] = []
        params = {"scoreName": name, "limit": 1, **bounds}
        while True:
            page = api.call("GET", "/sessions", params=params).json()
            found += [item["id"] for item in page["items"]]
            if page["nextCursor"] is None:
                assert len(found) == len(set(found))
                return set(found)
            params["cursor"] = page["nextCursor"]

    assert listed() == set(ids)
    assert listed(scoreMin=0.6) == set(ids[1:])
    assert listed(scoreMin=0.2, scoreMax=0.6) == {ids[1]}
    alone = api.call("GET", "/sessions", params={"scoreMin": 1})
    assert [item["field"] for item in alone.json()["errors"]] == ["scoreName"]


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("", {"value": None}),
        (".origin", {"origin": "human"}),
        (".evaluator", {"evaluator": None}),
        (".value", {"value": 2e9}),
        (".explanation", {"explanation": "x" * 4001}),
        (".by", {"by": "me"}),
    ],
)
def test_a_score_that_is_wrong_is_refused_by_name(
    api: Api, field: str, more: dict[str, object]
) -> None:
    path = f"/sessions/{api.new_session()}/scores"
    answer = api.call("POST", path, json={"scores": [{**SCORE, **more}]})
    assert answer.status_code == 422
    assert [item["field"] for item in answer.json()["errors"]] == [f"scores[0]{field}"]


def test_readers_store_no_scores_and_nobody_more_than_50(api: Api) -> None:
    path = f"/sessions/{api.new_session()}/scores"
    assert api.call("POST", path, "admin", json={"scores": [SCORE]}).status_code == 403
    assert api.call("POST", path, json={"scores": [SCORE] * 51}).status_code == 422
    assert api.call("GET", f"/sessions/{'0' * 32}/scores").status_code == 404


def test_a_key_for_scores_stores_them_and_reads_nothing(api: Api) -> None:
    path = f"/sessions/{api.new_session()}/scores"
    assert api.call("POST", path, "key-scores", json={"scores": [SCORE]}).status_code == 201
    assert api.call("GET", path, "key-scores").status_code == 403
    assert api.call("GET", path, "key-read").json()["items"][0]["value"] == 0.5
    assert api.call("POST", path, "key-write", json={"scores": [SCORE]}).status_code == 403
