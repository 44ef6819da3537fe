"""The rows of Clerk's behaviour that apply here, by number, for both kinds of instance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.auth.clerk import APP_URL, SigningKey
from tests.auth.official import Case
from tests.auth.scenarios import (
    IGNORED_CATEGORY,
    KEY,
    MACHINE,
    NOW,
    OTHER_KEY,
    SESSION_CATEGORY,
    TEMPLATE,
    Scene,
)

IN = "signed-in"
OUT = "signed-out"
HS = "handshake"
MISSING = (OUT, "session-token-and-uat-missing")
NO_COOKIE = "session-token-expired-refresh-non-eligible-no-refresh-cookie"
NONCE = "/v1/clients/handshake_payload"
REFRESH = "/v1/sessions/sess_1/refresh"
XHR = {"sec-fetch-dest": "empty"}
UAT = str(int(NOW) - 5)
FAR = "https://elsewhere.example.org/page"


@dataclass(frozen=True)
class Row:
    """One row: a request, what is expected of us, and whether that differs from Clerk."""

    number: str
    case: Case
    status: str
    reason: str = ""
    deviates: bool = False
    user_id: str = "user_1"


def rows(production: bool) -> Iterator[Row]:
    """Return the rows for one kind of instance."""
    scene = Scene(production)
    for number, case, expected, *extra in [
        *_cookie_rows(scene),
        *_token_rows(scene),
        *_choice_rows(scene),
        *_handshake_rows(scene),
        *_navigation_rows(scene),
        *_header_rows(scene),
        *_key_rows(scene),
    ]:
        changes: dict[str, Any] = extra[0] if extra else {}
        status, reason = expected if isinstance(expected, tuple) else (expected, "")
        yield Row(number, case, status, reason, **changes)


def _cookie_rows(scene: Scene) -> Iterator[tuple[Any, ...]]:
    production, token, expired = scene.production, scene.token(), scene.expired()
    uat = {"__client_uat": UAT}
    no_session = "client-uat-but-no-session-token"
    no_uat = "session-token-but-no-client-uat"
    html = {"accept": "text/html,application/xhtml+xml"}
    nobody = MISSING if production else (HS, "dev-browser-missing")
    yield "1", scene.case(dev_browser=False), nobody
    if not production:
        missing = "dev-browser-missing"
        yield "2", scene.case(dev_browser=False, headers=XHR), (OUT, missing)
        yield "3", scene.case(dev_browser=False, headers=html), (HS, missing)
    yield "4", scene.case(), MISSING
    yield "5", scene.case({"__client_uat": "0"}), MISSING
    yield "6", scene.case(uat), (HS, no_session)
    yield "7", scene.case(uat, headers={**XHR, "accept": "text/html"}), (OUT, no_session)
    yield "8", scene.case(uat, headers={"sec-fetch-dest": "iframe"}), (HS, no_session)
    yield "9", scene.case(uat, method="POST"), (OUT, no_session)
    yield "10", scene.case(uat, method="HEAD"), (OUT, no_session)
    yield "11", scene.case(uat, headers={"accept": "*/*"}), (OUT, no_session)
    yield "12", scene.case({**uat, "__session": ""}), (HS, no_session)
    yield "13", scene.case({"__session": token}), (HS, no_uat)
    yield "14", scene.case({"__session": token, "__client_uat": "abc"}), (HS, no_uat)
    yield "15", scene.case({"__session": token, "__client_uat": "12abc"}), IN
    yield "16", scene.case({"__session": "garbage"}), (HS, no_uat)
    yield "17", scene.case({**uat, "__session": token}), IN
    late, same = str(int(NOW) + 5), str(int(NOW))
    before = "session-token-iat-before-client-uat"
    yield "18", scene.case({"__session": token, "__client_uat": late}), (HS, before)
    yield "19", scene.case({"__session": token, "__client_uat": same}), IN
    old = {"__client_uat": "1000", "__session": expired}
    yield "20", scene.case(old), (HS, NO_COOKIE)
    not_get = "session-token-expired-refresh-non-eligible-non-get"
    yield "21", scene.case(old, method="POST"), (OUT, not_get)
    refreshing = {**old, f"__refresh_{scene.suffix}": "refresh_1"}
    fresh = {"object": "cookies", "cookies": [f"__session={token}; Path=/", "__client_uat=7"]}
    yield "22", scene.case(refreshing, backend={REFRESH: (200, fresh)}), IN
    # Renewed just now: what another site brought the browser for has been done.
    elsewhere = {"sec-fetch-dest": "document", "referer": FAR}
    brought = scene.case(refreshing, headers=elsewhere, backend={REFRESH: (200, fresh)})
    yield "22b", brought, IN
    revoked = {"errors": [{"code": "session_revoked", "message": "revoked"}]}
    ended = "session-token-expired-refresh-session_revoked"
    yield "23", scene.case(refreshing, backend={REFRESH: (400, revoked)}), (HS, ended)
    yield "24", scene.case({**old, "__refresh": "refresh_1"}), (HS, NO_COOKIE)


def _token_rows(scene: Scene) -> Iterator[tuple[Any, ...]]:
    now = int(NOW)
    nbf, future = "session-token-nbf", "session-token-iat-in-the-future"

    def case(token: str, **options: Any) -> Case:
        return scene.case({"__session": token, "__client_uat": "1000"}, **options)

    def claimed(**claims: Any) -> Case:
        return case(scene.token(**claims))

    yield "25a", claimed(exp=now - 4), IN
    yield "25b", claimed(exp=now - 5), (HS, NO_COOKIE)
    yield "26a", claimed(nbf=now + 5), IN
    yield "26b", claimed(nbf=now + 6), (HS, nbf)
    yield "27a", claimed(iat=now + 5), IN
    yield "27b", claimed(iat=now + 6), (HS, future)
    yield "28", case(scene.token(exp=now), clockSkewInMs=0), (HS, NO_COOKIE)
    yield "29", case(scene.token(key=OTHER_KEY)), (OUT, "token-invalid-signature")
    yield "30a", case("abc.def"), (OUT, "token-invalid")
    yield "30b", case("a.b.c"), (OUT, "token-invalid")
    yield "31", case(scene.token(header={"alg": "HS256"})), (OUT, "token-invalid-algorithm")
    yield "32", case(scene.token(algorithm="RS512")), (OUT, "token-verification-failed")
    yield "33", case(scene.token(header={"typ": None})), IN
    mismatch = (OUT, "token-type-mismatch")
    yield "34a", case(scene.token(header={"typ": "at+jwt"})), mismatch
    yield "34b", claimed(sub="mch_1"), mismatch
    yield "34c", case(scene.token(header={"typ": "foo"})), (OUT, "token-invalid")
    yield "35a", case(scene.token(header={"cat": TEMPLATE})), mismatch
    yield "35b", case(scene.token(header={"cat": MACHINE})), mismatch
    yield "36a", case(scene.token(header={"cat": SESSION_CATEGORY})), IN
    yield "36b", case(scene.token(header={"cat": IGNORED_CATEGORY})), IN
    failed = (OUT, "token-verification-failed")
    yield "37a", claimed(sub=None), failed
    yield "37b", claimed(exp=None), failed
    yield "38", claimed(iat=None), IN
    parties, other = {"authorizedParties": [APP_URL]}, "https://evil.example.com"
    wrong_party = (OUT, "token-invalid-authorized-parties")
    yield "39", case(scene.token(azp=other), **parties), wrong_party
    yield "40", case(scene.token(azp=None), **parties), wrong_party
    yield "41a", claimed(azp=None), IN
    yield "41b", case(scene.token(azp=other), authorizedParties=[]), IN
    yield "42", case(scene.expired(azp=other), **parties), wrong_party
    yield "43", case(scene.token(aud="convex"), audience="other"), failed
    yield "44a", claimed(aud="convex"), IN
    yield "44b", case(scene.token(), audience="convex"), IN
    yield "45", case(scene.token(), issuer="https://other.example"), (OUT, "token-invalid-issuer")
    yield "46", claimed(sts="pending"), IN
    organization = {"o": {"id": "org_1", "rol": "admin", "per": "read", "fpm": "1"}, "v": 2}
    yield "90", claimed(**organization, fea="o:teams"), IN
    yield "91", claimed(**organization, fea="dash"), IN, {"deviates": True}


def _choice_rows(scene: Scene) -> Iterator[tuple[Any, ...]]:
    own_session, own_uat = f"__session_{scene.suffix}", f"__client_uat_{scene.suffix}"
    plain = scene.token(sub="user_plain")
    own = {own_session: scene.token(), own_uat: UAT}
    foreign = scene.token(iss="https://clerk.other.example")
    production = scene.production
    # The development browser goes by the same choice as the session.
    browser = "" if production else f"__clerk_db_jwt_{scene.suffix}=dvb_1; "
    mixed = _line({"__session": foreign, "__client_uat": UAT, **own})
    yield "47", scene.case(browser + mixed), IN
    nobody = MISSING if production else (HS, "dev-browser-missing")
    yield "48", scene.case({"__session": foreign, "__client_uat": UAT}), nobody
    anonymous = scene.token(sub="user_plain", iss=None)
    both = {"__session": anonymous, "__client_uat": UAT, **own}
    as_plain = {"user_id": "user_plain"}
    yield "49", scene.case(both), IN, as_plain
    yield "50", scene.case(browser + _line(own)), IN
    older = {own_session: scene.token(age=20), own_uat: "1000"}
    newer_plain = {"__session": plain, "__client_uat": "1000", **older}
    yield "51", scene.case(newer_plain), IN, as_plain
    zero = {own_uat: "0", "__session": plain, "__client_uat": "1000"}
    yield "52", scene.case(zero), IN, as_plain
    yield "53", scene.case(browser + _line({**own, "__client_uat": "0"})), IN
    stale = {own_session: scene.expired(), own_uat: "1000", "__client_uat": "0"}
    yield "54", scene.case(browser + _line(stale)), (HS, NO_COOKIE) if production else MISSING
    yield "55", scene.case({own_session: scene.token()}), MISSING
    first = f"__session={plain}; __session={scene.token()}; __client_uat={UAT}"
    yield "56", scene.case(first), IN, as_plain
    junk = f'foo=%C0; a[b]=1; x={{"k": 1}}; __session={plain}; __client_uat={UAT}'
    yield "57", scene.case(junk), IN, as_plain


def _handshake_rows(scene: Scene) -> Iterator[tuple[Any, ...]]:
    production = scene.production
    session = scene.token()
    directives = (f"__session={session}; Path=/", f"__client_uat={UAT}; Path=/")
    good = scene.handshake(*directives)
    cookie = {"__clerk_handshake": good}
    own = {"__client_uat": UAT, "__session": session}
    yield "58", scene.case(cookie), IN
    path = f"/?__clerk_handshake={good}&__clerk_help=1&__clerk_db_jwt=dvb_2&x=1"
    yield "59", scene.case(path=path), IN
    cleared = scene.handshake("__session=; Path=/; Max-Age=0", "__client_uat=0; Path=/")
    gone = (OUT, "session-token-missing")
    yield "60", scene.case({"__clerk_handshake": cleared}), gone
    in_development = {"deviates": not production}
    forged = {"__clerk_handshake": scene.handshake(*directives, key=OTHER_KEY)}
    yield "61", scene.case(forged), MISSING, in_development
    yield "62", scene.case({**forged, **own}), IN, in_development
    template = {"__clerk_handshake": scene.handshake(*directives, cat=TEMPLATE)}
    yield "63", scene.case(template), MISSING, in_development
    lenient = MISSING if production else (IN, "")
    expired = scene.handshake(f"__session={scene.expired()}; Path=/")
    yield "64a", scene.case({"__clerk_handshake": expired}), lenient
    early = scene.handshake(f"__session={scene.token(nbf=int(NOW) + 600)}; Path=/")
    yield "64b", scene.case({"__clerk_handshake": early}), lenient
    yield "65", scene.case(cookie, headers=XHR), IN
    payload = {NONCE: (200, {"directives": list(directives)})}
    nonce = {"__clerk_handshake_nonce": "nonce_1"}
    yield "66", scene.case(nonce, backend=payload), IN
    unknown = {NONCE: (404, {"errors": [{"code": "resource_not_found", "message": "no"}]})}
    yield "67", scene.case({**nonce, **own}, backend=unknown), IN, {"deviates": True}
    empty: dict[str, tuple[int, Any]] = {NONCE: (200, {"directives": []})}
    yield "68", scene.case({**nonce, **cookie}, backend=empty), gone


def _navigation_rows(scene: Scene) -> Iterator[tuple[Any, ...]]:
    production = scene.production
    own = {"__client_uat": UAT, "__session": scene.token()}
    uat = {"__client_uat": UAT}
    no_session = "client-uat-but-no-session-token"
    sync = "dev-browser-sync"
    query = "/?__clerk_db_jwt=dvb_2&x=1%202"
    yield "69", scene.case(own, path=query), IN if production else (HS, sync)
    yield "70", scene.case(own, path=query, headers=XHR), IN if production else (OUT, sync)
    yield "71a", scene.case({**uat, "__clerk_redirect_count": "2"}), (HS, no_session)
    yield "71b", scene.case({**uat, "__clerk_redirect_count": "3"}), (OUT, no_session)
    forged = {**uat, "__clerk_redirect_count": "4"}
    yield "71c", scene.case(forged), (OUT, no_session), {"deviates": True}

    def from_page(referrer: str, destination: str = "document", count: str = "") -> Case:
        headers = {"sec-fetch-dest": destination, "referer": referrer}
        counted = {"__clerk_redirect_count": count} if count else {}
        return scene.case({**own, **counted}, headers=headers)

    cross = (HS, "primary-domain-cross-origin-sync")
    yield "72a", from_page(FAR), cross
    yield "72b", from_page("https://other.example.com/"), cross
    yield "72c", from_page(APP_URL.replace("https", "http") + "/"), cross
    yield "73a", from_page(FAR, destination="iframe"), IN
    yield "73b", from_page(FAR, count="1"), IN
    yield "73c", from_page("https://"), IN
    portal = "accounts.example.com" if production else "happy-cat-12.accounts.dev"
    yield "74a", from_page(f"https://{portal}/sign-in"), IN
    yield "74b", from_page(f"https://{scene.host}/v1"), IN
    development_portal = from_page("https://other-dog-1.accounts.dev/")
    yield "74c", development_portal, cross if production else IN
    forwarded = {
        "sec-fetch-dest": "document",
        "x-forwarded-host": "app.example.com, p",
        "x-forwarded-proto": "https,http",
    }
    behind = scene.case(uat, headers=forwarded)
    internal = {**behind.__dict__, "url": "http://10.0.0.1:8501/"}
    yield "83", Case(**internal), (HS, no_session)


def _header_rows(scene: Scene) -> Iterator[tuple[Any, ...]]:
    own = {"__client_uat": UAT, "__session": scene.token(sub="user_cookie")}

    def bearing(
        value: str, cookies: Mapping[str, str] | None = None, *, xhr: bool = False, **options: Any
    ) -> Case:
        destination = "empty" if xhr else "document"
        headers = {"sec-fetch-dest": destination, "authorization": value}
        return scene.case(cookies or {}, headers=headers, **options)

    token = scene.token()
    yield "75", bearing(f"Bearer {token}", dev_browser=False), IN
    yield "76a", bearing(f"Bearer {scene.expired()}", xhr=True), (OUT, NO_COOKIE)
    yield "76b", bearing(f"Bearer {scene.expired()}"), (HS, NO_COOKIE)
    yield "77", bearing("Bearer garbage", own), (OUT, "token-invalid")
    by_cookie = {"user_id": "user_cookie"}
    yield "78", bearing("Basic dXNlcjpwYXNz", own), IN, by_cookie
    nobody = MISSING if scene.production else (HS, "dev-browser-missing")
    yield "79", bearing(f"bearer {token}", dev_browser=False), nobody
    yield "80", bearing(token), IN
    template = scene.token(header={"cat": TEMPLATE})
    yield "81", bearing(f"Bearer {template}"), (OUT, "token-type-mismatch")
    yield "82", bearing("Bearer ak_live_something"), (OUT, "token-invalid")


def _key_rows(scene: Scene) -> Iterator[tuple[Any, ...]]:
    cookies = {"__client_uat": UAT, "__session": scene.token()}
    jwks = "/v1/jwks"
    other = SigningKey("ins_other").jwk
    refused = {"errors": [{"code": "clerk_key_invalid", "message": "no"}]}

    def remote(number: str, status: int, body: Any) -> Case:
        # Each has its own secret key: Clerk's package caches key sets by it.
        secret = f"sk_{'live' if scene.production else 'test'}_{number}"
        backend = {jwks: (status, body)}
        return scene.case(cookies, pem=False, secretKey=secret, backend=backend)

    failed = (OUT, "jwk-remote-failed-to-load")
    yield "85a", remote("85a", 500, {"errors": []}), failed
    yield "85b", remote("85b", 200, {"keys": [other]}), (OUT, "jwk-kid-mismatch")
    yield "85c", remote("85c", 401, refused), (OUT, "secret-key-invalid")
    yield "85d", remote("85d", 200, {"keys": [KEY.jwk]}), IN
    broken = {**KEY.jwk, "n": "!"}
    yield "85e", remote("85e", 200, {"keys": [broken]}), (OUT, "token-invalid-signature")
    elsewhere = {**broken, "kid": "ins_other"}
    yield "85f", remote("85f", 200, {"keys": [elsewhere]}), (OUT, "jwk-kid-mismatch")
    yield "85g", remote("85g", 200, {"keys": []}), failed


def _line(cookies: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())
