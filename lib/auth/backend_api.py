"""Clerk's Backend API, as far as Earshot needs it.

One pooled client with deadlines. It blocks, and never retries by itself: only the caller knows what
a missing answer means. The secret key is in one header and in no message.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote

import httpx

API_VERSION = "2026-05-12"
_TIMEOUT = httpx.Timeout(4.0, connect=2.0, pool=2.0)
_LIMITS = httpx.Limits(max_connections=20, max_keepalive_connections=10)
_MAX_RETRY_AFTER_SECONDS = 60.0
# Statuses that are about our secret key, not about what was asked for.
OUR_FAULT = frozenset({401, 403})


class ApiUnavailableError(Exception):
    """No usable answer: network, deadline, 5xx, 429 or a body that is not the documented one.

    Attributes:
        retry_after: seconds that Clerk asked to wait (429), else None.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ApiRefusedError(Exception):
    """Clerk answered no.

    Attributes:
        status: HTTP status, 400 to 499.
        code: Clerk's error code, such as `session_revoked`; empty if it gave none.
    """

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"Clerk refused with {status} {code}")
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class ClerkSession:
    """A Clerk session as the Backend API describes it; valid while `status` is `active`."""

    id: str
    user_id: str
    status: str


class BackendApi:
    """Client of one instance's Backend API. Thread-safe.

    Every method may raise `ApiUnavailableError` or `ApiRefusedError`.
    """

    def __init__(
        self, api_url: str, secret_key: str, transport: httpx.BaseTransport | None = None
    ) -> None:
        """Open the pool.

        Args:
            api_url: origin, without `/v1`.
            secret_key: `sk_live_...` or `sk_test_...`.
            transport: replaces the network, for instance to go through an outbound proxy.
        """
        self._client = httpx.Client(
            base_url=f"{api_url}/v1",
            headers={
                "Authorization": f"Bearer {secret_key}",
                "Clerk-API-Version": API_VERSION,
                "User-Agent": "earshot",
            },
            timeout=_TIMEOUT,
            limits=_LIMITS,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the pool."""
        self._client.close()

    def jwks(self) -> dict[str, Any]:
        """Return the instance's public keys as a JWK set."""
        return self._object("GET", "/jwks")

    def session(self, clerk_session_id: str) -> ClerkSession:
        """Return one Clerk session."""
        answer = self._object("GET", f"/sessions/{_segment(clerk_session_id)}")
        try:
            return ClerkSession(answer["id"], answer["user_id"], answer["status"])
        except KeyError as error:
            raise ApiUnavailableError("the session lacks a field") from error

    def revoke_session(self, clerk_session_id: str) -> None:
        """End a Clerk session everywhere. Its tokens stay valid until they expire (about 60 s)."""
        self._object("POST", f"/sessions/{_segment(clerk_session_id)}/revoke")

    def create_token(self, clerk_session_id: str, template: str | None = None) -> str:
        """Return a new token of an active session, of a JWT template if one is named."""
        path = f"/sessions/{_segment(clerk_session_id)}/tokens"
        if template is not None:
            path += f"/{_segment(template)}"
        return _text(self._object("POST", path, json={}), "jwt")

    def refresh_session(
        self,
        clerk_session_id: str,
        *,
        suffixed_cookies: bool,
        expired_token: str,
        refresh_token: str,
        request_origin: str,
        request_headers: dict[str, list[str]],
    ) -> list[str]:
        """Return the `Set-Cookie` lines of a new session token, for an expired one.

        Args:
            clerk_session_id: session of the expired token.
            suffixed_cookies: which cookie names to set.
            expired_token: the session token.
            refresh_token: the browser's refresh token.
            request_origin: origin of the app, as the browser sees it.
            request_headers: all headers of the browser's request.
        """
        answer = self._object(
            "POST",
            f"/sessions/{_segment(clerk_session_id)}/refresh",
            params={"suffixed_cookies": "true" if suffixed_cookies else "false"},
            json={
                "format": "cookie",
                "expired_token": expired_token,
                "refresh_token": refresh_token,
                "request_origin": request_origin,
                "request_headers": request_headers,
            },
        )
        return _texts(answer, "cookies")

    def handshake_payload(self, nonce: str) -> list[str]:
        """Return the `Set-Cookie` lines that a handshake nonce stands for."""
        answer = self._object("GET", "/clients/handshake_payload", params={"nonce": nonce})
        return _texts(answer, "directives")

    def user(self, user_id: str) -> dict[str, Any]:
        """Return one user as Clerk describes it."""
        return self._object("GET", f"/users/{_segment(user_id)}")

    def users(self, *, limit: int, offset: int) -> list[dict[str, Any]]:
        """Return a page of users, oldest first so that pages stay stable while people sign up."""
        params = {"limit": limit, "offset": offset, "order_by": "+created_at"}
        answer = self._send("GET", "/users", params=params)
        if not isinstance(answer, list):
            raise ApiUnavailableError("the list of users is not a list")
        return answer

    def user_count(self) -> int:
        """Return how many users the instance has."""
        count = self._object("GET", "/users/count").get("total_count")
        if not isinstance(count, int):
            raise ApiUnavailableError("the count of users is not a number")
        return count

    def _object(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        answer = self._send(method, path, **options)
        if not isinstance(answer, dict):
            raise ApiUnavailableError("the answer is not an object")
        return answer

    def _send(self, method: str, path: str, **options: Any) -> Any:
        try:
            response = self._client.request(method, path, **options)
        except httpx.HTTPError as error:
            # The URL may hold a nonce: name the kind of failure only.
            raise ApiUnavailableError(type(error).__name__) from None
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise ApiUnavailableError("rate limited", _retry_after(response))
        if response.is_client_error:
            raise ApiRefusedError(response.status_code, _error_code(response))
        if not response.is_success:
            raise ApiUnavailableError(f"status {response.status_code}")
        try:
            return response.json()
        except ValueError:
            raise ApiUnavailableError("the answer is not JSON") from None


def _segment(value: str) -> str:
    return quote(value, safe="")


def _text(answer: dict[str, Any], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str):
        raise ApiUnavailableError(f"{name} is not a text")
    return value


def _texts(answer: dict[str, Any], name: str) -> list[str]:
    values = answer.get(name)
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ApiUnavailableError(f"{name} is not a list of texts")
    return values


def _error_code(response: httpx.Response) -> str:
    try:
        code = response.json()["errors"][0]["code"]
    except (ValueError, LookupError, TypeError):
        return ""
    return code if isinstance(code, str) else ""


def _retry_after(response: httpx.Response) -> float:
    """Return the seconds of `Retry-After`, at most `_MAX_RETRY_AFTER_SECONDS`; 1 if unreadable."""
    text = response.headers.get("retry-after", "")
    return min(float(text), _MAX_RETRY_AFTER_SECONDS) if text.isdecimal() else 1.0
