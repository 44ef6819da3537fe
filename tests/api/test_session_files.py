"""Exports of a session answer to this very site only: each one is on record under a name."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from lib.api import downloads
from lib.auth.members import Member
from lib.auth.roles import Role

pytestmark = pytest.mark.anyio


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> httpx.AsyncClient:
    app = Starlette(routes=downloads.SESSION_ROUTES)

    async def with_member(scope: Any, receive: Any, send: Any) -> None:
        member = Member("user_1", "sess_1", Role.ADMIN)
        state = {"member": member, "request_id": "request-1"}
        await app({**scope, "state": state}, receive, send)

    class NoNetwork:
        def call(self, *_: Any, **__: Any) -> Any:
            raise AssertionError("nothing may be asked or recorded")

    made = SimpleNamespace(convex=NoNetwork(), authenticator=None, storage=None)
    monkeypatch.setattr(downloads, "services", lambda: made)
    return httpx.AsyncClient(transport=httpx.ASGITransport(with_member), base_url="http://app")


@pytest.mark.parametrize("path", [route.path for route in downloads.SESSION_ROUTES])
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_link_on_another_site_exports_nothing(
    client: httpx.AsyncClient, path: str, site: str
) -> None:
    answer = await client.get(f"{path}?id={'a' * 32}", headers={"sec-fetch-site": site})
    assert answer.status_code == 403
    assert "request-1" in answer.text


@pytest.mark.parametrize("path", [route.path for route in downloads.SESSION_ROUTES])
@pytest.mark.parametrize("site", ["none", "same-origin"])
async def test_ones_own_click_is_served(client: httpx.AsyncClient, path: str, site: str) -> None:
    answer = await client.get(f"{path}?id=../../etc", headers={"sec-fetch-site": site})
    assert answer.status_code == 404
