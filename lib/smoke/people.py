"""Calls of Clerk's Backend API that only this test needs: a team member, and their sign-in."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

import httpx

from lib.auth.backend_api import API_VERSION, ApiRefusedError, ApiUnavailableError
from lib.config.settings import Settings
from lib.smoke.marks import PREFIX, address_of, is_mark

TICKET_SECONDS: Final = 120
"""Life of a sign-in token: Chromium's start and two redirects."""

_PAGE: Final = 100
_TIMEOUT: Final = httpx.Timeout(10.0)


class People:
    """Creates and deletes the test's team member. Every method raises the Backend API's errors."""

    def __init__(self, settings: Settings) -> None:
        """Open connections to the instance of the settings."""
        key = settings.clerk_secret_key.get_secret_value()
        self._role_claim = settings.role_claim
        self._client = httpx.Client(
            base_url=f"{settings.clerk_api_url}/v1",
            headers={"Authorization": f"Bearer {key}", "Clerk-API-Version": API_VERSION},
            timeout=_TIMEOUT,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def create(self, mark: str) -> str:
        """Make a team member with the role viewer in public metadata; return their id."""
        body = {
            "external_id": mark,
            "email_address": [address_of(mark)],
            "public_metadata": {self._role_claim.rsplit(".", 1)[-1]: "viewer"},
            "skip_password_requirement": True,
            "skip_legal_checks": True,
        }
        return _id(self._send("POST", "/users", json=body))

    def delete(self, user_id: str) -> None:
        """Delete somebody with all their sessions; one who is not there counts as deleted."""
        try:
            self._send("DELETE", f"/users/{quote(user_id, safe='')}")
        except ApiRefusedError as error:
            if error.status != httpx.codes.NOT_FOUND:
                raise

    def marked(self) -> list[str]:
        """Return the ids of at most a hundred team members that runs have left behind."""
        found = self._send("GET", "/users", params={"query": PREFIX, "limit": _PAGE})
        return [_id(user) for user in found if is_mark(user.get("external_id") or "")]

    def create_session(self, user_id: str) -> str:
        """Make a session without a browser: Clerk allows it on development instances only."""
        return _id(self._send("POST", "/sessions", json={"user_id": user_id}))

    def ticket_url(self, user_id: str) -> str:
        """Return a URL that signs a browser in once, on every kind of instance."""
        body = {"user_id": user_id, "expires_in_seconds": TICKET_SECONDS}
        url = self._send("POST", "/sign_in_tokens", json=body).get("url")
        if not isinstance(url, str):
            raise ApiUnavailableError("the sign-in token has no url")
        return url

    def _send(self, method: str, path: str, **options: Any) -> Any:
        try:
            response = self._client.request(method, path, **options)
            answer = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise ApiUnavailableError(type(error).__name__) from None
        if response.is_client_error:
            errors = answer.get("errors") if isinstance(answer, dict) else None
            raise ApiRefusedError(response.status_code, errors[0]["code"] if errors else "")
        if not response.is_success:
            raise ApiUnavailableError(f"status {response.status_code}")
        return answer


def _id(answer: dict[str, Any]) -> str:
    return str(answer["id"])
