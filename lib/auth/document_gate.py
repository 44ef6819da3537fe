"""Document requests: let through, sent to Clerk, or told calmly why not."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lib.auth import documents
from lib.auth.answers import Answer, page, redirect
from lib.auth.app_session import AppSessionCookie
from lib.auth.authenticator import Admission
from lib.auth.cookies import SESSION
from lib.auth.incoming import Incoming
from lib.auth.instance import Instance
from lib.auth.members import Denial, Member
from lib.auth.reasons import AuthReason, GateReason, TokenReason
from lib.auth.roles import page_allowed, page_known, page_roles
from lib.auth.round_trip import RoundTrip, sign_in_location
from lib.auth.surfaces import page_of

# Nobody's sign-in can be checked: sending people to the sign-in page would only make them loop.
_UNAVAILABLE = frozenset(
    {
        AuthReason.UNEXPECTED_ERROR,
        GateReason.SESSION_CHECK_UNAVAILABLE,
        TokenReason.JWK_REMOTE_FAILED_TO_LOAD,
        TokenReason.SECRET_KEY_INVALID,
    }
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A document request that goes through to the app: for whom, with which cookies to set."""

    member: Member
    set_cookies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do with a document request, and the reason to report."""

    result: Passage | Answer
    reason: str
    user_id: str = ""


class DocumentGate:
    """Turns admissions of document requests into verdicts."""

    def __init__(self, instance: Instance, app_session: AppSessionCookie, *, secure: bool) -> None:
        """Take the instance and the cookie to issue.

        Args:
            instance: the Clerk instance.
            app_session: issued to every browser that is let through.
            secure: the app is served over https.
        """
        self._instance = instance
        self._app_session = app_session
        self._secure = secure

    def trip(self, incoming: Incoming) -> tuple[RoundTrip, Incoming]:
        """Return the browser's round trip and the request as it may be judged."""
        trip = RoundTrip(incoming.request, secure=self._secure)
        return trip, replace(incoming, request=trip.admitted(incoming.request))

    def verdict(
        self, incoming: Incoming, trip: RoundTrip, admission: Admission, now: float
    ) -> Verdict:
        """Return what to do with a document request.

        Args:
            incoming: the request as it was judged.
            trip: its round trip.
            admission: who it is from.
            now: Unix seconds.
        """
        who, decision = admission.who, admission.decision
        if isinstance(who, Denial):
            answer = self._refused(incoming, trip, admission, who)
            return Verdict(answer, who.reason, who.user_id)
        cookies = (
            *decision.set_cookies,
            *trip.arrived(),
            self._app_session.issue(who.clerk_session_id, who.user_id, now),
        )
        if decision.location or trip.came_back:
            location = decision.location or str(incoming.request.url)
            return Verdict(redirect(location).with_cookies(cookies), "", who.user_id)
        return self._page_verdict(incoming, who, cookies)

    def _page_verdict(
        self, incoming: Incoming, member: Member, cookies: tuple[str, ...]
    ) -> Verdict:
        path = page_of(incoming.path)
        if page_allowed(member.role, path):
            return Verdict(Passage(member, cookies), "", member.user_id)
        if page_known(path):
            reason = GateReason.ROLE_INSUFFICIENT
            notice = documents.wrong_role([role.value for role in page_roles(path)], reason)
        else:
            reason = GateReason.NO_SUCH_PAGE
            notice = documents.no_such_page(reason)
        answer = page(notice, incoming.request_id).with_cookies(cookies)
        return Verdict(answer, reason, member.user_id)

    def _refused(
        self, incoming: Incoming, trip: RoundTrip, admission: Admission, denial: Denial
    ) -> Answer:
        decision, reason = admission.decision, denial.reason
        if decision.location is not None:
            answer = redirect(decision.location, auth_status=decision.status, reason=reason)
            return answer.with_cookies((*decision.set_cookies, trip.leaving()))
        if reason == GateReason.ROLE_MISSING:
            answer = page(documents.no_role(reason), incoming.request_id)
            return answer.with_cookies(decision.set_cookies)
        if reason in _UNAVAILABLE:
            return page(documents.unavailable(reason), incoming.request_id)
        if trip.cookies_blocked:
            return page(documents.cookies_blocked(reason), incoming.request_id)
        if decision.looped or trip.signs_in_again_and_again:
            return page(documents.sign_in_loop(reason), incoming.request_id)
        return self._sign_in(incoming, trip, admission, reason)

    def _sign_in(
        self, incoming: Incoming, trip: RoundTrip, admission: Admission, reason: str
    ) -> Answer:
        """Send the browser to the sign-in page; a token that was refused does not come back."""
        request = incoming.request
        names = self._instance.cookie_names
        location = sign_in_location(
            request,
            self._instance,
            names.choose(request.cookies, 0).dev_browser,
            tasks=reason == GateReason.SESSION_PENDING,
        )
        lines = [*admission.decision.set_cookies, trip.leaving(), trip.counted()]
        if not admission.decision.set_cookies:
            stale = {SESSION, names.suffixed(SESSION)} & request.cookies.keys()
            lines += [expired_cookie(name, secure=self._secure) for name in sorted(stale)]
        return redirect(location, reason=reason).with_cookies(lines)


def expired_cookie(name: str, *, secure: bool) -> str:
    """Return the `Set-Cookie` line that deletes a host-only cookie of Clerk's."""
    return f"{name}=; Path=/; Max-Age=0; SameSite=Lax{'; Secure' if secure else ''}"
