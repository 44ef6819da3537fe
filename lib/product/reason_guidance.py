"""What each reason of the sign-in gate means and what to do about it, by the reason's name.

The names are Clerk's and our own (`lib/auth/reasons.py`); groups are those of the runbook.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lib.product.guidance import Document, Guidance

_REFRESH: Final = "session-token-expired-refresh-"

_LOOP: Final = Document("Runbook: sign-in loop", "clerk.md")
_SET_UP: Final = Document("Set up a production instance", "clerk.md")
_PROXY: Final = Document("Behind a proxy", "clerk.md")
_KEYS: Final = Document("Change keys", "clerk.md")

_ROUND_TRIP: Final = "None: one brief redirect through Clerk."
_SLOWER: Final = "A slower redirect through Clerk."
_CALL_FAILS: Final = "The call fails."
_SYNC_CLOCK: Final = "Turn on time synchronisation."
_LOG: Final = "The request's log lines."
_SAME_INSTANCE: Final = "Are `CLERK_PUBLISHABLE_KEY` and `CLERK_SECRET_KEY` of one instance?"
_ONE_INSTANCE: Final = "Use the keys of one instance."
_CLERK_DOWN: Final = (
    "Clerk Backend API on System status; Clerk's status page; outgoing proxy, firewall and DNS."
)

GROUPS: Final[Mapping[str, Mapping[str, Guidance]]] = {
    "Normal": {
        "signed-in": Guidance("The request was allowed.", "None."),
        "session-token-and-uat-missing": Guidance(
            "No cookies of this Clerk instance: never signed in, or signed out.",
            "Page requests redirect to sign-in; data requests are refused.",
            "A sudden rise. Few sources: a scanner. All: cookies get lost.",
            "A scanner: block it in front of the app, or ignore it. Lost cookies: correct the "
            "proxy.",
            _PROXY,
        ),
        "session-token-missing": Guidance(
            "Clerk answered a handshake without a session: signed out at Clerk.",
            "The person is led to sign-in.",
            "Does the same person come back with it again and again?",
            more=_LOOP,
        ),
        "client-uat-but-no-session-token": Guidance(
            "Signed in at Clerk, but the browser has no session token for this app yet.",
            _ROUND_TRIP,
            "If one browser repeats it, the token cookie does not arrive.",
            more=_LOOP,
        ),
        "session-token-but-no-client-uat": Guidance(
            "A session token without the cookie that belongs to it.",
            _ROUND_TRIP,
            "If it repeats, an extension or a proxy drops the cookie `__client_uat`.",
            more=_LOOP,
        ),
        "session-token-iat-before-client-uat": Guidance(
            "The person signed in or out at Clerk after this token was issued.",
            _ROUND_TRIP,
            "If one browser repeats it, it holds two cookies of one name on parent domains.",
            "Clear that browser's cookies on all parent domains.",
        ),
        "dev-browser-missing": Guidance(
            "Development instance: Clerk has not identified the browser yet.",
            _ROUND_TRIP,
            "It must not occur with a production instance.",
            "In production: replace the development keys.",
            _SET_UP,
        ),
        "dev-browser-sync": Guidance(
            "Development instance: the browser comes back from the sign-in page.", _ROUND_TRIP
        ),
        "primary-domain-cross-origin-sync": Guidance(
            "The browser comes from another site of the same Clerk account.", _ROUND_TRIP
        ),
        f"{_REFRESH}non-eligible-no-refresh-cookie": Guidance(
            "The token has expired, as it does after a minute, and there is no refresh token.",
            _ROUND_TRIP,
            "Data requests with it come from tabs whose session has ended.",
        ),
        f"{_REFRESH}non-eligible-non-get": Guidance(
            "The token has expired, and only a GET can be sent to Clerk to renew it.",
            "One request is refused; the next page load renews the token.",
            "Does a script post with a browser's cookies?",
            "Let scripts use the API with Bearer tokens.",
        ),
        "signed-out-here": Guidance(
            "The session was signed out in Earshot a moment ago; its last token has not expired.",
            "None: refusing it is intended.",
        ),
    },
    "Access denied": {
        "role-missing": Guidance(
            "Signed in to Clerk but has no Earshot role. Typical of end users who find the "
            "address.",
            "A page says whom to ask.",
            "The role in Clerk (public metadata or organization), `EARSHOT_ROLE_CLAIM` and "
            "`EARSHOT_ORGANIZATION_ID`.",
            "Assign the role in Clerk; it arrives with the next token. If many people are "
            "affected, restore the role claim in the session token.",
            _SET_UP,
        ),
        "role-insufficient": Guidance(
            "The page or operation is not for this role.",
            "The request is refused with 403.",
            "Roles needed: `lib/auth/permissions.json`. One person on many pages: ask why.",
            "Assign another role in Clerk, or nothing.",
        ),
        "no-such-page": Guidance(
            "The page does not exist.",
            "The request is refused with 404.",
            "The route: an old link, or a scanner with an account.",
            "Correct the link.",
        ),
        "session-not-active": Guidance(
            "The session ended at Clerk: signed out, revoked, or the user banned or deleted.",
            "Intended: tabs close within a minute and say why.",
            "The session and the user in Clerk.",
            "The person signs in again. Banned by mistake: lift the ban in Clerk.",
        ),
        "session-pending": Guidance(
            "The person has open tasks at Clerk, such as choosing an organization.",
            "They are led to Clerk's task page.",
            "The session tasks that are on in Clerk.",
            "Ask the person to complete the task, or turn the task off in Clerk.",
        ),
        "app-session-invalid": Guidance(
            "The app-session cookie belongs to another Clerk session than the token.",
            "Data is refused until one brief redirect through Clerk.",
            "One browser: somebody changed accounts. Many: another subdomain sets `__session`.",
            "Allow no untrusted code on subdomains of the instance's domain.",
        ),
        "cross-origin": Guidance(
            "A page of another site opened a socket or posted a sign-out.",
            "None: refusing it is intended.",
            "`Origin` in the request's log lines. Is `EARSHOT_APP_URL` the address people use?",
            "Correct `EARSHOT_APP_URL` if it differs.",
        ),
        "too-many-sockets": Guidance(
            "One member has 20 tabs open in one replica; the next one is refused (429).",
            "That tab stays without data until another one is closed.",
            "Which member, and whether it is a person or a script with their cookies.",
            "A person: close tabs. A script: let it use the API with a service token.",
        ),
        "request-too-large": Guidance(
            "Path and query above 16 KB (414), or headers above 32 KB (431).",
            "The request fails.",
            "One browser: too many cookies. Many: a proxy adds headers.",
            "Clear that browser's cookies, or correct the proxy.",
        ),
    },
    "Rejected tokens": {
        "token-expired": Guidance(
            "A Bearer token has expired.",
            "Calls fail until the client has a new token.",
            "Client and route: scripts must not reuse session tokens, which live for a minute.",
            "Machines: use service tokens (`python -m lib token`). Scripts: fetch a token per "
            "call.",
        ),
        "token-invalid": Guidance(
            "Not a token of the right form and type.",
            _CALL_FAILS,
            "Top sources and routes: a new version of a client, or an attack.",
            "Correct the client, or block the source in front of the app.",
        ),
        "token-invalid-algorithm": Guidance(
            "The token is signed with another algorithm than RS256.",
            "The call fails. Clerk never issues such a token.",
            "Top sources: an attack with `none` or `HS256`.",
            "Nothing, or block the source.",
        ),
        "token-invalid-authorized-parties": Guidance(
            "The token was issued for another site (`azp`).",
            "Nobody gets in from that address.",
            "`CLERK_AUTHORIZED_PARTIES` and `EARSHOT_APP_URL` against the address in the browser.",
            "Set both to the public origin, with scheme and port, and restart.",
        ),
        "token-invalid-issuer": Guidance(
            "The token was issued by another Clerk instance (`iss`).",
            "Nobody gets in with such tokens.",
            f"{_SAME_INSTANCE} And `CLERK_FRONTEND_API_URL`?",
            _ONE_INSTANCE,
            _SET_UP,
        ),
        "token-invalid-signature": Guidance(
            "The token's signature is wrong.",
            _CALL_FAILS,
            "Few sources: an attack. All: were the keys rotated in Clerk? Is `CLERK_JWT_KEY` set?",
            "After a rotation, renew or remove `CLERK_JWT_KEY`.",
            _KEYS,
        ),
        "token-not-active-yet": Guidance(
            "A Bearer token is not valid yet.",
            _CALL_FAILS,
            "The clocks of the server and of the machine that signs service tokens.",
            _SYNC_CLOCK,
        ),
        "token-iat-in-the-future": Guidance(
            "A Bearer token was issued in the future.",
            _CALL_FAILS,
            "The clock of the server.",
            _SYNC_CLOCK,
        ),
        "token-verification-failed": Guidance(
            "A claim is missing or malformed, or the key does not fit.",
            _CALL_FAILS,
            f"{_LOG} Was `sid` or `azp` removed from the session token in Clerk?",
            "Use Clerk's session token (version 2) and add only the role claim.",
        ),
        "token-type-mismatch": Guidance(
            "A machine, template or OAuth token instead of a session token.",
            _CALL_FAILS,
            "Which client sends it?",
            "Send a session token, or a service token of Earshot.",
        ),
        "bearer-missing": Guidance(
            "The API was called without a Bearer token.",
            "The call fails with 401.",
            "Top sources: a scanner, a browser, or a client that lost its settings.",
            "Give the client its token.",
        ),
        "api-key-invalid": Guidance(
            "An API key is malformed, unknown, revoked, expired, or its secret was replaced.",
            "Its calls fail; turns and recordings wait at the sender.",
            "Is it on the page API keys, and when was it last used?",
            "Make a key, or rotate it with a time for which the former secret goes on working.",
        ),
        "service-token-expired": Guidance(
            "A machine's service token has expired.",
            "Its calls fail; turns and recordings wait at the sender.",
            "Which machine (User column), and since when?",
            "Issue a new token with `python -m lib token`; automate it.",
        ),
        "service-token-invalid": Guidance(
            "A machine's service token has the wrong key, issuer, audience or role, or lives "
            "longer than 90 days.",
            "Its calls fail.",
            "`EARSHOT_SERVICE_KEY` and `EARSHOT_SERVICE_ISSUER`: equal on app and issuer?",
            "Issue it again. After a rotation, keep the old key as the second block.",
            _KEYS,
        ),
        "jwk-kid-mismatch": Guidance(
            "The instance has no key of this id: a token of another instance, or a forged one.",
            "The call fails. If everybody is affected, the secret key is of another instance.",
            f"Top sources. {_SAME_INSTANCE}",
            _ONE_INSTANCE,
            _SET_UP,
        ),
    },
    "Clocks": {
        "session-token-nbf": Guidance(
            "The session token is not valid yet: clocks differ by more than 5 seconds.",
            "A sign-in loop.",
            "The clock of every replica (`timedatectl`).",
            _SYNC_CLOCK,
        ),
        "session-token-iat-in-the-future": Guidance(
            "The session token was issued in the future: clocks differ by more than 5 seconds.",
            "A sign-in loop.",
            "The clock of every replica (`timedatectl`).",
            _SYNC_CLOCK,
        ),
    },
    "Clerk unavailable or refusing requests": {
        "jwk-remote-failed-to-load": Guidance(
            "Clerk's signing keys cannot be loaded. Known keys are used for another 24 hours.",
            "None until a restart; then nobody gets in (503).",
            _CLERK_DOWN,
            "Restore the connection to `CLERK_API_URL`. With `CLERK_JWT_KEY` it is not needed.",
        ),
        "secret-key-invalid": Guidance(
            "Clerk refuses `CLERK_SECRET_KEY`.",
            "After a restart nobody gets in (503); sessions end after the grace period.",
            "Was the key rotated or deleted in Clerk?",
            "Set the new key and restart.",
            _KEYS,
        ),
        "session-check-unavailable": Guidance(
            "Clerk cannot be asked whether a session is active, and the grace period "
            "(`EARSHOT_OUTAGE_GRACE_SECONDS`) is over.",
            "Requests get 503 until Clerk responds.",
            _CLERK_DOWN,
            "Restore the connection. A longer grace period helps next time, but revoked "
            "sessions then also stay usable that long.",
        ),
        f"{_REFRESH}fetch-error": Guidance(
            "The token has expired, and Clerk's API did not answer the refresh.",
            _SLOWER,
            _CLERK_DOWN,
            "Restore the connection to `CLERK_API_URL`.",
        ),
        f"{_REFRESH}unexpected-bapi-error": Guidance(
            "The token has expired, and Clerk refused the refresh without a code.",
            _SLOWER,
            f"{_LOG} They have the status that Clerk sent.",
            "If it lasts, ask Clerk's support.",
        ),
        f"{_REFRESH}unexpected-sdk-error": Guidance(
            "The token has expired, and Clerk's answer to the refresh was empty.",
            _SLOWER,
            "Does a proxy change answers?",
            "Let Clerk's addresses pass unchanged.",
        ),
        f"{_REFRESH}other": Guidance(
            "The token has expired, and Clerk refused the refresh with another code.",
            _SLOWER,
            _LOG,
            "If it grows, look up the code in Clerk's documentation.",
        ),
        f"{_REFRESH}session_revoked": Guidance(
            "The token has expired, and the session was revoked.",
            "Intended: the person signs in again.",
            "Was it revoked on purpose?",
        ),
        f"{_REFRESH}invalid-session-token": Guidance(
            "The token has expired, and the one that Clerk returned does not verify.",
            f"{_SLOWER} If it repeats: a sign-in loop.",
            _SAME_INSTANCE,
            _ONE_INSTANCE,
            _SET_UP,
        ),
        f"{_REFRESH}expired-session-token-missing-sid-claim": Guidance(
            "The expired token names no session.",
            _SLOWER,
            "Was the session token changed in Clerk?",
            "Restore `sid` in the session token.",
        ),
        f"{_REFRESH}expired-session-token-decode-failed": Guidance(
            "The expired session cookie cannot be read.",
            _SLOWER,
            "Many sources: a proxy cuts long cookies. One: an attack.",
            "Let the proxy pass 16 KB of headers.",
            _PROXY,
        ),
    },
    "Defects": {
        "unexpected-error": Guidance(
            "An error in Earshot; the gate refused the request.",
            "The request gets 503. If many are affected, nobody gets in.",
            f"{_LOG} `auth.unexpected_error` has the traceback.",
            "Report the traceback. After an upgrade, go back to the previous version.",
        ),
    },
}

REASONS: Final[Mapping[str, Guidance]] = {
    name: guidance for group in GROUPS.values() for name, guidance in group.items()
}
