"""The pages that people see when the gate does not let them through: calm, self-contained."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_STYLE = """
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5a6675;--paper:#f6f7f9;--card:#fff;
--line:#dfe3e8;--act:#1f5fbf;--on-act:#fff}
@media (prefers-color-scheme:dark){:root{--ink:#e8ecf1;--soft:#9aa6b4;--paper:#11161d;
--card:#1a212b;--line:#2c3642;--act:#7db0ff;--on-act:#0d1420}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;
background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
main{max-width:30rem;width:100%;background:var(--card);border:1px solid var(--line);
border-radius:14px;padding:2rem}
h1{font-size:1.35rem;line-height:1.25;margin:0 0 .75rem}
p{margin:0 0 1rem}
.soft{color:var(--soft);font-size:.85rem;margin:1.5rem 0 0;overflow-wrap:anywhere}
.act{display:inline-block;border:0;border-radius:9px;padding:.6rem 1.1rem;margin-right:.5rem;
background:var(--act);color:var(--on-act);font:inherit;font-weight:600;text-decoration:none;
cursor:pointer}
.act:focus-visible{outline:3px solid var(--act);outline-offset:3px}
form{display:inline}
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

# For these pages alone; the dashboard's own policy is in `lib.auth.headers`.
PAGE_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do next: a link, or a button that posts to a path of ours."""

    label: str
    target: str
    posts: bool = False


RELOAD = Action("Try again", "")
SIGN_OUT = Action("Sign out", "/auth/sign-out", posts=True)


@dataclass(frozen=True, slots=True)
class Notice:
    """A page: what happened, in words, and what to do."""

    status: int
    title: str
    text: str
    actions: Sequence[Action] = ()
    reason: str = ""

    def html(self, request_id: str) -> bytes:
        """Return the page."""
        actions = "".join(_action(action) for action in self.actions)
        reason = f" &middot; Reason <code>{escape(self.reason)}</code>" if self.reason else ""
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width,initial-scale=1">'
            f'<meta name="robots" content="noindex"><title>{escape(self.title)} - Earshot</title>'
            f"<style>{_STYLE}</style></head><body><main><h1>{escape(self.title)}</h1>"
            f"<p>{escape(self.text)}</p>{actions}"
            f'<p class="soft">Request <code>{escape(request_id)}</code>{reason}</p>'
            f"</main></body></html>"
        ).encode()


def no_role(reason: str) -> Notice:
    """Return the page for somebody who is signed in but belongs to no team role."""
    return Notice(
        403,
        "This account has no access",
        "You are signed in, but your account has no role in Earshot. Ask the person who runs "
        "Earshot for your team to give you one, then try again.",
        (RELOAD, SIGN_OUT),
        reason,
    )


def wrong_role(roles: Sequence[str], reason: str) -> Notice:
    """Return the page for a member whose role does not open the page they asked for."""
    return Notice(
        403,
        "This page is not for your role",
        f"It is open to: {', '.join(dict.fromkeys([*roles, 'admin']))}. If you need it, ask the "
        "person who runs Earshot for your team.",
        (Action("Go to the overview", "/"), SIGN_OUT),
        reason,
    )


def no_such_page(reason: str) -> Notice:
    """Return the page for an address that is not in the dashboard."""
    return Notice(
        404,
        "There is no page here",
        "The link may be old or incomplete.",
        (Action("Go to the overview", "/"),),
        reason,
    )


def unavailable(reason: str) -> Notice:
    """Return the page for a time when nobody's sign-in can be checked."""
    return Notice(
        503,
        "Sign-in cannot be checked right now",
        "The sign-in service does not answer as it should, so nothing is shown. This usually "
        "passes within minutes.",
        (RELOAD,),
        reason,
    )


def sign_in_loop(reason: str) -> Notice:
    """Return the page that ends a loop between the app and the sign-in page."""
    return Notice(
        401,
        "Signing in goes round in circles",
        "Your browser was sent to sign in several times and came back without a usable session. "
        "Try again in a minute; if it stays, show this page to the person who runs Earshot.",
        (RELOAD, SIGN_OUT),
        reason,
    )


def cookies_blocked(reason: str) -> Notice:
    """Return the page for a browser that keeps no cookies."""
    return Notice(
        401,
        "Your browser keeps no cookies for this site",
        "Earshot needs cookies to know who you are. Allow them for this address and try again.",
        (Action("Try again", "/"),),
        reason,
    )


def sign_out_question() -> Notice:
    """Return the page that asks before signing out."""
    return Notice(
        200,
        "Sign out of Earshot?",
        "Open tabs of this account will close their connection.",
        (SIGN_OUT, Action("Stay", "/")),
    )


def signed_out(*, everywhere: bool) -> Notice:
    """Return the page after signing out."""
    text = (
        "Your session has ended."
        if everywhere
        else "Earshot has forgotten your session, but the sign-in service did not answer. Close "
        "the browser if others use it too."
    )
    return Notice(200, "You are signed out", text, (Action("Sign in again", "/"),))


def _action(action: Action) -> str:
    label, target = escape(action.label), escape(action.target, quote=True)
    if action.posts:
        return f'<form method="post" action="{target}"><button class="act">{label}</button></form>'
    return f'<a class="act" href="{target}">{label}</a>'
