"""The instance keeps its secrets to its owner and answers this machine only."""

from __future__ import annotations

import asyncio
import stat
from importlib.metadata import packages_distributions
from pathlib import Path

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

import local.identity
from local.identity import upkeep
from local.identity.exposure import LoopbackOnly
from local.identity.throttle import PER_ADDRESS, PER_USERNAME, WINDOW_SECONDS, Throttle
from tests.identity.clerk import Running


def test_all_files_are_private(development: Running) -> None:
    development.ticket()
    folder = Path(development.stack.home) / "identity"
    files = list(folder.iterdir())
    assert {one.name for one in files} >= {"clerk.db", "signing-key.pem"}
    assert {stat.S_IMODE(one.stat().st_mode) for one in files} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_no_bearer_secret_is_stored_readable(development: Running) -> None:
    ticket = development.ticket()
    browser = development.browser()
    development.accept(browser, ticket)
    folder = Path(development.stack.home) / "identity"
    stored = b"".join(one.read_bytes() for one in folder.glob("clerk.db*"))
    assert ticket.encode() not in stored
    assert browser.cookies["__client"].encode() not in stored


@pytest.mark.parametrize("host", ["evil.example", "169.254.169.254", "localhost.evil.example"])
def test_a_foreign_host_name_is_refused(either: Running, host: str) -> None:
    url = f"{either.stack.clerk_api_url}/.well-known/jwks.json"
    assert httpx.get(url, headers={"Host": host}).status_code == httpx.codes.BAD_REQUEST


@pytest.mark.parametrize(
    ("client", "status"), [("127.0.0.1", 200), ("::1", 200), ("192.0.2.7", 403), ("10.0.0.1", 403)]
)
def test_only_callers_of_this_machine_are_answered(client: str, status: int) -> None:
    assert asyncio.run(_answer(client)) == status


async def _answer(client: str) -> int:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("in")(scope, receive, send)

    transport = httpx.ASGITransport(LoopbackOnly(app), client=(client, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://t") as http:
        return (await http.get("/")).status_code


def test_unknown_paths_answer_in_clerks_form(development: Running) -> None:
    answer = development.api.get("/v1/nothing")
    assert answer.status_code == httpx.codes.NOT_FOUND
    assert answer.json()["errors"][0]["code"] == "resource_not_found"


def test_no_module_hides_a_library_from_the_portal() -> None:
    """The portal's folder is on its import path, so its file names must be free."""
    names = {path.stem for path in Path(local.identity.__path__[0]).glob("*.py")}
    assert not names & set(packages_distributions())


def test_upkeep_forgets_what_is_spent_and_keeps_who_is_signed_in(development: Running) -> None:
    browser, idle = development.browser(), development.browser()
    development.accept(browser, development.ticket())
    development.handshake(idle, format="nonce")
    with development.instance.database.write() as db:
        db.execute("UPDATE clients SET created_at = 0")
        db.execute("UPDATE nonces SET expires_at = 0")
    upkeep.prune(development.instance)
    assert browser.get("/v1/client").json()["response"]["sessions"]
    assert idle.get("/v1/client").json()["response"] is None
    with development.instance.database.read() as db:
        assert db.execute("SELECT count(*) FROM nonces").fetchone()[0] == 0


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_five_wrong_passwords_make_one_name_wait_from_one_address() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for _ in range(PER_USERNAME):
        assert throttle.wait_seconds("viewer", "a") == 0
        throttle.record_failure("viewer", "a")
    assert throttle.wait_seconds("viewer", "a") == WINDOW_SECONDS
    assert throttle.wait_seconds("viewer", "b") == 0
    assert throttle.wait_seconds("ops", "a") == 0
    clock.now += WINDOW_SECONDS
    assert throttle.wait_seconds("viewer", "a") == 0


def test_many_names_from_one_address_make_it_wait_even_after_a_success() -> None:
    throttle = Throttle(Clock())
    for attempt in range(PER_ADDRESS):
        throttle.record_failure(f"name{attempt}", "a")
    throttle.record_success("viewer", "a")
    assert throttle.wait_seconds("viewer", "a") == WINDOW_SECONDS
