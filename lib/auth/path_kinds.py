"""What kind of path a request asks for: the list of what is public, and of what is no document."""

from __future__ import annotations

from enum import StrEnum

from lib.auth.roles import page_known

SIGN_OUT_PATH = "/auth/sign-out"
SIGNED_OUT_PATH = "/auth/signed-out"
STATE_PATH = "/auth/state"
WATCH_PATH = "/auth/watch.js"

# For machines with a Bearer token, like the API; its answer is about this process only.
METRICS_PATH = "/metrics"

_PUBLIC_PATHS = frozenset(
    {
        "/_stcore/health",
        "/api/v1/docs",
        "/api/v1/live",
        "/api/v1/openapi.json",
        "/api/v1/ready",
        "/favicon.png",
    }
)
# Streamlit's own code, and webhooks, which are verified by their signature.
CODE_PREFIX = "/static/"
_PUBLIC_PREFIXES = (CODE_PREFIX, "/api/v1/docs/", "/api/v1/webhooks/")
SOCKET_PATH = "/_stcore/stream"
# What pages need of Streamlit's routes; media are the files of its download buttons.
_RESOURCE_PATHS = frozenset({SOCKET_PATH, "/_stcore/host-config"})
_RESOURCE_PREFIXES = ("/downloads/", "/media/")
# Everything else there is refused: uploads and statistics fill memory, the agent's routes go past
# the socket, and what a later version brings is nobody's until it is listed above
# (`tests/auth/test_every_route.py` compares with the installed version).
_CLOSED_PREFIXES = ("/_stcore/", "/app/static/", "/component/", "/oauth2callback")


class PathKind(StrEnum):
    """How the gate treats a path.

    Only documents may be redirected. `PUBLIC` needs no sign-in, `AUTH` is answered by the gate,
    `API` takes a Bearer token only, `RESOURCE` is all other data, `REFUSED` is ambiguous or closed.
    """

    PUBLIC = "public"
    AUTH = "auth"
    API = "api"
    RESOURCE = "resource"
    DOCUMENT = "document"
    REFUSED = "refused"


def kind_of(path: str) -> PathKind:  # noqa: PLR0911  # one return per kind
    """Return the kind of a decoded path."""
    if not path.startswith("/") or "\\" in path or "\x00" in path or "//" in path:
        return PathKind.REFUSED
    if any(segment in {".", ".."} for segment in path.split("/")):
        return PathKind.REFUSED
    if path in _PUBLIC_PATHS or path.startswith(_PUBLIC_PREFIXES):
        return PathKind.PUBLIC
    if path.startswith("/auth/"):
        return PathKind.AUTH
    if path in {METRICS_PATH, "/api"} or path.startswith("/api/"):
        return PathKind.API
    if path in _RESOURCE_PATHS or path.startswith(_RESOURCE_PREFIXES):
        return PathKind.RESOURCE
    # Streamlit's client first asks below a deep link, `/session/_stcore/health`, and goes on from
    # "not found" to the root.
    if path.startswith(_CLOSED_PREFIXES) or "/_stcore/" in path:
        return PathKind.REFUSED
    return PathKind.DOCUMENT


def page_of(path: str) -> str:
    """Return the page that a document path names, without a trailing slash."""
    return path.rstrip("/") or "/"


def route_label(path: str) -> str:
    """Return the name that metrics and events give a path, from a closed list."""
    match kind_of(path):
        case PathKind.DOCUMENT:
            page = page_of(path)
            return page if page_known(page) else "/*"
        case PathKind.RESOURCE | PathKind.PUBLIC | PathKind.API:
            if path == METRICS_PATH:
                return path
            first = path.split("/")[1]
            return f"/{first}/*" if first in {"_stcore", "api", "downloads", "media"} else "/*"
        case PathKind.AUTH:
            return path if path in {SIGN_OUT_PATH, STATE_PATH} else "/auth/*"
    return "/*"
