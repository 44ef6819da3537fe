"""Pages, their scripts and their roles agree."""

import ast
import json
import tomllib
from pathlib import Path

import pytest

from lib.api import downloads
from lib.ui.parts import charts
from lib.ui.shell.bundles import NotBuiltError, read_bundle
from lib.ui.shell.navigation import BY_PATH, PAGES, ROUTES, Route

ROOT = Path(__file__).resolve().parents[3]


def calls_of(script: Path) -> list[ast.Call]:
    """Return the calls at module level, in order."""
    tree = ast.parse(script.read_text())
    statements = [node for node in tree.body if isinstance(node, ast.Assign | ast.Expr)]
    return [node.value for node in statements if isinstance(node.value, ast.Call)]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_every_page_asks_for_its_own_role_before_anything_else(route: Route) -> None:
    first = calls_of(route.script)[0]
    assert isinstance(first.func, ast.Name)
    assert first.func.id == "require_role"
    assert [ast.literal_eval(argument) for argument in first.args] == [route.path]


def test_every_script_in_pages_is_a_page_and_has_roles() -> None:
    assert {route.script for route in ROUTES} == set(PAGES.glob("*.py")) - {PAGES / "__init__.py"}
    table = json.loads((ROOT / "lib/auth/permissions.json").read_text())
    assert set(table["pages"]) == set(BY_PATH)


def test_every_file_to_download_is_a_route_and_has_roles() -> None:
    table = json.loads((ROOT / "lib/auth/permissions.json").read_text())
    assert set(table["files"]) == {route.path for route in downloads.SESSION_ROUTES}


def test_the_dashboard_script_has_no_pages_folder_beside_it() -> None:
    assert not (ROOT / "lib" / "ui" / "pages").exists()


def test_hardening_of_the_server_is_set() -> None:
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert config["client"] == {
        "showErrorDetails": "none",
        "showErrorLinks": False,
        "toolbarMode": "minimal",
    }
    assert config["browser"]["gatherUsageStats"] is False
    server = config["server"]
    assert server["enableAgentApi"] is False
    assert server["fileWatcherType"] == "none"
    assert server["headless"] is True
    assert server["maxUploadSize"] <= 1
    # Of `streamlit run`, whose own default lets a client send 200 MB in one message.
    assert server["maxMessageSize"] <= 32


def test_charts_use_the_colours_of_the_theme() -> None:
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"]
    for name, meanings, series in (
        ("light", charts._LIGHT, charts._SERIES_LIGHT),
        ("dark", charts._DARK, charts._SERIES_DARK),
    ):
        known = json.dumps(theme[name])
        assert all(colour in known for colour in [*meanings.values(), *series]), name


def test_a_missing_bundle_is_told_with_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(NotBuiltError, match="make setup"):
        read_bundle(tmp_path, "player")
