"""Lists: pages, cursors, links."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from tests.support.api import Api


@pytest.fixture(scope="module")
def owner(api: Api) -> str:
    """A user with five sessions."""
    clerk_id = f"user_{uuid4().hex}"
    api.call("POST", "/users", json={"clerkId": clerk_id})
    for minute in range(5):
        body = {
            "externalId": uuid4().hex,
            "userId": clerk_id,
            "channel": "voice" if minute % 2 else "chat",
            "startedAt": f"2026-03-01T12:0{minute}:00Z",
        }
        assert api.call("POST", "/sessions", json=body).status_code == 201
    return clerk_id


def test_pages_join_to_the_whole_list_without_repeats(api: Api, owner: str) -> None:
    params = {"userId": owner, "limit": "2", "order": "asc"}
    starts, cursor = [], None
    for _ in range(3):
        page = api.call("GET", "/sessions", params=params | ({"cursor": cursor} if cursor else {}))
        starts += [item["startedAt"] for item in page.json()["items"]]
        cursor = page.json()["nextCursor"]
    assert cursor is None
    assert starts == [f"2026-03-01T12:0{minute}:00.000Z" for minute in range(5)]


def test_the_link_leads_to_the_next_page(api: Api, owner: str) -> None:
    first = api.call("GET", "/sessions", params={"userId": owner, "limit": "3"})
    link = re.fullmatch(r'<(/api/v1/sessions\?[^>]+)>; rel="next"', first.headers["Link"])
    assert link is not None
    second = api.call("GET", link[1].removeprefix("/api/v1"))
    assert len(second.json()["items"]) == 2
    assert "Link" not in second.headers


def test_filters_choose(api: Api, owner: str) -> None:
    voice = api.call("GET", "/sessions", params={"userId": owner, "channel": "voice"}).json()
    assert len(voice["items"]) == 2
    window = {"userId": owner, "from": "2026-03-01T12:01:00Z", "to": "2026-03-01T12:03:00Z"}
    assert len(api.call("GET", "/sessions", params=window).json()["items"]) == 2


def test_an_altered_or_foreign_cursor_is_400(api: Api, owner: str) -> None:
    params = {"userId": owner, "limit": "2"}
    cursor = api.call("GET", "/sessions", params=params).json()["nextCursor"]
    altered = ("B" if cursor[5] != "B" else "C").join([cursor[:5], cursor[6:]])
    for bad in (altered, cursor[:-4], "x", "", "\u00e9", "A" * 4000):
        answer = api.call("GET", "/sessions", params=params | {"cursor": bad})
        assert answer.status_code == 400, bad
    other = api.call("GET", "/sessions", params={"limit": "2", "cursor": cursor})
    elsewhere = api.call("GET", "/users", params={"cursor": cursor})
    assert (other.status_code, elsewhere.status_code) == (400, 400)


@pytest.mark.parametrize("limit", ["0", "201", "x", "-1", "1e3"])
def test_a_limit_out_of_range_is_refused(api: Api, limit: str) -> None:
    assert api.call("GET", "/sessions", params={"limit": limit}).status_code == 422


def test_a_search_that_finds_nothing_is_an_empty_list(api: Api) -> None:
    found = api.call("GET", "/search", params={"q": uuid4().hex})
    assert found.json() == {"items": [], "nextCursor": None}
