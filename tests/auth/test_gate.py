"""What the gate does with documents, data, routes of its own and round trips to Clerk."""

from __future__ import annotations

import re
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from lib.auth.blocking import run_here
from tests.auth.clerk import APP_URL
from tests.auth.harness import Stage, stage

pytestmark = pytest.mark.anyio

TRIP = "__Host-earshot_trip"
STATE = "__earshot_state"


def set_cookies(answer: httpx.Response) -> dict[str, str]:
    lines = answer.headers.get_list("set-cookie")
    return {line.partition("=")[0]: line.partition("=")[2].partition(";")[0] for line in lines}


def returns_to(answer: httpx.Response) -> str:
    return parse_qs(urlsplit(answer.headers["location"]).query)["redirect_url"][0]


async def test_member_gets_the_page_with_cookie_policy_and_watcher(production: Stage) -> None:
    answer = await production.document("/sessions", production.cookies())
    assert answer.status_code == 200
    assert b"the app" in answer.content
    assert b'src="/auth/watch.js"' in answer.content
    assert production.authenticator.app_session.name in set_cookies(answer)
    policy = answer.headers["content-security-policy"]
    assert re.search(r"script-src 'self' blob: 'sha256-[A-Za-z0-9+/]{43}='", policy)
    assert "media-src 'self' blob: https://s3.us-east-1.amazonaws.com" in policy
    assert "unsafe-inline' 'unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


async def test_app_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    production: Stage,
) -> None:
    answer = await production.document("/", production.cookies())
    line = next(x for x in answer.headers.get_list("set-cookie") if x.startswith("__Host-earshot"))
    for attribute in ("HttpOnly", "SameSite=Lax", "Secure", "Path=/"):
        assert attribute in line
    assert "Domain" not in line


async def test_stranger_is_sent_to_sign_in_and_back_to_the_deep_link(production: Stage) -> None:
    answer = await production.document("/session?id=abc&t=4.5")
    assert answer.status_code == 307
    assert answer.headers["location"].startswith("https://accounts.example.com/sign-in?")
    state = set_cookies(answer)[TRIP]
    assert returns_to(answer) == f"{APP_URL}/session?id=abc&t=4.5&{STATE}={state}"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/stream",
        "/_stcore/host-config",
        "/media/a.wav",
        "/api/v1/users",
        "/api",
        "/auth/state",
    ],
)
async def test_data_is_refused_and_never_redirected(path: str, production: Stage) -> None:
    for answer in (await production.get(path), await production.document(path)):
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert "location" not in answer.headers
        assert answer.json()["requestId"] == answer.headers["x-request-id"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/agent/interact",
        "/_stcore/agent/mcp",
        "/_stcore/bidi-components/x/index.js",
        "/_stcore/metrics",
        "/_stcore/script-health-check",
        "/_stcore/upload_file/a/b",
        "/_stcore/what-a-later-version-brings",
        "/session/_stcore/health",
        "/session/_stcore/upload_file/a/b",
        "/component/x/index.html",
        "/app/static/x.txt",
        "/oauth2callback",
    ],
)
async def test_members_reach_nothing_of_streamlit_that_no_page_needs(
    path: str, method: str, production: Stage
) -> None:
    answer = await production.request(method, path, production.cookies())
    assert answer.status_code == 404


@pytest.mark.parametrize("method", ["POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
async def test_other_methods_on_a_page_are_refused(method: str, production: Stage) -> None:
    answer = await production.request(method, "/users", sec_fetch_dest="document")
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/health",
        "/static/js/index.js",
        "/api/v1/live",
        "/api/v1/ready",
        "/api/v1/openapi.json",
        "/api/v1/webhooks/clerk",
        "/auth/watch.js",
        "/auth/sign-out",
    ],
)
async def test_public_paths_need_no_sign_in(path: str, production: Stage) -> None:
    assert (await production.get(path)).status_code == 200


@pytest.mark.parametrize("path", ["/static/anything", "/static/deep/link", "/static/"])
async def test_dashboards_document_is_not_found_among_public_files(
    path: str, production: Stage
) -> None:
    for cookies in ("", production.cookies()):
        answer = await production.document(path, cookies)
        assert (answer.status_code, answer.json()["detail"]) == (404, "no-such-page")
        assert b"the app" not in answer.content


@pytest.mark.parametrize(
    "path",
    [
        "/static/../_stcore/stream",
        "/static/%2e%2e/media/a",
        "//_stcore/health",
        "/static//media",
        "/static/..%5cmedia",
        "/api/v1/webhooks/../users",
        "/static/%00",
    ],
)
async def test_ambiguous_paths_are_refused(path: str, production: Stage) -> None:
    # Below httpx, which would tidy the path up.
    sent: list[dict[str, object]] = []

    async def send(message: object) -> None:
        sent.append(dict(message))  # type: ignore[call-overload]

    decoded = path.replace("%2e", ".").replace("%5c", "\\").replace("%00", "\0")
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "https",
        "path": decoded,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"app.example.com")],
        "client": ("203.0.113.9", 1),
    }
    await production.gate(scope, None, send)  # type: ignore[arg-type]
    assert sent[0]["status"] == 404


async def test_role_opens_its_pages_and_no_others(production: Stage) -> None:
    cookies = production.cookies(production.token(role="reviewer"))
    assert (await production.document("/sessions", cookies)).status_code == 200
    refused = await production.document("/storage", cookies)
    assert refused.status_code == 403
    assert b"have access to this page" in refused.content
    assert b"the app" not in refused.content
    assert production.events[-1].reason == "role-insufficient"
    assert (await production.get("/storage", cookies, accept="*/*")).status_code == 403


@pytest.mark.parametrize("role", [None, "", "member", "ingest", "worker", "org:member", ["admin"]])
async def test_product_user_of_the_same_instance_gets_nowhere(
    role: object, production: Stage
) -> None:
    cookies = production.cookies(production.token(role=role))
    page = await production.document("/", cookies)
    assert (page.status_code, b"no access" in page.content) == (403, True)
    assert production.authenticator.app_session.name not in set_cookies(page)
    for path in ("/media/a", "/_stcore/stream", "/auth/state"):
        assert (await production.get(path, cookies)).json()["detail"] == "role-missing"
    token = production.token(role=role)
    answer = await production.get("/api/v1/users", authorization=f"Bearer {token}")
    assert answer.json()["detail"] == "role-missing"


async def test_role_claim_may_lie_in_an_organization() -> None:
    with stage(EARSHOT_ROLE_CLAIM="o.rol", EARSHOT_ORGANIZATION_ID="org_team") as built:
        cookies = built.cookies(built.token(o={"id": "org_team", "rol": "ops"}, v=2))
        assert (await built.document("/storage", cookies)).status_code == 200
        founder = built.cookies(built.token(o={"id": "org_own", "rol": "admin"}, v=2))
        refused = await built.document("/storage", founder)
        assert (refused.status_code, built.events[-1].reason) == (403, "role-missing")


async def test_unknown_page_is_not_found_for_members_only(production: Stage) -> None:
    assert (await production.document("/nowhere", production.cookies())).status_code == 404
    assert (await production.document("/nowhere")).status_code == 307


async def test_pending_session_is_sent_to_its_tasks(production: Stage) -> None:
    cookies = production.cookies(production.token(sts="pending"))
    answer = await production.document("/", cookies)
    assert answer.headers["location"].startswith("https://accounts.example.com/sign-in/tasks?")
    assert (await production.get("/media/a", cookies)).json()["detail"] == "session-pending"


async def test_handshake_counts_only_for_the_browser_that_was_sent(development: Stage) -> None:
    lines = [f"__session={development.token()}; Path=/", "__client_uat=5; Path=/"]
    handshake = development.key.sign({"handshake": lines})
    link = f"/users?__clerk_handshake={handshake}&x=1"
    # A link from an attacker: the victim's browser was never sent away.
    stolen = await development.document(link)
    assert "__session" not in set_cookies(stolen)
    # The state of another browser does not do either.
    other = f"{TRIP}=" + "a" * 22
    assert "__session" not in set_cookies(await development.document(f"{link}&{STATE}=x", other))
    sent_away = await development.document("/users?x=1")
    state = set_cookies(sent_away)[TRIP]
    back = urlsplit(returns_to(sent_away))
    assert back.query == f"x=1&{STATE}={state}"
    returned = f"{back.path}?{back.query}&__clerk_handshake={handshake}"
    home = await development.document(returned, f"{TRIP}={state}")
    assert home.status_code == 307
    assert home.headers["location"] == f"{APP_URL}/users?x=1"
    assert set_cookies(home)["__session"] == lines[0].partition(";")[0].partition("=")[2]


async def test_dev_browser_in_a_link_does_not_change_who_signs_in(development: Stage) -> None:
    cookies = development.cookies()
    answer = await development.document("/users?__clerk_db_jwt=dvb_attacker", cookies)
    assert answer.status_code == 200


async def test_handshake_in_production_leaves_no_state_in_the_address(production: Stage) -> None:
    lines = [f"__session={production.token()}; Path=/", "__client_uat=5; Path=/"]
    handshake = production.key.sign({"handshake": lines})
    state = "s" * 22
    cookies = f"{TRIP}={state}; __clerk_handshake={handshake}"
    answer = await production.document(f"/users?x=1&{STATE}={state}", cookies)
    assert answer.headers["location"] == f"{APP_URL}/users?x=1"
    assert set_cookies(answer)["__client_uat"] == "5"


async def test_sibling_domain_cannot_sign_a_browser_in_with_a_handshake_cookie(
    production: Stage,
) -> None:
    lines = [f"__session={production.token(sub='user_attacker')}; Path=/"]
    tossed = f"__clerk_handshake={production.key.sign({'handshake': lines})}"
    answer = await production.document("/users", tossed)
    assert "__session" not in set_cookies(answer)


async def test_sibling_domain_cannot_plant_the_state_of_a_trip(production: Stage) -> None:
    lines = [f"__session={production.token(sub='user_attacker', sid='sess_a')}; Path=/"]
    handshake = production.key.sign({"handshake": lines})
    state = "s" * 22
    tossed = f"earshot_trip={state}; __clerk_handshake={handshake}"
    answer = await production.document(f"/?{STATE}={state}", tossed)
    assert "__session" not in set_cookies(answer)


async def test_planted_session_does_not_replace_the_browsers_own(production: Stage) -> None:
    planted = production.token(sub="user_attacker", sid="sess_attacker")
    cookies = production.cookies(planted, **production.app_session())
    page = await production.document("/users", cookies)
    assert page.status_code == 307
    assert page.headers["location"].startswith("https://clerk.example.com/v1/client/handshake?")
    assert planted not in page.headers["location"]
    assert production.authenticator.app_session.name not in set_cookies(page)
    assert production.events[-1].reason == "app-session-invalid"
    for path in ("/media/a", "/_stcore/stream", "/auth/state"):
        answer = await production.get(path, cookies)
        assert (answer.status_code, answer.json()["detail"]) == (401, "app-session-invalid")
        assert not answer.headers.get_list("set-cookie")


async def test_planted_session_that_clerk_refreshes_does_not_either(production: Stage) -> None:
    fresh = production.token(sub="user_attacker", sid="sess_1")
    reply = {"cookies": [f"__session={fresh}; Path=/"]}
    production.server.reply("POST", "/v1/sessions/sess_1/refresh", 200, reply)
    suffix = production.authenticator.instance.cookie_names.suffix
    cookies = production.cookies(
        production.token(age=400, sub="user_attacker"),
        **{f"__refresh_{suffix}": "theirs"},
        **production.app_session("user_victim", "sess_victim"),
    )
    page = await production.document("/", cookies)
    assert page.headers["location"].startswith("https://clerk.example.com/v1/client/handshake?")
    assert "__session" not in set_cookies(page)


async def test_planted_session_again_and_again_ends_in_a_page(production: Stage) -> None:
    planted = production.token(sub="user_attacker", sid="sess_attacker")
    cookies = production.cookies(planted, **production.app_session(), __clerk_redirect_count="3")
    page = await production.document("/", cookies)
    assert (page.status_code, b"stuck in a loop" in page.content) == (401, True)


async def test_another_account_takes_over_a_browser_through_clerk(production: Stage) -> None:
    fresh = production.token(sub="user_2", sid="sess_2")
    lines = [f"__session={fresh}; Path=/", "__client_uat=5; Path=/"]
    state = "s" * 22
    cookies = production.cookies(
        **production.app_session(),
        **{TRIP: state, "__clerk_handshake": production.key.sign({"handshake": lines})},
    )
    answer = await production.document(f"/users?{STATE}={state}", cookies)
    assert answer.headers["location"] == f"{APP_URL}/users"
    own = {name: value for name, value in set_cookies(answer).items() if value}
    home = "; ".join(f"{name}={value}" for name, value in own.items())
    assert (await production.document("/users", home)).status_code == 200
    assert production.events[-1].user_id == "user_2"


async def test_handshake_on_data_is_not_resolved(development: Stage) -> None:
    lines = [f"__session={development.token()}; Path=/"]
    handshake = development.key.sign({"handshake": lines})
    cookies = f"__clerk_db_jwt=d; __clerk_handshake={handshake}"
    answer = await development.get("/media/a", cookies)
    assert answer.status_code == 401
    assert not answer.headers.get_list("set-cookie")


async def test_handshake_sets_clerks_cookies_only(development: Stage) -> None:
    lines = [
        f"__session={development.token()}; Path=/",
        "earshot_trip=stolen; Path=/",
        "__clerk_x=1\r\nSet-Cookie: evil=1",
    ]
    handshake = development.key.sign({"handshake": lines})
    state = "s" * 22
    path = f"/?{STATE}={state}&__clerk_handshake={handshake}"
    answer = await development.document(path, f"{TRIP}={state}")
    assert set(set_cookies(answer)) == {"__session", "earshot_session"} or set(
        set_cookies(answer)
    ) == {"__session", "__Host-earshot"}


@pytest.mark.parametrize("path", ["//evil.example.com/", "/%2f%2fevil.example.com"])
async def test_no_redirect_leaves_for_a_foreign_site(path: str, development: Stage) -> None:
    answer = await development.document(path)
    if answer.status_code == 307:
        assert returns_to(answer).startswith(f"{APP_URL}/")
    else:
        assert answer.status_code == 404


async def test_host_header_does_not_choose_where_browsers_come_back_to(production: Stage) -> None:
    for header in ("host", "x_forwarded_host"):
        answer = await production.document("/users", **{header: "evil.example.com"})
        assert returns_to(answer).startswith(f"{APP_URL}/users")


async def test_loop_of_handshakes_ends_in_a_page(production: Stage) -> None:
    cookies = "__client_uat=1000; __clerk_redirect_count=3"
    answer = await production.document("/", cookies)
    assert (answer.status_code, b"stuck in a loop" in answer.content) == (401, True)


async def test_loop_through_the_sign_in_page_ends_in_a_page(production: Stage) -> None:
    count = ""
    for _ in range(4):
        answer = await production.document("/", f"earshot_sign_ins={count or 0}")
        assert answer.status_code == 307
        count = set_cookies(answer)["earshot_sign_ins"]
    answer = await production.document("/", f"earshot_sign_ins={count}")
    assert (answer.status_code, b"stuck in a loop" in answer.content) == (401, True)


async def test_browser_without_cookies_is_told_so(production: Stage) -> None:
    answer = await production.document(f"/?{STATE}={'a' * 22}")
    assert (answer.status_code, b"blocks cookies" in answer.content) == (401, True)


async def test_clerk_down_with_cold_keys_is_a_calm_page(production: Stage) -> None:
    production.server.reply("GET", "/v1/jwks", 500, {})
    answer = await production.document("/", production.cookies())
    assert (answer.status_code, b"cannot be checked" in answer.content) == (503, True)
    assert answer.headers["x-request-id"] in answer.text
    data = await production.get("/media/a", production.cookies())
    assert (data.status_code, data.json()["detail"]) == (503, "jwk-remote-failed-to-load")


async def test_refused_token_is_taken_from_the_browser(production: Stage) -> None:
    answer = await production.document("/", production.cookies("a.b.c"))
    assert answer.status_code == 307
    assert set_cookies(answer)["__session"] == ""


async def test_expired_token_lives_on_with_the_app_session_while_clerk_says_active(
    production: Stage,
) -> None:
    expired = production.token(age=400)
    alone = await production.get("/media/a", production.cookies(expired))
    assert alone.status_code == 401
    cookies = production.cookies(expired, **production.app_session())
    for _ in range(5):
        assert (await production.get("/media/a", cookies)).status_code == 200
    assert production.server.count("GET", "/v1/sessions/sess_1") == 1
    assert production.server.count("POST", "/v1/sessions/sess_1/tokens") == 1


async def test_app_session_alone_grants_nothing(production: Stage) -> None:
    cookies = "; ".join(f"{name}={value}" for name, value in production.app_session().items())
    assert (await production.get("/media/a", cookies)).status_code == 401
    assert (await production.document("/", cookies)).status_code == 307


@pytest.mark.parametrize("status", ["revoked", "ended", "removed", "pending", "abandoned"])
async def test_session_that_is_not_active_does_not_live_on(status: str, production: Stage) -> None:
    production.session["status"] = status
    cookies = production.cookies(production.token(age=400), **production.app_session())
    answer = await production.get("/media/a", cookies)
    assert (answer.status_code, answer.json()["detail"]) == (401, "session-not-active")


async def test_session_known_to_have_ended_is_refused_whatever_token_is_shown(
    production: Stage,
) -> None:
    young = production.cookies(production.token(age=30))
    assert (await production.get("/media/a", young)).status_code == 200
    production.session["status"] = "revoked"
    old = production.cookies(production.token(age=400), **production.app_session())
    for cookies in (old, young):
        answer = await production.get("/media/a", cookies)
        assert (answer.status_code, answer.json()["detail"]) == (401, "session-not-active")
    assert (await production.document("/", young)).status_code == 307


async def test_role_taken_away_is_gone_although_the_old_token_names_it() -> None:
    with stage() as built:
        cookies = built.cookies(built.token(age=400, role="admin"), **built.app_session())
        state = await built.get("/auth/state", cookies)
        assert state.json() == {"signedIn": True, "role": "viewer"}


async def test_sign_out_ends_the_session_everywhere(production: Stage) -> None:
    cookies = production.cookies()
    answer = await production.request("POST", "/auth/sign-out", cookies, origin=APP_URL)
    assert (answer.status_code, answer.headers["location"]) == (303, "/auth/signed-out")
    expired = set_cookies(answer)
    assert expired["__session"] == expired["__Host-earshot"] == ""
    assert "__client_uat" not in expired
    assert answer.headers["clear-site-data"] == '"storage"'
    assert production.session["status"] == "revoked"
    # A copy of the token that is still valid by its own words.
    assert (await production.get("/media/a", cookies)).json()["detail"] == "signed-out-here"


async def test_sign_out_works_with_an_expired_token(production: Stage) -> None:
    cookies = production.cookies(production.token(age=400))
    await production.request("POST", "/auth/sign-out", cookies, sec_fetch_site="same-origin")
    assert production.session["status"] == "revoked"


async def test_sign_out_in_development_marks_the_host_signed_out(development: Stage) -> None:
    cookies = development.cookies()
    answer = await development.request("POST", "/auth/sign-out", cookies, origin=APP_URL)
    assert set_cookies(answer)["__client_uat"] == "0"


@pytest.mark.parametrize("status", [401, 403, 429, 500])
async def test_sign_out_that_clerk_was_not_told_of_says_so(status: int, production: Stage) -> None:
    await production.get("/media/a", production.cookies())
    production.server.reply("POST", "/v1/sessions/sess_1/revoke", status, {})
    cookies = production.cookies()
    for _ in range(2):
        answer = await production.request("POST", "/auth/sign-out", cookies, origin=APP_URL)
        assert answer.headers["location"] == "/auth/signed-out?here=1"
    assert production.server.count("POST", "/v1/sessions/sess_1/revoke") == 1
    assert (await production.get("/media/a", cookies)).json()["detail"] == "signed-out-here"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://evil.example.com"},
        {"origin": "null"},
        {"sec_fetch_site": "same-site"},
    ],
)
async def test_another_site_cannot_sign_anybody_out(
    headers: dict[str, str], production: Stage
) -> None:
    answer = await production.request("POST", "/auth/sign-out", production.cookies(), **headers)
    assert answer.status_code == 403
    assert production.session["status"] == "active"


async def test_request_id_is_kept_if_well_formed(production: Stage) -> None:
    kept = await production.get("/api/v1/live", x_request_id="0190-abcdef-0001")
    assert kept.headers["x-request-id"] == "0190-abcdef-0001"
    made = await production.get("/api/v1/live", x_request_id="<script>")
    assert re.fullmatch(r"[0-9a-f-]{36}", made.headers["x-request-id"])


async def test_every_response_has_security_headers(production: Stage) -> None:
    for answer in (
        await production.get("/api/v1/live"),
        await production.get("/media/a"),
        await production.get("/media/a", production.cookies()),
        await production.document("/", production.cookies()),
        await production.get("/" + "x" * 20_000),
    ):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "camera=()" in answer.headers["permissions-policy"]
        assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
        policy = answer.headers["content-security-policy"]
        assert re.search("(object|default)-src 'none'", policy)
        for directive in ("base-uri 'none'", "frame-ancestors 'none'"):
            assert directive in policy
        assert answer.headers["cache-control"] == "no-store"


async def test_hsts_is_not_promised_on_plain_http() -> None:
    with stage(production=False, EARSHOT_APP_URL="http://localhost:8501") as development:
        answer = await development.get("/api/v1/live")
    assert "strict-transport-security" not in answer.headers


async def test_failure_inside_a_decision_refuses(
    production: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(type(production.authenticator), "admit", fail)
    data = await production.get("/media/a", production.cookies())
    assert (data.status_code, data.json()["detail"]) == (503, "unexpected-error")
    page = await production.document("/", production.cookies())
    assert page.status_code == 503


async def test_a_failure_of_the_app_is_a_problem_that_tells_nothing_of_it() -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("very private")

    with stage(app=broken) as one:
        answer = await one.get("/media/a", one.cookies(), x_request_id="0190-abcdef-0001")
    assert answer.status_code == 500
    assert answer.json()["requestId"] == answer.headers["x-request-id"] == "0190-abcdef-0001"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "private" not in answer.text


async def test_sessions_survive_an_outage_for_the_grace_and_not_longer() -> None:
    with stage(EARSHOT_OUTAGE_GRACE_SECONDS="300") as built:
        await built.document("/", built.cookies(built.token(age=10)))
        built.server.reply("GET", "/v1/sessions/sess_1", 503, {})
        built.server.reply("POST", "/v1/sessions/sess_1/tokens", 503, {})
        cookies = built.cookies(built.token(age=70), **built.app_session())
        assert (await built.get("/media/a", cookies)).status_code == 200
    with stage(EARSHOT_OUTAGE_GRACE_SECONDS="0") as built:
        built.server.reply("GET", "/v1/sessions/sess_1", 503, {})
        await built.document("/", built.cookies(built.token(age=10)))
        cookies = built.cookies(built.token(age=70), **built.app_session())
        answer = await built.get("/media/a", cookies)
        assert (answer.status_code, answer.json()["detail"]) == (503, "session-check-unavailable")


def test_convex_token_is_minted_once_and_refused_after_sign_out() -> None:
    with stage(EARSHOT_CONVEX_TOKEN_MODE="template") as built:
        claims = {"aud": "convex", "exp": int(time.time()) + 60, "iss": f"https://{built.host}"}
        minted = {"jwt": built.key.sign(claims, cat="cl_B7d4PD222AAA")}
        built.server.reply("POST", "/v1/sessions/sess_1/tokens/convex", 200, minted)
        who = built.authenticator.current_member({"__session": built.token(), "__client_uat": "5"})
        assert who.user_id == "user_1"
        tokens = {built.authenticator.convex_token(who) for _ in range(3)}  # type: ignore[arg-type]
        assert tokens == {minted["jwt"]}
        assert built.server.count("POST", "/v1/sessions/sess_1/tokens/convex") == 1
        run_here(built.authenticator.sign_out("sess_1"))
        with pytest.raises(PermissionError):
            built.authenticator.convex_token(who)  # type: ignore[arg-type]
