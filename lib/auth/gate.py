"""The gate: ASGI middleware in front of every route. It refuses what it does not know."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from lib.auth.api_keys import ApiKeys
from lib.auth.auth_routes import AuthRoutes
from lib.auth.authenticator import Admission, Authenticator
from lib.auth.bearer import BearerVerifier
from lib.auth.blocking import WorkerThreads
from lib.auth.decisions import Decision
from lib.auth.document_gate import AppPage, DocumentGate
from lib.auth.events import EventReporter, Outcome, RecordAuth
from lib.auth.members import Denial, Member
from lib.auth.path_kinds import (
    CODE_PREFIX,
    SOCKET_PATH,
    PathKind,
    kind_of,
    page_of,
    route_label,
)
from lib.auth.reasons import AuthReason, GateReason
from lib.auth.requests import IncomingRequest, RequestReader, TrustedProxies, oversize_status
from lib.auth.response_headers import (
    DocumentWriter,
    HeaderWriter,
    StaticFileWriter,
    bucket_origins,
    without_conditions,
)
from lib.auth.responses import NOT_FOUND, SERVER_ERROR, problem, status_of
from lib.auth.roles import page_allowed
from lib.auth.slots import MemberSlots
from lib.auth.sockets import (
    MOST_OF_MEMBER,
    MOST_STATES,
    STATE_SECONDS,
    deny_socket,
    serve_socket,
    with_owner_header,
)
from lib.config.settings import Settings
from lib.observability.logs import get_logger
from lib.observability.request_id import (
    accept_request_id,
    new_request_id,
    request_id_bound,
)

_log = get_logger(__name__)
T = TypeVar("T")


class Gate:
    """ASGI middleware. Sets `scope["state"]`: `request_id`, and `member` or `principal`."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        settings: Settings,
        authenticator: Authenticator,
        keys: ApiKeys,
        record: RecordAuth,
    ) -> None:
        """Protect an app.

        Args:
            app: the application behind the gate.
            settings: of this process.
            authenticator: says who a request is from.
            keys: checks API keys.
            record: takes one event per decision; must not block or raise.

        Raises:
            ValueError: a setting is malformed; the message names it.
        """
        self._app = app
        self._secure = settings.app_url.startswith("https://")
        self._media_origins = bucket_origins(settings)
        self._reader = RequestReader(
            settings.app_url,
            settings.clerk_authorized_parties,
            TrustedProxies(settings.trusted_proxies),
        )
        self._reporter = EventReporter(record, settings.cookie_keys[0].get_secret_value())
        self._authenticator = authenticator
        self._bearer = BearerVerifier(settings, authenticator, keys)
        self._threads = WorkerThreads()
        self._sockets = MemberSlots(MOST_OF_MEMBER)
        self._states = MemberSlots(MOST_STATES, STATE_SECONDS)
        self._documents = DocumentGate(
            authenticator.instance, authenticator.app_session, secure=self._secure
        )
        self._routes = AuthRoutes(authenticator, self._threads, self._admit, secure=self._secure)

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
                response = problem(SERVER_ERROR, AuthReason.UNEXPECTED_ERROR, request_id)
                await response(scope, receive, writer)

    async def _too_large(self, status: int, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = new_request_id()
        response = problem(status, GateReason.REQUEST_TOO_LARGE, request_id)
        writer = HeaderWriter(send, request_id, secure=self._secure)
        if scope["type"] == "websocket":
            await deny_socket(scope, receive, writer, response)
        else:
            await response(scope, receive, writer)

    async def _request(
        self, incoming: IncomingRequest, scope: Scope, receive: Receive, send: Send
    ) -> None:
        not_found = problem(NOT_FOUND, GateReason.NO_SUCH_PAGE, incoming.request_id)
        match kind_of(incoming.path):
            case PathKind.PUBLIC if incoming.path.startswith(CODE_PREFIX):
                writer = StaticFileWriter(send, partial(not_found, scope, receive, send))
                await self._app(scope, receive, writer)
            case PathKind.PUBLIC:
                await self._app(scope, receive, send)
            case PathKind.AUTH:
                await self._auth_route(incoming, scope, receive, send)
            case PathKind.API:
                await self._api(incoming, scope, receive, send)
            case PathKind.DOCUMENT if incoming.request.may_handshake:
                await self._document(incoming, scope, receive, send)
            case PathKind.DOCUMENT | PathKind.RESOURCE:
                await self._resource(incoming, scope, receive, send)
            case PathKind.REFUSED:
                await not_found(scope, receive, send)

    async def _auth_route(
        self, incoming: IncomingRequest, scope: Scope, receive: Receive, send: Send
    ) -> None:
        started = time.perf_counter()
        response, reason, user_id = await self._routes.answer(incoming)
        if reason:
            self._report(incoming, "denied", reason, user_id, started)
        await response(scope, receive, send)

    async def _api(
        self, incoming: IncomingRequest, scope: Scope, receive: Receive, send: Send
    ) -> None:
        started = time.perf_counter()
        authorization = incoming.headers.get("authorization", "")
        principal = await self._decide(incoming, partial(self._bearer.verify, authorization))
        if isinstance(principal, Denial):
            response = self._deny(incoming, principal, started)
            await response(scope, receive, send)
            return
        self._report(incoming, "allowed", "", principal.subject, started)
        scope["state"]["principal"] = principal
        await self._app(scope, receive, send)

    async def _document(
        self, incoming: IncomingRequest, scope: Scope, receive: Receive, send: Send
    ) -> None:
        started = time.perf_counter()
        state, checked = self._documents.check(incoming)
        admission = await self._admit(checked, document=True)
        result = self._documents.result(checked, state, admission, time.time())
        answer = result.answer
        if isinstance(answer, AppPage):
            self._report(checked, "allowed", "", result.user_id, started)
            scope["state"]["member"] = answer.member
            writer = DocumentWriter(send, answer.set_cookies, self._media_origins)
            await self._app(without_conditions(scope), receive, writer)
            return
        outcome: Outcome = "redirected" if "location" in answer.headers else "denied"
        self._report(checked, outcome, result.reason, result.user_id, started)
        await answer(scope, receive, send)

    async def _resource(
        self, incoming: IncomingRequest, scope: Scope, receive: Receive, send: Send
    ) -> None:
        started = time.perf_counter()
        admission = await self._admit(incoming)
        who = _page_checked(admission.who, incoming.path)
        if isinstance(who, Denial):
            response = self._deny(incoming, who, started)
            await response(scope, receive, send)
            return
        self._report(incoming, "allowed", "", who.user_id, started)
        scope["state"]["member"] = who
        writer = DocumentWriter(send, admission.decision.set_cookies, self._media_origins)
        await self._app(scope, receive, writer)

    async def _socket(
        self, incoming: IncomingRequest, scope: Scope, receive: Receive, send: Send
    ) -> None:
        started = time.perf_counter()
        who: Member | Denial = Denial(GateReason.CROSS_ORIGIN)
        if incoming.path != SOCKET_PATH:
            who = Denial(GateReason.NO_SUCH_PAGE)
        elif incoming.is_same_origin:
            who = (await self._admit(incoming)).who
        if isinstance(who, Denial):
            await deny_socket(scope, receive, send, self._deny(incoming, who, started))
            return
        with self._sockets.slot(who.user_id) as is_one_more:
            if is_one_more:
                with self._states.slot(who.user_id) as is_allowed:
                    if is_allowed:
                        await self._serve_socket(incoming, who, started, scope, receive, send)
                        return
        too_many = Denial(GateReason.TOO_MANY_SOCKETS, who.user_id)
        await deny_socket(scope, receive, send, self._deny(incoming, too_many, started))

    async def _serve_socket(
        self,
        incoming: IncomingRequest,
        who: Member,
        started: float,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        self._report(incoming, "allowed", "", who.user_id, started)
        scope["state"]["member"] = who
        later = replace(incoming, headers={})

        async def still_admitted() -> bool:
            check_started = time.perf_counter()
            now = (await self._admit(later)).who
            if isinstance(now, Denial):
                self._report(later, "denied", now.reason, now.user_id, check_started)
            return isinstance(now, Member)

        await serve_socket(
            self._app, with_owner_header(scope, who.user_id), receive, send, still_admitted
        )

    async def _admit(self, incoming: IncomingRequest, *, document: bool = False) -> Admission:
        """Return who a request is from by its cookies."""
        admit = partial(self._authenticator.admit, incoming.request, document=document)
        admission = await self._decide(incoming, admit)
        if isinstance(admission, Denial):
            return Admission(Decision("signed-out", admission.reason), admission)
        return admission

    async def _decide(
        self, incoming: IncomingRequest, decide: Callable[[], Coroutine[Any, Any, T]]
    ) -> T | Denial:
        """Return what a decision returns. Fail closed: an error in it is a denial."""
        try:
            return await self._threads.run(decide(), incoming.client_address)
        except Exception:  # noqa: BLE001  # whatever fails here must refuse, not crash
            _log.exception("auth.unexpected_error", route=route_label(incoming.path))
            return Denial(AuthReason.UNEXPECTED_ERROR)

    def _deny(self, incoming: IncomingRequest, denial: Denial, started: float) -> Response:
        """Report a denial of anything that is not a document, and return the response."""
        self._report(incoming, "denied", denial.reason, denial.user_id, started)
        return problem(status_of(denial.reason), denial.reason, incoming.request_id)

    def _report(
        self, incoming: IncomingRequest, outcome: Outcome, reason: str, user_id: str, started: float
    ) -> None:
        """Report a decision that was begun at `started` (`time.perf_counter`)."""
        self._reporter.report(
            outcome,
            reason or GateReason.SIGNED_IN,
            route=route_label(incoming.path),
            client_address=incoming.client_address,
            request_id=incoming.request_id,
            user_id=user_id,
            duration_ms=(time.perf_counter() - started) * 1000,
        )


def _page_checked(who: Member | Denial, path: str) -> Member | Denial:
    """Deny a page's address to roles that may not open the page, whatever kind of request it is."""
    page = page_of(path)
    if isinstance(who, Denial) or kind_of(path) is not PathKind.DOCUMENT:
        return who
    if page_allowed(who.role, page):
        return who
    return Denial(GateReason.ROLE_INSUFFICIENT, who.user_id)
