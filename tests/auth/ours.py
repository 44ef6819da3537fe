"""The product's state machine, asked the same questions as Clerk's own package."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from urllib.parse import urlsplit

import httpx

from lib.auth import cookies
from lib.auth.backend_api import BackendApi
from lib.auth.blocking import run_here
from lib.auth.decisions import StateMachine
from lib.auth.instance import Instance, instance_of
from lib.auth.keys import JwksKeys, PemKeys
from lib.auth.requests import AuthRequest, TrustedProxies
from lib.auth.tokens import Policy
from lib.auth.urls import PublicUrl, ascii_url_part
from tests.auth.clerk import settings_for
from tests.auth.official import Case, Outcome

PEER = "127.0.0.1"


def our_outcome(case: Case) -> Outcome:
    """Return what the state machine says of a case, under the policy that the options describe."""
    options = case.options
    production = options["publishableKey"].startswith("pk_live_")
    instance = _instance(production)
    policy = Policy(
        issuer=options.get("issuer"),
        authorized_parties=frozenset(options.get("authorizedParties") or ()),
        audience=options.get("audience"),
        skew_seconds=options.get("clockSkewInMs", 5000) / 1000,
        sid_required=False,
    )

    def reply(request: httpx.Request) -> httpx.Response:
        status, body = case.backend.get(request.url.path, (404, {"errors": []}))
        return httpx.Response(status, json=body)

    with BackendApi("https://api.clerk.com", "sk", httpx.MockTransport(reply)) as api:
        keys = PemKeys(options["jwtKey"]) if "jwtKey" in options else JwksKeys(api.jwks)
        machine = StateMachine(replace(instance, policy=policy), keys, api, lambda: case.now)
        decision = run_here(machine.decide(request_of(case)))
    return Outcome(
        decision.status,
        str(decision.reason),
        decision.location,
        decision.set_cookies,
        decision.claims.get("sub"),
    )


@lru_cache
def _instance(production: bool) -> Instance:
    return instance_of(settings_for(production=production))


def request_of(case: Case) -> AuthRequest:
    """Return the request of a case as the gate would read it behind a trusted proxy."""
    parts = urlsplit(case.url)
    headers = case.headers
    origin = TrustedProxies([PEER]).origin(PEER, parts.scheme, headers)
    url = PublicUrl(
        origin, ascii_url_part(parts.path.encode()), ascii_url_part(parts.query.encode())
    )
    return AuthRequest(case.method, url, headers, cookies.parse(headers.get("cookie", "")))
