"""HTTP client for the running app: its API and signed URLs, as other programs use them."""

from __future__ import annotations

from typing import Any, Final

import httpx

from lib.config.settings import Settings
from lib.config.values import is_loopback
from lib.smoke.checks import Failed

_TIMEOUT: Final = httpx.Timeout(10.0)


class AppClient:
    """Sends requests to the app at `EARSHOT_APP_URL` and to the bucket's endpoint."""

    def __init__(self, settings: Settings) -> None:
        """Open connections; an outbound proxy of the environment is not used on this machine."""
        near = is_loopback(settings.app_url)
        self._base = f"{settings.app_url}/api/v1"
        # SSL_CERT_FILE holds in any case: a bucket's certificate may be signed by one's own.
        trust = httpx.create_ssl_context(trust_env=True)
        self._client = httpx.Client(timeout=_TIMEOUT, trust_env=not near, verify=trust)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def status(self, path: str, token: str | None = None) -> int:
        """Return the status that a GET of the API answers."""
        return self._send("GET", path, token, None).status_code

    def call(
        self,
        method: str,
        path: str,
        token: str | None,
        body: object = None,
        expect: tuple[int, ...] = (200,),
    ) -> dict[str, Any]:
        """Call the API and return the JSON object of its answer.

        Args:
            method: HTTP method.
            path: below `/api/v1`.
            token: for `Authorization: Bearer`; None sends none.
            body: sent as JSON.
            expect: expected statuses.

        Raises:
            Failed: another status; the message has the problem's detail and request id.
            httpx.HTTPError: no response.
        """
        response = self._send(method, path, token, body)
        answer = response.json() if "json" in response.headers.get("content-type", "") else {}
        if response.status_code not in expect or not isinstance(answer, dict):
            detail = answer.get("detail") if isinstance(answer, dict) else None
            raise Failed(
                f"{method} {path.partition('?')[0]} answered {response.status_code}, not "
                f"{' or '.join(map(str, expect))}: {detail or 'no problem details'} "
                f"(request id {response.headers.get('x-request-id', 'none')})"
            )
        return answer

    def signed(
        self, method: str, url: str, headers: dict[str, str] | None = None, content: bytes = b""
    ) -> httpx.Response:
        """Use a signed URL.

        Raises:
            httpx.HTTPError: no response.
        """
        return self._client.request(method, url, headers=headers, content=content or None)

    def _send(self, method: str, path: str, token: str | None, body: object) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self._client.request(method, self._base + path, headers=headers, json=body)
