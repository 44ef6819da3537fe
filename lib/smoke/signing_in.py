"""Steps about sign-in: unauthenticated requests, a member's sign-in, a revoked session."""

from __future__ import annotations

from typing import Any, Final

import httpx

from lib.auth.backend_api import ApiRefusedError
from lib.smoke.checks import Failed, NotPossible, check, wait_until
from lib.smoke.run import Run
from lib.smoke.steps import is_tls_error

READY_WITHIN: Final = 60.0
"""Seconds that an app which was just deployed gets to start."""
REVOKED_WITHIN: Final = 90.0
"""Seconds: a session token lives for 60, and a page closes at most 60 later."""

_OK, _UNAUTHENTICATED, _FORBIDDEN = 200, 401, 403


def ready(run: Run) -> str:
    """The app and its dependencies respond."""
    answer: dict[str, Any] = {}

    def has_started() -> bool:
        nonlocal answer
        answer = _readiness(run)
        return answer.get("status") == "ready"

    try:
        wait_until(has_started, READY_WITHIN, "not ready")
    except Failed:
        failed = [name for name, state in answer.get("checks", {}).items() if state != "ok"]
        check(not failed, f"The app says that these do not answer: {', '.join(failed)}.")
        raise Failed("No app answers at this address, or another one.") from None
    return "The app, Convex, the bucket and Clerk answer."


def _readiness(run: Run) -> dict[str, Any]:
    try:
        return run.outside.call("GET", "/ready", None, expect=(200, 503))
    except httpx.HTTPError as error:
        if is_tls_error(error):
            raise
        return {}


def strangers(run: Run) -> str:
    """Nobody reads without a token."""
    for token in (None, "not-a-token"):
        status = run.outside.status("/sessions", token)
        check(
            status == _UNAUTHENTICATED,
            f"The API answered an unauthenticated request with {status}, not 401.",
        )
    return "The API answers 401 without a token and with a wrong one."


def sign_in(run: Run) -> str:
    """A team member signs in, in a browser if there is one."""
    if run.clerk_session_id:
        active = run.clerk.session(run.clerk_session_id).status == "active"
        check(active, "The given Clerk session is not active.")
        run.browser.absence = "A Clerk session given with --clerk-session cannot sign in a browser."
        how = "with the given Clerk session"
    else:
        how = _sign_in_anew(run)
    status = run.outside.status("/sessions?limit=1", run.member())
    check(
        status != _FORBIDDEN,
        "Signed in, but without a role in Earshot: name a team member with --user, or see "
        "docs/clerk.md for the role in the session token.",
    )
    check(status == _OK, f"The API answers the member's session token with {status}, not 200.")
    return f"A team member is signed in {how}; the API takes the session token."


def revoke(run: Run) -> str:
    """A session revoked at Clerk ends access everywhere."""
    token = run.member()
    check(
        run.outside.status("/sessions?limit=1", token) == _OK,
        "Access ended before the session was revoked.",
    )
    run.clerk.revoke_session(run.clerk_session_id)
    run.revoked = True
    try:
        run.member()
    except ApiRefusedError:
        pass
    else:
        raise Failed("Clerk still mints tokens of the revoked session.")
    late = f"Access goes on {REVOKED_WITHIN:.0f} s after the revoke"
    took = wait_until(
        lambda: run.outside.status("/sessions?limit=1", token) == _UNAUTHENTICATED,
        REVOKED_WITHIN,
        f"{late}, at the API.",
    )
    if not run.browser.is_open:
        return f"The API refused the old token after {took:.0f} s."
    took += wait_until(
        lambda: not run.browser.is_let_in(),
        REVOKED_WITHIN - took,
        f"{late}, in the browser.",
    )
    shut = run.browser.is_shut_out(run.session_id)
    check(shut, "The dashboard still shows the session.")
    return f"API and dashboard refused the revoked session after {took:.0f} s."


def _sign_in_anew(run: Run) -> str:
    if not run.user_id:
        run.user_id = run.people.create(run.mark)
        run.made_member = True
    try:
        run.browser.start()
    except NotPossible as reason:
        run.browser.close()
        run.browser.absence = str(reason)
        if run.services.settings.instance_type == "production":
            raise Failed(
                "A production instance signs in only in a browser. Or sign in by hand and pass "
                f"--clerk-session. {reason}"
            ) from None
        run.clerk_session_id = run.people.create_session(run.user_id)
        run.made_session = True
        return "without a browser"
    run.clerk_session_id = run.browser.sign_in(run.people.ticket_url(run.user_id))
    run.made_session = True
    return "in Chromium through the sign-in page"
