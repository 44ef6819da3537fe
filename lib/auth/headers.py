"""Security headers, and the dashboard's content policy computed from the HTML that is served."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from lib.auth.surfaces import WATCH_PATH
from lib.auth.urls import origin_of
from lib.config.settings import Settings

_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
_HEAD_END = b"</head>"
_WATCH_TAG = f'<script src="{WATCH_PATH}" defer></script>'.encode()

# Reloads the page when the session behind it is over, so that the document can say why. Streamlit
# itself would retry its socket over an empty page.
WATCH_SCRIPT = b"""\
(() => {
  const CHECK_MS = 20000, RELOAD_MS = 10000, MARK = "earshot-reload";
  let busy = false;
  const check = async () => {
    if (busy || document.visibilityState !== "visible") return;
    busy = true;
    try {
      const answer = await fetch("/auth/state", { cache: "no-store" });
      const last = Number(sessionStorage.getItem(MARK) || 0);
      if ([401, 403].includes(answer.status) && Date.now() - last > RELOAD_MS) {
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
})();
"""

ALWAYS: tuple[tuple[str, str], ...] = (
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=()",
    ),
)
HTTPS_ONLY = ("strict-transport-security", "max-age=31536000; includeSubDomains")
# For responses that say nothing themselves: data, code and recordings are no documents, and what
# somebody may see is not for any cache.
UNLESS_SAID: tuple[tuple[str, str], ...] = (
    (
        "content-security-policy",
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("cache-control", "no-store"),
)


def bucket_origins(settings: Settings) -> tuple[str, ...]:
    """Return the origins that signed URLs of the bucket can have: path style and host style."""
    base = settings.s3_endpoint_url or f"https://s3.{settings.s3_region}.amazonaws.com"
    parts = urlsplit(base)
    origin = origin_of(base)
    if origin is None:
        raise ValueError("S3_ENDPOINT_URL must be an http(s) URL")
    try:
        ip_address(parts.hostname or "")
    except ValueError:
        return origin, f"{parts.scheme}://{settings.s3_bucket}.{parts.netloc}"
    return (origin,)


@lru_cache(maxsize=8)
def watched_document(html: bytes) -> bytes:
    """Return the dashboard's HTML with the script that notices the end of the session."""
    return html.replace(_HEAD_END, _WATCH_TAG + _HEAD_END, 1)


@lru_cache(maxsize=8)
def document_policy(html: bytes, media_origins: Sequence[str]) -> str:
    """Return the content security policy for the dashboard's HTML.

    Args:
        html: as served; its inline scripts are allowed by their hashes, nothing else inline is.
        media_origins: where recordings and waveforms come from.
    """
    scripts = " ".join(f"'sha256-{_digest(body)}'" for body in _INLINE_SCRIPT.findall(html))
    media = " ".join(media_origins)
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' blob: {scripts}".rstrip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"media-src 'self' blob: {media}".rstrip(),
            f"connect-src 'self' {media}".rstrip(),
            "worker-src 'self' blob:",
            "frame-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


def _digest(script: bytes) -> str:
    return base64.b64encode(hashlib.sha256(script).digest()).decode()
