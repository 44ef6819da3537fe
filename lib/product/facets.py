"""Facets of a session: what lists filter by, each over an index of its own in Convex."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

FACETS: Final[Mapping[str, str]] = {
    "agent_id": "Agent",
    "agent_version": "Agent version",
    "environment": "Environment",
    "direction": "Direction",
    "language": "Language",
    "end_reason": "End reason",
}
"""What each is called on pages, by its name in the records."""
