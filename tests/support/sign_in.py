"""Sign-in without a browser: the redirects, tickets and handshakes that a browser goes through."""

from __future__ import annotations

import ssl
from functools import cache
from typing import Final

import httpx

from local.identity.admin import create_users
from local.identity.users import NewUser
from local.stack import Stack

TICKET_SECONDS = 30
MAX_REDIRECTS = 10
NAVIGATION: Final = {
    "Accept": "text/html",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "same-site",
}


def team_members(stack: Stack, count: int, role: str, prefix: str = "load") -> list[str]:
    """Make team members with a role, once; return their Clerk ids."""
    people = [
        NewUser(
            user_id=f"user_{prefix}{number:03d}",
            email=f"{prefix}-{number:03d}@team.earshot.example",
            first_name=prefix.title(),
            last_name=f"{number:03d}",
            public_metadata={"role": role},
        )
        for number in range(count)
    ]
    return create_users(stack, people)


def own_web(address: str = "127.0.0.1") -> httpx.AsyncClient:
    """Return a browser's network: a cookie jar, and a client address of its own (127.x.y.z)."""
    transport = httpx.AsyncHTTPTransport(local_address=address, verify=_no_tls())
    return httpx.AsyncClient(transport=transport, timeout=30)


async def sign_in(web: httpx.AsyncClient, stack: Stack, user_id: str) -> None:
    """Go from the app to the portal, spend a ticket as the portal's form does, and come back.

    The cookies of the sign-in are then in the jar of `web`.

    Raises:
        httpx.HTTPError: a step failed.
        RuntimeError: the last redirect does not lead into the app.
    """
    portal = await _navigate(web, stack.app_url + "/", until=stack.portal_url)
    body = {"user_id": user_id, "expires_in_seconds": TICKET_SECONDS}
    key = {"Authorization": f"Bearer {stack.clerk_secret_key}"}
    made = await web.post(f"{stack.clerk_api_url}/v1/sign_in_tokens", json=body, headers=key)
    target = {"redirect_url": portal.params["redirect_url"]}
    ticket = httpx.URL(made.raise_for_status().json()["url"]).copy_merge_params(target)
    arrived = await _navigate(web, str(ticket), until=stack.portal_url)
    if not str(arrived).startswith(stack.app_url):
        raise RuntimeError(f"the sign-in of {user_id} ended outside of the app")


async def _navigate(web: httpx.AsyncClient, url: str, until: str) -> httpx.URL:
    """Follow redirects as a browser does; return the last address, or the first in `until`."""
    for _ in range(MAX_REDIRECTS):
        if url.startswith(until):
            break
        answer = await web.get(url, headers=NAVIGATION)
        if answer.next_request is None:
            return answer.raise_for_status().url
        url = str(answer.next_request.url)
    return httpx.URL(url)


@cache
def _no_tls() -> ssl.SSLContext:
    # Only plain loopback addresses are called; making a context for each client would be slow.
    return ssl.create_default_context()
