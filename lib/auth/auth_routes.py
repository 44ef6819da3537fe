"""The few routes below `/auth`: sign-out, whether the session still stands, and its watcher."""

from __future__ import annotations

import json

import structlog

from lib.auth import documents
from lib.auth.answers import Answer, page, problem, redirect
from lib.auth.app_session import AppSessionCookie
from lib.auth.authenticator import Authenticator
from lib.auth.backend_api import ApiUnavailableError
from lib.auth.cookies import CLIENT_UAT, REFRESH, SESSION
from lib.auth.document_gate import expired_cookie
from lib.auth.headers import WATCH_SCRIPT
from lib.auth.incoming import Incoming
from lib.auth.judge import Judge
from lib.auth.members import Denial
from lib.auth.reasons import GateReason
from lib.auth.surfaces import SIGN_OUT_PATH, SIGNED_OUT_PATH, STATE_PATH, WATCH_PATH

_log = structlog.get_logger()

# What the player remembers of sessions; cookies are not named: that would end other apps' too.
FORGET = (b"clear-site-data", b'"storage"')
FORBIDDEN, NOT_FOUND, NOT_ALLOWED, UNAUTHORIZED = 403, 404, 405, 401


class AuthRoutes:
    """Answers requests below `/auth`."""

    def __init__(self, authenticator: Authenticator, judge: Judge, *, secure: bool) -> None:
        """Take the parts.

        Args:
            authenticator: ends sessions.
            judge: says whose they are.
            secure: the app is served over https.
        """
        self._authenticator = authenticator
        self._judge = judge
        self._secure = secure
        self._app_session: AppSessionCookie = authenticator.app_session

    async def answer(self, incoming: Incoming) -> tuple[Answer, str, str]:
        """Return the answer, the reason to report (empty: none) and the user id."""
        route = (incoming.request.method, incoming.path)
        if route == ("GET", WATCH_PATH):
            headers = (("content-type", "text/javascript; charset=utf-8"),)
            return Answer(200, headers, WATCH_SCRIPT), "", ""
        if route == ("GET", SIGN_OUT_PATH):
            return page(documents.sign_out_question(), incoming.request_id), "", ""
        if route == ("GET", SIGNED_OUT_PATH):
            everywhere = incoming.request.url.parameter("here") is None
            notice = documents.signed_out(everywhere=everywhere)
            return page(notice, incoming.request_id), "", ""
        if route == ("GET", STATE_PATH):
            return await self._state(incoming)
        if route == ("POST", SIGN_OUT_PATH):
            return await self._sign_out(incoming)
        known = incoming.path in {SIGN_OUT_PATH, SIGNED_OUT_PATH, STATE_PATH, WATCH_PATH}
        status = NOT_ALLOWED if known else NOT_FOUND
        return problem(status, GateReason.NO_SUCH_PAGE, incoming.request_id), "", ""

    async def _state(self, incoming: Incoming) -> tuple[Answer, str, str]:
        who = (await self._judge.admit(incoming, document=False)).who
        if isinstance(who, Denial):
            status = status_of(who)
            return problem(status, who.reason, incoming.request_id), who.reason, who.user_id
        body = json.dumps({"signedIn": True, "role": who.role.value}).encode()
        return Answer(200, (("content-type", "application/json"),), body), "", who.user_id

    async def _sign_out(self, incoming: Incoming) -> tuple[Answer, str, str]:
        """End the session: refused unless a page of ours asked for it."""
        if not incoming.is_same_origin:
            reason = GateReason.CROSS_ORIGIN
            return problem(FORBIDDEN, reason, incoming.request_id), reason, ""
        everywhere = await self._judge.ask(
            lambda: self._end_session(incoming), incoming.client_address
        )
        target = SIGNED_OUT_PATH if everywhere else f"{SIGNED_OUT_PATH}?here=1"
        answer = redirect(target, status=303).with_cookies(self._cookies_to_expire(incoming))
        answer.headers.append(FORGET)
        return answer, "", ""

    def _end_session(self, incoming: Incoming) -> bool:
        """End the session that the cookies prove; return False if Clerk could not be told."""
        session_id = self._authenticator.session_to_end(incoming.request)
        if session_id is None:
            return True
        try:
            self._authenticator.sign_out(session_id)
        except ApiUnavailableError:
            _log.warning("auth.revoke_failed")
            return False
        return True

    def _cookies_to_expire(self, incoming: Incoming) -> list[str]:
        """Expire what is ours alone; in production other apps share `__client_uat`."""
        instance = self._authenticator.instance
        suffixed = instance.cookie_names.suffixed
        gone = [SESSION, suffixed(SESSION), suffixed(REFRESH)]
        lines = [expired_cookie(name, secure=self._secure) for name in gone]
        if not instance.production:
            secure = "; Secure" if self._secure else ""
            lines += [
                f"{name}=0; Path=/; SameSite=Strict{secure}"
                for name in (CLIENT_UAT, suffixed(CLIENT_UAT))
                if name in incoming.request.cookies
            ]
        return [*lines, self._app_session.clear()]


_CHECK_FAILED: frozenset[str] = frozenset(
    {
        GateReason.SESSION_CHECK_UNAVAILABLE,
        "jwk-remote-failed-to-load",
        "secret-key-invalid",
        "unexpected-error",
    }
)


_FORBIDDEN: frozenset[str] = frozenset(
    {
        GateReason.CROSS_ORIGIN,
        GateReason.ROLE_INSUFFICIENT,
        GateReason.ROLE_MISSING,
    }
)


def status_of(denial: Denial) -> int:
    """Return the HTTP status that fits a denial of something that is not a document."""
    if denial.reason in _CHECK_FAILED:
        return 503
    if denial.reason in _FORBIDDEN:
        return FORBIDDEN
    return UNAUTHORIZED
