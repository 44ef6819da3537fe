"""Whatever a stranger sends, parsers answer with a value or with their one declared error."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st

from lib.api.bodies import parse_json
from lib.api.lists import Cursors
from lib.api.problems import Problem
from lib.auth.app_session import AppSession, AppSessionCookie
from lib.auth.bearer import BearerVerifier
from lib.auth.blocking import run_here
from lib.auth.cookies import CookieNames, parse
from lib.auth.keys import JwksKeys
from lib.auth.members import Denial
from lib.auth.path_kinds import PathKind, kind_of
from lib.auth.requests import RequestReader, TrustedProxies
from lib.auth.service import ServiceKeys, mint, public_jwks
from lib.auth.tokens import Policy, TokenError, verify
from lib.observability.request_id import accept_request_id
from lib.storage.keys import AudioKey
from tests.auth.clerk import settings_for
from tests.auth.harness import no_keys

NOW = 1_790_000_000
ISSUER = "https://earshot.internal/service"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.PKCS8,
    serialization.NoEncryption(),
).decode()
SERVICE = ServiceKeys(PEM)
KEYS = JwksKeys(lambda: public_jwks(PEM))
TOKEN = mint(PEM, ISSUER, "ingest", "fuzz", now=NOW)
KID = jwt.get_unverified_header(TOKEN)["kid"]
COOKIE = AppSessionCookie(["k" * 40, "o" * 40], secure=True)
ISSUED = COOKIE.issue("sess_1", "user_1", NOW).partition(";")[0].partition("=")[2]
CURSORS = Cursors(["s" * 40])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=10,
)
NAMES = st.sampled_from(["alg", "kid", "typ", "cat", "crit", "jwk", "jku", "x5u", "b64", "zip"])
CLAIMS = st.sampled_from(["iss", "aud", "sub", "sid", "exp", "nbf", "iat", "role", "azp", "sts"])
HEADERS = st.dictionaries(NAMES, JSON | st.sampled_from(["none", "HS256", "RS256", KID, "JWT"]))
PAYLOADS = st.dictionaries(CLAIMS, JSON | st.sampled_from([ISSUER, "earshot", "ingest", NOW]))


def request_for(path: str, query: bytes) -> Request:
    return Request({"type": "http", "path": path, "query_string": query, "headers": []})


def changed(data: st.DataObject, text: str) -> str:
    """Return a text with one place replaced, cut or doubled; always another text."""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 20)))
    other = text[:start] + data.draw(st.text(max_size=20)) + text[end:]
    return other if other != text else text + "A"


def compact(header: Any, payload: Any, signature: bytes) -> str:
    parts = (json.dumps(header).encode(), json.dumps(payload).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


@given(header=HEADERS, payload=PAYLOADS, signature=st.binary(max_size=300))
def test_a_token_that_nobody_signed_is_denied(header: Any, payload: Any, signature: bytes) -> None:
    token = compact(header, payload, signature)
    assert isinstance(SERVICE.verify(token, ISSUER, NOW), Denial)
    with pytest.raises(TokenError):
        run_here(verify(token, KEYS, NOW, Policy(issuer=ISSUER)))


def test_the_token_that_is_changed_below_is_good() -> None:
    assert not isinstance(SERVICE.verify(TOKEN, ISSUER, NOW), Denial)


@given(data=st.data())
def test_a_changed_token_is_denied(data: st.DataObject) -> None:
    assert isinstance(SERVICE.verify(changed(data, TOKEN), ISSUER, NOW), Denial)


@given(payload=PAYLOADS)
def test_signed_claims_of_any_type_are_accepted_only_if_they_are_right(payload: Any) -> None:
    signed = jwt.api_jws.encode(json.dumps(payload).encode(), KEY, "RS256", {"kid": KID})
    claims = SERVICE.verify(signed, ISSUER, NOW)
    if not isinstance(claims, Denial):
        assert (claims["iss"], claims["aud"]) == (ISSUER, "earshot")
        assert claims["role"] in {"ingest", "worker"}
        assert claims["exp"] > NOW - 10


@pytest.fixture(scope="module")
def bearer() -> Callable[[str], Any]:
    class Nobody:
        async def member_of_token(self, token: str) -> Any:
            policy = Policy(issuer="https://clerk.example.com")
            return await verify(token, KEYS, NOW, policy)

    settings = settings_for(EARSHOT_SERVICE_KEY=PEM)
    verifier = BearerVerifier(settings, Nobody(), no_keys(), lambda: NOW)  # type: ignore[arg-type]
    return lambda header: run_here(verifier.verify(header))


@given(header=st.text(max_size=100) | st.builds(lambda text: f"Bearer {text}", st.text()))
def test_any_authorization_header_is_denied(bearer: Callable[[str], Any], header: str) -> None:
    assert isinstance(bearer(header), Denial)


@given(data=st.data())
def test_a_changed_app_session_is_nobody_s(data: st.DataObject) -> None:
    assert COOKIE.read({COOKIE.name: ISSUED}, NOW) == AppSession("sess_1", "user_1", NOW)
    assert COOKIE.read({COOKIE.name: changed(data, ISSUED)}, NOW) is None


@given(header=HEADERS, payload=PAYLOADS, signature=st.binary(max_size=40))
def test_an_app_session_that_we_did_not_sign_is_nobody_s(
    header: Any, payload: Any, signature: bytes
) -> None:
    assert COOKIE.read({COOKIE.name: compact(header, payload, signature)}, NOW) is None


@given(session=JSON, user=JSON, issued=JSON | st.sampled_from([NOW, NOW - 8 * 86_400, NOW + 3600]))
def test_an_app_session_is_read_only_if_every_claim_has_its_type(
    session: Any, user: Any, issued: Any
) -> None:
    claims = json.dumps({"sid": session, "sub": user, "iat": issued}).encode()
    read = COOKIE.read({COOKIE.name: jwt.api_jws.encode(claims, "k" * 40, "HS256")}, NOW)
    if read is not None:
        assert isinstance(read.clerk_session_id, str)
        assert isinstance(read.user_id, str)
        assert abs(NOW - read.issued_at) <= 7 * 86_400


@given(
    jar=st.dictionaries(
        st.sampled_from(
            ["__session", "__session_x", "__client_uat", "__client_uat_x", "__clerk_db_jwt"]
        ),
        st.text(max_size=40)
        | st.builds(lambda claims: compact({"alg": "RS256"}, claims, b"x"), PAYLOADS),
    )
)
def test_any_jar_of_cookies_yields_a_choice(jar: dict[str, str]) -> None:
    header = "; ".join(f"{name}={value}" for name, value in jar.items())
    for production in (True, False):
        names = CookieNames("x", "clerk.example.com", production)
        chosen = names.choose(parse(header), NOW)
        assert isinstance(chosen.client_uat, int)
        assert chosen.session_token is None or isinstance(chosen.session_token, str)


@given(cursor=st.text(max_size=200), query=st.binary(max_size=60), data=st.data())
def test_a_cursor_is_good_for_its_own_list_and_unchanged_only(
    cursor: str, query: bytes, data: st.DataObject
) -> None:
    try:
        cursor.encode()
    except UnicodeEncodeError:
        return
    sealed = CURSORS.seal(request_for("/users", query), cursor)
    assert sealed is not None
    assert CURSORS.open(request_for("/users", query), sealed) == cursor
    with pytest.raises(Problem):
        CURSORS.open(request_for("/sessions", query), sealed)
    other = changed(data, sealed)
    try:
        opened = CURSORS.open(request_for("/users", query), other)
    except Problem:
        return
    # Base64 leaves a few bits unread; what was signed is the same.
    assert opened == cursor


@given(sealed=st.text(max_size=300))
def test_any_text_as_a_cursor_is_a_bad_request(sealed: str) -> None:
    with pytest.raises(Problem):
        CURSORS.open(request_for("/users", b""), sealed)


@given(
    text=st.text(max_size=120)
    | st.from_regex(r"audio/v1/[0-9./]{1,14}/[0-9a-z./]{1,40}/[0-9a-f./]{1,40}\.[a-z.]{1,12}")
)
def test_any_text_is_a_key_that_reads_back_or_refused(text: str) -> None:
    try:
        key = AudioKey.parse(text)
    except ValueError:
        return
    assert str(key) == text
    assert ".." not in text.split("/")


@given(body=st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_body_is_a_value_or_a_bad_request(body: bytes) -> None:
    try:
        value = parse_json(body)
    except Problem as problem:
        assert problem.status_code in {400, 422}  # noqa: PT017
        return
    json.dumps(value)


@given(path=st.text(max_size=60).map(lambda text: f"/{text}") | st.text(max_size=60))
def test_any_path_has_a_kind_and_none_climbs_up(path: str) -> None:
    kind = kind_of(path)
    if ".." in path.split("/") or not path.startswith("/") or "//" in path:
        assert kind is PathKind.REFUSED


@given(
    headers=st.lists(
        st.tuples(
            st.sampled_from(
                [
                    b"host",
                    b"cookie",
                    b"origin",
                    b"x-forwarded-for",
                    b"x-forwarded-host",
                    b"x-forwarded-proto",
                    b"authorization",
                    b"referer",
                    b"sec-fetch-dest",
                ]
            ),
            st.binary(max_size=40),
        ),
        max_size=8,
    ),
    path=st.binary(max_size=40),
    query=st.binary(max_size=60),
)
def test_any_scope_is_read_and_its_origin_is_one_of_ours(
    headers: list[tuple[bytes, bytes]], path: bytes, query: bytes
) -> None:
    reader = RequestReader("https://app.example.com", (), TrustedProxies(["10.0.0.0/8"]))
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": path.decode("latin-1"),
        "raw_path": b"/" + path,
        "query_string": query,
        "headers": headers,
        "client": ("10.1.1.1", 1),
    }
    incoming = reader.read(scope, "request-1")
    assert incoming.request.url.origin == "https://app.example.com"
    assert str(incoming.request.url).isascii()
    assert "\n" not in str(incoming.request.url)


@given(given_id=st.text(max_size=80))
def test_any_request_id_is_kept_if_harmless_or_replaced(given_id: str) -> None:
    kept = accept_request_id(given_id)
    assert kept.isascii()
    assert kept.replace("-", "").replace("_", "").replace(".", "").replace(":", "").isalnum()
