"""The routes below `/auth`: sign-out, whether the session is still active, and its watch script."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from starlette.responses import JSONResponse, Response

from lib.auth import responses
from lib.auth.authenticator import Admission, Authenticator
from lib.auth.backend_api import ApiUnavailableError
from lib.auth.blocking import WorkerThreads
from lib.auth.cookies import CLIENT_UAT, REFRESH, SESSION, expired_cookie
from lib.auth.members import Denial
from lib.auth.path_kinds import SIGN_OUT_PATH, SIGNED_OUT_PATH, STATE_PATH, WATCH_PATH
from lib.auth.reasons import AuthReason, GateReason
from lib.auth.requests import IncomingRequest
from lib.auth.responses import (
    FORBIDDEN,
    NOT_ALLOWED,
    NOT_FOUND,
    page,
    problem,
    redirect,
    status_of,
)

_log = structlog.get_logger()

# What the player stores of sessions. Cookies are not named: that would sign out of other apps too.
_CLEAR_SITE_DATA = '"storage"'
_NO_STORE = {"cache-control": "no-store"}

# With these a reload could not renew the session silently: it has ended.
_ENDED = frozenset(
    {
        GateReason.SIGNED_OUT_HERE,
        GateReason.SESSION_NOT_ACTIVE,
        AuthReason.SESSION_TOKEN_AND_UAT_MISSING,
    }
)
_ENDED_HEADER = "x-earshot-ended"

# Leaves the page when its session has ended, at the latest when the gate closes its socket: for a
# page that says so, or by a reload, which may renew the session or say why not. Streamlit alone
# would retry its socket and show the gate's answer over what was on the page.
WATCH_SCRIPT = b"""\
(() => {
  const CHECK_MS = 20000, RELOAD_MS = 10000, MARK = "earshot-reload";
  let busy = false;
  const check = async (event) => {
    const isClosed = event && event.type === "close";
    if (busy || (!isClosed && document.visibilityState !== "visible")) return;
    busy = true;
    try {
      const answer = await fetch("/auth/state", { cache: "no-store" });
      const last = Number(sessionStorage.getItem(MARK) || 0);
      if (answer.headers.get("x-earshot-ended")) {
        const here = encodeURIComponent(location.pathname + location.search);
        location.replace("/auth/signed-out?return=" + here);
      } else if ([401, 403].includes(answer.status) && Date.now() - last > RELOAD_MS) {
        sessionStorage.setItem(MARK, String(Date.now()));
        location.reload();
      }
    } catch {
      // Offline: Streamlit says so; the next check decides.
    } finally {
      busy = false;
    }
  };
  addEventListener("focus", check);
  addEventListener("pageshow", check);
  document.addEventListener("visibilitychange", check);
  setInterval(check, CHECK_MS);
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener("close", check);
    }
  };
})();
"""

Result = tuple[Response, str, str]


def _own_path(text: str | None) -> str:
    """Return a path of the app with its query; the start page for anything else."""
    is_own = text is not None and text.startswith("/") and not text.startswith(("//", "/\\"))
    return text if text is not None and is_own else "/"


class AuthRoutes:
    """Answers requests below `/auth`."""

    def __init__(
        self,
        authenticator: Authenticator,
        threads: WorkerThreads,
        admit: Callable[[IncomingRequest], Awaitable[Admission]],
        *,
        secure: bool,
    ) -> None:
        """Take the dependencies.

        Args:
            authenticator: ends sessions.
            threads: makes its blocking calls.
            admit: says who a request is from.
            secure: the app is served over https.
        """
        self._authenticator = authenticator
        self._threads = threads
        self._admit = admit
        self._secure = secure

    async def answer(self, incoming: IncomingRequest) -> Result:
        """Return the response, the reason to report (empty: none) and the user id."""
        request_id = incoming.request_id
        route = (incoming.request.method, incoming.path)
        if route == ("GET", WATCH_PATH):
            return Response(WATCH_SCRIPT, 200, _NO_STORE, "text/javascript"), "", ""
        if route == ("GET", SIGN_OUT_PATH):
            return page(responses.sign_out_question(), request_id), "", ""
        if route == ("GET", SIGNED_OUT_PATH):
            url = incoming.request.url
            notice = responses.signed_out(
                _own_path(url.parameter("return")), everywhere=url.parameter("here") is None
            )
            return page(notice, request_id), "", ""
        if route == ("GET", STATE_PATH):
            return await self._state(incoming)
        if route == ("POST", SIGN_OUT_PATH):
            return await self._sign_out(incoming)
        known = incoming.path in {SIGN_OUT_PATH, SIGNED_OUT_PATH, STATE_PATH, WATCH_PATH}
        status = NOT_ALLOWED if known else NOT_FOUND
        return problem(status, GateReason.NO_SUCH_PAGE, request_id), "", ""

    async def _state(self, incoming: IncomingRequest) -> Result:
        who = (await self._admit(incoming)).who
        if isinstance(who, Denial):
            response = problem(status_of(who.reason), who.reason, incoming.request_id)
            if who.reason in _ENDED:
                response.headers[_ENDED_HEADER] = "1"
            return response, who.reason, who.user_id
        state = {"signedIn": True, "role": who.role.value}
        return JSONResponse(state, headers=_NO_STORE), "", who.user_id

    async def _sign_out(self, incoming: IncomingRequest) -> Result:
        """End the session; refused unless a page of this origin asks for it."""
        if not incoming.is_same_origin:
            reason = GateReason.CROSS_ORIGIN
            return problem(FORBIDDEN, reason, incoming.request_id), reason, ""
        everywhere = await self._threads.run(self._end_session(incoming), incoming.client_address)
        target = SIGNED_OUT_PATH if everywhere else f"{SIGNED_OUT_PATH}?here=1"
        response = redirect(target, self._cookies_to_expire(incoming), status=303)
        response.headers["clear-site-data"] = _CLEAR_SITE_DATA
        return response, "", ""

    async def _end_session(self, incoming: IncomingRequest) -> bool:
        """End the session that the cookies prove; return False if Clerk did not answer."""
        clerk_session_id = await self._authenticator.session_to_end(incoming.request)
        if clerk_session_id is None:
            return True
        try:
            await self._authenticator.sign_out(clerk_session_id)
        except ApiUnavailableError:
            _log.warning("auth.revoke_failed")
            return False
        return True

    def _cookies_to_expire(self, incoming: IncomingRequest) -> list[str]:
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
        return [*lines, self._authenticator.app_session.clear()]
