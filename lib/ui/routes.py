"""The pages of the dashboard: path, script, name, place in the menu."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

PAGES: Final = Path(__file__).resolve().parents[2] / "pages"


@dataclass(frozen=True, slots=True)
class Route:
    """One page.

    Attributes:
        path: as in the address and in `permissions.json`.
        script: absolute; a relative one would be looked for beside the dashboard script.
        title: in the menu and in the browser's tab.
        icon: a Material symbol.
        section: heading in the menu; empty for pages that are only linked to.
    """

    path: str
    script: Path
    title: str
    icon: str
    section: str


ROUTES: Final = (
    Route("/", PAGES / "overview.py", "Overview", ":material/space_dashboard:", "Listen"),
    Route("/users", PAGES / "users.py", "Users", ":material/group:", "Listen"),
    Route("/user", PAGES / "user.py", "User", ":material/person:", ""),
    Route("/sessions", PAGES / "sessions.py", "Sessions", ":material/graphic_eq:", "Listen"),
    Route("/session", PAGES / "session.py", "Session", ":material/headphones:", ""),
    Route("/review", PAGES / "review.py", "Review", ":material/rate_review:", "Listen"),
    Route("/alerts", PAGES / "alerts.py", "Alerts", ":material/notifications:", "Operate"),
    Route("/storage", PAGES / "storage.py", "Storage health", ":material/database:", "Operate"),
    Route("/latency", PAGES / "latency.py", "Product latency", ":material/speed:", "Operate"),
    Route("/auth-errors", PAGES / "auth_errors.py", "Auth errors", ":material/key:", "Operate"),
    Route("/status", PAGES / "status.py", "System status", ":material/monitor_heart:", "Operate"),
    Route("/audit", PAGES / "audit.py", "Audit", ":material/history:", "Operate"),
)

BY_PATH: Final = {route.path: route for route in ROUTES}
