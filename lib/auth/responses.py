"""What the gate itself answers: pages for people, problem details for programs, redirects.

The pages are self-contained: they load nothing, and their style is allowed by its hash.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from starlette.responses import Response

from lib.auth.reasons import CHECK_FAILED, GateReason
from lib.product.logo import LOGO

UNAUTHORIZED, FORBIDDEN, NOT_FOUND, NOT_ALLOWED = 401, 403, 404, 405
TOO_MANY, SERVER_ERROR, UNAVAILABLE = 429, 500, 503

_TITLES = {
    UNAUTHORIZED: "Not signed in",
    FORBIDDEN: "Not allowed",
    NOT_FOUND: "Not found",
    NOT_ALLOWED: "Method not allowed",
    TOO_MANY: "Too many at once",
    SERVER_ERROR: "Internal error",
}
_STATUSES: Mapping[str, int] = {
    GateReason.CROSS_ORIGIN: FORBIDDEN,
    GateReason.NO_SUCH_PAGE: NOT_FOUND,
    GateReason.ROLE_INSUFFICIENT: FORBIDDEN,
    GateReason.ROLE_MISSING: FORBIDDEN,
    GateReason.TOO_MANY_SOCKETS: TOO_MANY,
}
_NO_STORE = {"cache-control": "no-store"}

# The colours of the dashboard's themes (.streamlit/config.toml; a test compares).
_STYLE = """
:root{color-scheme:light dark;--ink:#22302d;--paper:#fbfaf7;--card:#efede6;--line:#d9d5ca;
--act:#1f6f63;--on-act:#fbfaf7}
@media (prefers-color-scheme:dark){:root{--ink:#e3e9e4;--paper:#111a1a;--card:#1c2827;
--line:#31403e;--act:#63bfae;--on-act:#111a1a}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;
background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
main{max-width:30rem;width:100%}
.logo svg{display:block;height:2rem;margin:0 0 1.25rem}
section{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:2rem}
h1{font-size:1.35rem;line-height:1.25;margin:0 0 .75rem}
p{margin:0 0 1rem}
.soft{opacity:.8;font-size:.85rem;margin:1.5rem 0 0;overflow-wrap:anywhere}
.act{display:inline-block;border:1px solid var(--act);border-radius:.6rem;padding:.5rem 1.1rem;
margin:0 .5rem .5rem 0;background:none;color:var(--act);font:inherit;font-weight:600;
text-decoration:none;cursor:pointer}
.act.first{background:var(--act);color:var(--on-act)}
.act:focus-visible{outline:3px solid var(--act);outline-offset:3px}
form{display:inline}
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

# For these pages only; the dashboard's policy is in `lib.auth.response_headers`.
PAGE_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Action:
    """What a reader can do next: a link, or a button that posts to a path of the gate."""

    label: str
    target: str
    posts: bool = False


RELOAD = Action("Try again", "")
SIGN_OUT = Action("Sign out", "/auth/sign-out", posts=True)


@dataclass(frozen=True, slots=True)
class Notice:
    """A page that says what happened and what to do."""

    status: int
    title: str
    text: str
    actions: Sequence[Action] = ()
    reason: str = ""

    def html(self, request_id: str) -> str:
        """Return the page's HTML."""
        actions = "".join(
            _action(action, "act" if index else "act first")
            for index, action in enumerate(self.actions)
        )
        reason = f" &middot; Reason <code>{escape(self.reason)}</code>" if self.reason else ""
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width,initial-scale=1">'
            f'<meta name="robots" content="noindex"><title>{escape(self.title)} - Earshot</title>'
            f"<style>{_STYLE}</style></head><body><main>"
            f'<a class="logo" href="/" aria-label="Earshot">{LOGO}</a>'
            f"<section><h1>{escape(self.title)}</h1>"
            f"<p>{escape(self.text)}</p>{actions}"
            f'<p class="soft">Request <code>{escape(request_id)}</code>{reason}</p>'
            f"</section></main></body></html>"
        )


def page(notice: Notice, request_id: str, cookies: Iterable[str] = ()) -> Response:
    """Return a page of the gate, with `Set-Cookie` lines."""
    headers = {"content-security-policy": PAGE_POLICY, **_NO_STORE}
    if notice.reason:
        headers |= _auth_headers("signed-out", notice.reason)
    html = notice.html(request_id)
    return with_cookies(Response(html, notice.status, headers, "text/html"), cookies)


def redirect(
    location: str,
    cookies: Iterable[str] = (),
    *,
    status: int = 307,
    auth_status: str = "signed-out",
    reason: str = "",
) -> Response:
    """Return a redirect that is not cached (Chrome caches a bare 307 and loops).

    Args:
        location: absolute URL, or a path of the app.
        cookies: `Set-Cookie` lines to send.
        status: 307 keeps the method, 303 makes it GET.
        auth_status: one of Clerk's statuses, for debugging.
        reason: from `lib.auth.reasons`, for debugging.
    """
    headers = {"location": location, **_NO_STORE}
    if reason:
        headers |= _auth_headers(auth_status, reason)
    return with_cookies(Response(status_code=status, headers=headers), cookies)


def problem(status: int, reason: str, request_id: str) -> Response:
    """Return problem details (RFC 9457), the answer to anything that is not a document."""
    body = {
        "type": f"urn:earshot:auth:{reason}",
        "title": _TITLES.get(status, "Sign-in cannot be checked"),
        "status": status,
        "detail": reason,
        "requestId": request_id,
    }
    headers = {**_auth_headers("signed-out", reason), **_NO_STORE}
    if status == UNAUTHORIZED:
        headers["www-authenticate"] = "Bearer"
    return Response(json.dumps(body), status, headers, "application/problem+json")


def status_of(reason: str) -> int:
    """Return the HTTP status for a reason to refuse anything that is not a document."""
    if reason in CHECK_FAILED:
        return UNAVAILABLE
    return _STATUSES.get(reason, UNAUTHORIZED)


def with_cookies(response: Response, lines: Iterable[str]) -> Response:
    """Add `Set-Cookie` lines to a response, each a header of its own."""
    for line in lines:
        response.headers.append("set-cookie", line)
    return response


def no_role(reason: str) -> Notice:
    """Return the page for somebody who is signed in but has no role in the team."""
    return Notice(
        403,
        "This account has no access",
        "You are signed in, but your account has no role in Earshot. Ask the person who runs "
        "Earshot for your team to give you a role, then try again.",
        (RELOAD, SIGN_OUT),
        reason,
    )


def wrong_role(roles: Sequence[str], reason: str) -> Notice:
    """Return the page for a member whose role may not open the page they asked for."""
    return Notice(
        403,
        "You don't have access to this page",
        f"Required role: {' or '.join(dict.fromkeys([*roles, 'admin']))}. Ask the person who runs "
        "Earshot for your team.",
        (Action("Go to the overview", "/"), SIGN_OUT),
        reason,
    )


def no_such_page(reason: str) -> Notice:
    """Return the page for an address that is not in the dashboard."""
    return Notice(
        404,
        "Page not found",
        "The link may be old or incomplete.",
        (Action("Go to the overview", "/"),),
        reason,
    )


def unavailable(reason: str) -> Notice:
    """Return the page for a time when nobody's sign-in can be checked."""
    return Notice(
        503,
        "Sign-in cannot be checked right now",
        "The sign-in service is not answering, so nothing can be shown. This usually passes within "
        "minutes.",
        (RELOAD,),
        reason,
    )


def sign_in_loop(reason: str) -> Notice:
    """Return the page that ends a loop between the app and the sign-in page."""
    return Notice(
        401,
        "Sign-in is stuck in a loop",
        "Your browser went to the sign-in page several times and came back without a valid "
        "session. Try again in a minute. If it happens again, show this page to the person who "
        "runs Earshot.",
        (RELOAD, SIGN_OUT),
        reason,
    )


def cookies_blocked(reason: str) -> Notice:
    """Return the page for a browser that blocks cookies."""
    return Notice(
        401,
        "Your browser blocks cookies for this site",
        "Earshot needs cookies to keep you signed in. Allow cookies for this site, then try again.",
        (Action("Try again", "/"),),
        reason,
    )


def sign_out_question() -> Notice:
    """Return the page that asks before signing out."""
    return Notice(
        200,
        "Sign out of Earshot?",
        "Open Earshot tabs of this sign-in will be disconnected.",
        (SIGN_OUT, Action("Cancel", "/")),
    )


def signed_out(return_to: str, *, everywhere: bool) -> Notice:
    """Return the page after signing out.

    Args:
        return_to: path of the app to open after the next sign-in.
        everywhere: the sign-in service knows of it too.
    """
    text = (
        "Your session has ended."
        if everywhere
        else "You are signed out of Earshot, but the sign-in service did not answer and may still "
        "know you. If others use this browser too, close it."
    )
    return Notice(200, "You are signed out", text, (Action("Sign in again", return_to),))


def _action(action: Action, look: str) -> str:
    label, target = escape(action.label), escape(action.target, quote=True)
    if action.posts:
        return (
            f'<form method="post" action="{target}"><button class="{look}">{label}</button></form>'
        )
    return f'<a class="{look}" href="{target}">{label}</a>'


def _auth_headers(status: str, reason: str) -> dict[str, str]:
    return {"x-clerk-auth-status": status, "x-clerk-auth-reason": reason}
