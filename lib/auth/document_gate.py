"""What a document request gets: the page, a redirect, or a page that says why not."""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.responses import Response

from lib.auth import responses
from lib.auth.app_session import AppSessionCookie
from lib.auth.authenticator import Admission
from lib.auth.clerk_redirects import RedirectState, sign_in_location
from lib.auth.cookies import SESSION, expired_cookie
from lib.auth.decisions import Decision
from lib.auth.instance import Instance
from lib.auth.members import Denial, Member
from lib.auth.path_kinds import page_of
from lib.auth.reasons import CHECK_FAILED, GateReason
from lib.auth.requests import IncomingRequest
from lib.auth.responses import page, redirect
from lib.auth.roles import page_allowed, page_known, page_roles


@dataclass(frozen=True, slots=True)
class AppPage:
    """The app answers the request: for whom, and `Set-Cookie` lines to add."""

    member: Member
    set_cookies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DocumentResult:
    """What a document request gets, and what to report of it.

    Attributes:
        answer: the app's page, or a response of the gate.
        reason: from `lib.auth.reasons`, empty if there is nothing to say.
        user_id: Clerk user id, empty if unknown.
    """

    answer: AppPage | Response
    reason: str
    user_id: str = ""


class DocumentGate:
    """Answers document requests."""

    def __init__(self, instance: Instance, app_session: AppSessionCookie, *, secure: bool) -> None:
        """Take the instance and the cookie to issue.

        Args:
            instance: the Clerk instance.
            app_session: issued to every browser that gets a page of the app.
            secure: the app is served over https.
        """
        self._instance = instance
        self._app_session = app_session
        self._secure = secure

    def check(self, incoming: IncomingRequest) -> tuple[RedirectState, IncomingRequest]:
        """Return the state of the browser's redirects, and the request to decide about."""
        state = RedirectState(incoming.request, secure=self._secure)
        return state, replace(incoming, request=state.checked(incoming.request))

    def result(
        self, incoming: IncomingRequest, state: RedirectState, admission: Admission, now: float
    ) -> DocumentResult:
        """Return what a document request gets.

        Args:
            incoming: the request that was decided about.
            state: of the browser's redirects.
            admission: who the request is from.
            now: Unix seconds.
        """
        who, decision = admission.who, admission.decision
        if isinstance(who, Denial):
            answer = self._refuse(incoming, state, admission, who.reason)
            return DocumentResult(answer, who.reason, who.user_id)
        cookies = (
            *decision.set_cookies,
            *state.reset_count(),
            self._app_session.issue(who.clerk_session_id, who.user_id, now),
        )
        if decision.location or state.returned:
            location = decision.location or str(incoming.request.url)
            return DocumentResult(redirect(location, cookies), "", who.user_id)
        return self._page_for(incoming, who, cookies)

    def _page_for(
        self, incoming: IncomingRequest, member: Member, cookies: tuple[str, ...]
    ) -> DocumentResult:
        path = page_of(incoming.path)
        if page_allowed(member.role, path):
            return DocumentResult(AppPage(member, cookies), "", member.user_id)
        if page_known(path):
            reason = GateReason.ROLE_INSUFFICIENT
            notice = responses.wrong_role([role.value for role in page_roles(path)], reason)
        else:
            reason = GateReason.NO_SUCH_PAGE
            notice = responses.no_such_page(reason)
        answer = page(notice, incoming.request_id, cookies)
        return DocumentResult(answer, reason, member.user_id)

    def _refuse(
        self, incoming: IncomingRequest, state: RedirectState, admission: Admission, reason: str
    ) -> Response:
        decision, request_id = admission.decision, incoming.request_id
        if decision.location is not None:
            cookies = (*decision.set_cookies, state.state_cookie())
            return redirect(decision.location, cookies, auth_status=decision.status, reason=reason)
        if reason == GateReason.ROLE_MISSING:
            return page(responses.no_role(reason), request_id, decision.set_cookies)
        if reason in CHECK_FAILED:
            # The sign-in page would only send the browser back.
            return page(responses.unavailable(reason), request_id)
        if state.cookies_blocked:
            return page(responses.cookies_blocked(reason), request_id)
        if decision.looped or state.too_many_sign_ins:
            return page(responses.sign_in_loop(reason), request_id)
        return self._sign_in(incoming, state, decision, reason)

    def _sign_in(
        self, incoming: IncomingRequest, state: RedirectState, decision: Decision, reason: str
    ) -> Response:
        """Send the browser to the sign-in page, without a session token that was refused."""
        request = incoming.request
        names = self._instance.cookie_names
        location = sign_in_location(
            request,
            self._instance,
            names.choose(request.cookies, 0).dev_browser,
            tasks=reason == GateReason.SESSION_PENDING,
        )
        cookies = [*decision.set_cookies, state.state_cookie(), state.count_cookie()]
        if not decision.set_cookies:
            refused = {SESSION, names.suffixed(SESSION)} & request.cookies.keys()
            cookies += [expired_cookie(name, secure=self._secure) for name in sorted(refused)]
        return redirect(location, cookies, reason=reason)
