"""The folder of the functions can be deployed and does not shadow the client."""

from __future__ import annotations

from local.processes import ROOT

FOLDER = ROOT / "convex"


def test_the_folder_does_not_shadow_the_client_package() -> None:
    assert list(FOLDER.rglob("__init__.py")) == []


def test_every_module_has_a_name_that_the_convex_cli_deploys() -> None:
    assert [str(path) for path in FOLDER.rglob("*") if "-" in path.name] == []
