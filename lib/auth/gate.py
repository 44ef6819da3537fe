"""The gate: pure ASGI middleware in front of every route. What it does not know, it refuses."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import replace
from typing import Any

from lib.auth.answers import Answer, problem
from lib.auth.auth_routes import AuthRoutes, status_of
from lib.auth.authenticator import Authenticator
from lib.auth.bearer import BearerVerifier
from lib.auth.document_gate import DocumentGate, Passage
from lib.auth.events import EventReporter, Outcome, RecordAuth
from lib.auth.headers import bucket_origins
from lib.auth.incoming import Incoming, ScopeReader, oversize_status
from lib.auth.judge import Judge
from lib.auth.members import Denial, Member
from lib.auth.pass_through import CodeWriter, DocumentWriter, HeaderWriter, without_conditions
from lib.auth.proxies import TrustedProxies
from lib.auth.reasons import AuthReason, GateReason
from lib.auth.roles import page_allowed
from lib.auth.sockets import deny_socket, owned_by, serve_socket
from lib.auth.surfaces import CODE_PREFIX, Surface, page_of, surface_of
from lib.config.settings import Settings
from lib.observability.logs import get_logger
from lib.observability.request_id import (
    accept_request_id,
    new_request_id,
    request_id_bound,
)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

NOT_FOUND, SERVER_ERROR = 404, 500

_log = get_logger(__name__)


class Gate:
    """ASGI middleware. Sets `scope["state"]`: `request_id`, and `member` or `principal`."""

    def __init__(
        self, app: App, *, settings: Settings, authenticator: Authenticator, record: RecordAuth
    ) -> None:
        """Stand in front of an app.

        Args:
            app: what is protected.
            settings: of this process.
            authenticator: says who somebody is.
            record: takes one event per decision; must not block or raise.

        Raises:
            ValueError: a setting is malformed; the message names it.
        """
        self._app = app
        self._secure = settings.app_url.startswith("https://")
        self._media_origins = bucket_origins(settings)
        self._reader = ScopeReader(
            settings.app_url,
            settings.clerk_authorized_parties,
            TrustedProxies(settings.trusted_proxies),
        )
        reporter = EventReporter(record, settings.cookie_keys[0].get_secret_value())
        self._judge = Judge(authenticator, BearerVerifier(settings, authenticator), reporter)
        self._documents = DocumentGate(
            authenticator.instance, authenticator.app_session, secure=self._secure
        )
        self._routes = AuthRoutes(authenticator, self._judge, secure=self._secure)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        too_large = oversize_status(scope)
        if too_large is not None:
            await self._too_large(too_large, scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        request_id = accept_request_id(given.decode("latin-1"))
        scope.setdefault("state", {})["request_id"] = request_id
        with request_id_bound(request_id):
            incoming = self._reader.read(scope, request_id)
            writer = HeaderWriter(send, request_id, secure=self._secure)
            if scope["type"] == "websocket":
                await self._socket(incoming, scope, receive, writer)
                return
            try:
                await self._request(incoming, scope, receive, writer)
            except Exception:
                _log.exception("app.request_failed", path=incoming.path)
                if writer.has_begun:
                    raise  # Only a broken connection tells the client now.
                failed = problem(SERVER_ERROR, AuthReason.UNEXPECTED_ERROR, request_id)
                await _send(writer, failed)

    async def _too_large(self, status: int, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = new_request_id()
        answer = problem(status, GateReason.REQUEST_TOO_LARGE, request_id)
        writer = HeaderWriter(send, request_id, secure=self._secure)
        if scope["type"] == "websocket":
            await deny_socket(scope, receive, writer, answer)
        else:
            await _send(writer, answer)

    async def _request(
        self, incoming: Incoming, scope: Scope, receive: Receive, send: Send
    ) -> None:
        match surface_of(incoming.path):
            case Surface.PUBLIC if incoming.path.startswith(CODE_PREFIX):
                answer = problem(NOT_FOUND, GateReason.NO_SUCH_PAGE, incoming.request_id)
                await self._app(scope, receive, CodeWriter(send, answer.messages()))
            case Surface.PUBLIC:
                await self._app(scope, receive, send)
            case Surface.AUTH:
                await self._auth_route(incoming, send)
            case Surface.API:
                await self._api(incoming, scope, receive, send)
            case Surface.DOCUMENT if incoming.request.may_handshake:
                await self._document(incoming, scope, receive, send)
            case Surface.DOCUMENT | Surface.RESOURCE:
                await self._resource(incoming, scope, receive, send)
            case Surface.REFUSED:
                reason = GateReason.NO_SUCH_PAGE
                await _send(send, problem(NOT_FOUND, reason, incoming.request_id))

    async def _auth_route(self, incoming: Incoming, send: Send) -> None:
        started = time.perf_counter()
        answer, reason, user_id = await self._routes.answer(incoming)
        if reason:
            self._judge.report(incoming, "denied", reason, user_id, started)
        await _send(send, answer)

    async def _api(self, incoming: Incoming, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        principal = await self._judge.principal(incoming)
        if isinstance(principal, Denial):
            await self._deny(incoming, principal, started, send)
            return
        self._judge.report(incoming, "allowed", "", principal.subject, started)
        scope["state"]["principal"] = principal
        await self._app(scope, receive, send)

    async def _document(
        self, incoming: Incoming, scope: Scope, receive: Receive, send: Send
    ) -> None:
        started = time.perf_counter()
        trip, judged = self._documents.trip(incoming)
        admission = await self._judge.admit(judged, document=True)
        verdict = self._documents.verdict(judged, trip, admission, time.time())
        result = verdict.result
        if isinstance(result, Passage):
            self._judge.report(judged, "allowed", "", verdict.user_id, started)
            scope["state"]["member"] = result.member
            writer = DocumentWriter(send, result.set_cookies, self._media_origins)
            await self._app(without_conditions(scope), receive, writer)
            return
        outcome: Outcome = "redirected" if result.is_redirect else "denied"
        self._judge.report(judged, outcome, verdict.reason, verdict.user_id, started)
        await _send(send, result)

    async def _resource(
        self, incoming: Incoming, scope: Scope, receive: Receive, send: Send
    ) -> None:
        started = time.perf_counter()
        admission = await self._judge.admit(incoming, document=False)
        who = _page_checked(admission.who, incoming.path)
        if isinstance(who, Denial):
            await self._deny(incoming, who, started, send)
            return
        self._judge.report(incoming, "allowed", "", who.user_id, started)
        scope["state"]["member"] = who
        writer = DocumentWriter(send, admission.decision.set_cookies, self._media_origins)
        await self._app(scope, receive, writer)

    async def _socket(self, incoming: Incoming, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        who: Member | Denial = Denial(GateReason.CROSS_ORIGIN)
        if incoming.is_same_origin and surface_of(incoming.path) is Surface.RESOURCE:
            who = (await self._judge.admit(incoming, document=False)).who
        if isinstance(who, Denial):
            self._judge.report(incoming, "denied", who.reason, who.user_id, started)
            answer = problem(status_of(who), who.reason, incoming.request_id)
            await deny_socket(scope, receive, send, answer)
            return
        self._judge.report(incoming, "allowed", "", who.user_id, started)
        scope["state"]["member"] = who
        later = replace(incoming, headers={})

        async def still_admitted() -> bool:
            asked = time.perf_counter()
            now = (await self._judge.admit(later, document=False)).who
            if isinstance(now, Denial):
                self._judge.report(later, "denied", now.reason, now.user_id, asked)
            return isinstance(now, Member)

        await serve_socket(self._app, owned_by(scope, who.user_id), receive, send, still_admitted)

    async def _deny(self, incoming: Incoming, denial: Denial, started: float, send: Send) -> None:
        self._judge.report(incoming, "denied", denial.reason, denial.user_id, started)
        await _send(send, problem(status_of(denial), denial.reason, incoming.request_id))


def _page_checked(who: Member | Denial, path: str) -> Member | Denial:
    """Deny a page's address to roles that may not open the page, however it is requested."""
    page = page_of(path)
    if isinstance(who, Denial) or surface_of(path) is not Surface.DOCUMENT:
        return who
    if page_allowed(who.role, page):
        return who
    return Denial(GateReason.ROLE_INSUFFICIENT, who.user_id)


async def _send(send: Send, answer: Answer) -> None:
    for message in answer.messages():
        await send(message)
