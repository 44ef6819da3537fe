"""The gate's own pages look like the product, and lead nowhere else."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from lib.auth import responses
from lib.auth.auth_routes import _own_path
from lib.product.logo import LOGO

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("textColor", "backgroundColor", "secondaryBackgroundColor", "borderColor", "primaryColor")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_have_the_colours_of_the_dashboard_and_its_logo(scheme: str) -> None:
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"][scheme]
    html = responses.no_such_page("no-such-page").html("request-1")
    assert [name for name in NAMES if theme[name] not in html] == []
    assert LOGO in html
    assert 'href="/"' in html, "a way back"


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("/session?id=a", "/session?id=a"),
        (None, "/"),
        ("", "/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_after_the_next_sign_in_only_a_path_of_the_app_is_opened(
    given: str | None, path: str
) -> None:
    assert _own_path(given) == path
