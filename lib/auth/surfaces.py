"""What a path is: the explicit list of what needs no sign-in, and of what is never redirected."""

from __future__ import annotations

from enum import StrEnum

from lib.auth.roles import page_known

SIGN_OUT_PATH = "/auth/sign-out"
SIGNED_OUT_PATH = "/auth/signed-out"
STATE_PATH = "/auth/state"
WATCH_PATH = "/auth/watch.js"

# For machines with a Bearer token, like the API, but about this process alone.
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
# Streamlit's own code, and webhooks, which prove themselves by their signature.
CODE_PREFIX = "/static/"
_PUBLIC_PREFIXES = (CODE_PREFIX, "/api/v1/docs/", "/api/v1/webhooks/")
_RESOURCE_PREFIXES = (
    "/_stcore/",
    "/app/static/",
    "/component/",
    "/downloads/",
    "/media/",
    "/oauth2callback",
)


class Surface(StrEnum):
    """How the gate treats a path."""

    PUBLIC = "public"
    AUTH = "auth"
    API = "api"
    RESOURCE = "resource"
    DOCUMENT = "document"
    REFUSED = "refused"


def surface_of(path: str) -> Surface:  # noqa: PLR0911  # one return per kind
    """Return how the gate treats a decoded path. Ambiguous paths are refused outright."""
    if not path.startswith("/") or "\\" in path or "\x00" in path or "//" in path:
        return Surface.REFUSED
    if any(segment in {".", ".."} for segment in path.split("/")):
        return Surface.REFUSED
    if path in _PUBLIC_PATHS or path.startswith(_PUBLIC_PREFIXES):
        return Surface.PUBLIC
    if path.startswith("/auth/"):
        return Surface.AUTH
    if path in {METRICS_PATH, "/api"} or path.startswith("/api/"):
        return Surface.API
    # Streamlit's client first asks below a deep link: `/session/_stcore/health`.
    if path.startswith(_RESOURCE_PREFIXES) or "/_stcore/" in path:
        return Surface.RESOURCE
    return Surface.DOCUMENT


def page_of(path: str) -> str:
    """Return the page that a document path names, without a trailing slash."""
    return path.rstrip("/") or "/"


def route_label(path: str) -> str:
    """Return a name for metrics and events from a closed list, whatever the path."""
    match surface_of(path):
        case Surface.DOCUMENT:
            page = page_of(path)
            return page if page_known(page) else "/*"
        case Surface.RESOURCE | Surface.PUBLIC | Surface.API:
            if path == METRICS_PATH:
                return path
            first = path.split("/")[1]
            return (
                f"/{first}/*"
                if first in {"_stcore", "api", "component", "downloads", "media"}
                else "/*"
            )
        case Surface.AUTH:
            return path if path in {SIGN_OUT_PATH, STATE_PATH} else "/auth/*"
    return "/*"
