"""Paths beside pages and the API, for those who answer there and those who link to them."""

from __future__ import annotations

from typing import Final

DOWNLOAD: Final = "/downloads/{id}"
"""A finished export, for the member who asked for it."""
TRANSCRIPT: Final = "/session/transcript"
RECORDINGS: Final = "/session/recordings"


def download(export_id: str) -> str:
    """Return the path at which an export can be downloaded, once."""
    return DOWNLOAD.replace("{id}", export_id)
