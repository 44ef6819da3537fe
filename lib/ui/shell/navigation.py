"""The pages of the dashboard, opening one from Python, and the order of the last list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

import streamlit as st

PAGES: Final = Path(__file__).resolve().parents[3] / "pages"


@dataclass(frozen=True, slots=True)
class Route:
    """One page.

    Attributes:
        path: as in the address and in `permissions.json`.
        script: absolute path; a relative one would be relative to the dashboard script.
        title: in the menu and in the browser's tab.
        icon: a Material symbol.
        section: heading in the menu; empty for pages that are not in the menu.
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
    Route("/api-keys", PAGES / "api_keys.py", "API keys", ":material/vpn_key:", "Operate"),
    Route("/audit", PAGES / "audit.py", "Audit", ":material/history:", "Operate"),
)

BY_PATH: Final = {route.path: route for route in ROUTES}

_NEIGHBOURS = "earshot.neighbours"
_LIST = "earshot.list"


def go(path: str, params: Mapping[str, str]) -> NoReturn:
    """Open a page; ends the run.

    Args:
        path: of the page.
        params: query parameters: ids and filters, nothing of anybody's words.

    Raises:
        KeyError: there is no such page.
    """
    st.switch_page(BY_PATH[path].script, query_params=dict(params))


def name_tab(name: str) -> None:
    """Name the browser's tab after the record that the page shows."""
    st.set_page_config(page_title=f"{name} · Earshot")


def refused_values(asked: Mapping[str, str]) -> dict[str, str]:
    """Return the values in the address that no field of the page takes.

    Streamlit removes such a value from the address and draws the field as if nothing was asked.

    Args:
        asked: the address' query parameters before the page was drawn.
    """
    gone = {name: value for name, value in asked.items() if name not in st.query_params}
    return {
        name: value
        for name, value in gone.items()
        if name in st.session_state and str(st.session_state[name]) != value
    }


def remember_list(path: str, ids: list[str]) -> None:
    """Remember the list on the screen, for "Previous", "Next" and the way back on its records.

    Args:
        path: of the page with the list.
        ids: of its records, in the order of the list.
    """
    st.session_state[_NEIGHBOURS] = ids
    st.session_state[_LIST] = path, st.query_params.to_dict()


def list_of(record_id: str, path: str) -> tuple[str, Mapping[str, str]]:
    """Return path and parameters of the list that the reader came from.

    Args:
        record_id: what is shown; records that were not in the list have `path` itself.
        path: of the page that lists all such records.
    """
    if record_id not in st.session_state.get(_NEIGHBOURS, []):
        return path, {}
    found: tuple[str, Mapping[str, str]] = st.session_state[_LIST]
    return found


def neighbours_of(record_id: str) -> tuple[str | None, str | None]:
    """Return the previous and next record in the list that the reader came from."""
    ids: list[str] = st.session_state.get(_NEIGHBOURS, [])
    if record_id not in ids:
        return None, None
    index = ids.index(record_id)
    before = ids[index - 1] if index > 0 else None
    after = ids[index + 1] if index + 1 < len(ids) else None
    return before, after
