"""Bundled scripts of the dashboard's own components.

Set-up builds them (`npm run build:player`). Streamlit gets them as text, because the package is not
installed and so cannot declare a folder of assets.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer


class NotBuiltError(RuntimeError):
    """A bundle is missing: set-up was skipped or failed."""


def read_bundle(folder: Path, name: str) -> tuple[str, str]:
    """Return the bundled script and style of a component.

    Raises:
        NotBuiltError: a file is missing; the message says how to make it.
    """
    try:
        script = (folder / "build" / f"{name}.js").read_text("utf-8")
        return script, (folder / "build" / f"{name}.css").read_text("utf-8")
    except FileNotFoundError as error:
        raise NotBuiltError(
            f"The component in {folder.name} is not built. Run: make setup (npm run build:player)"
        ) from error


def register(folder: Path, name: str) -> ComponentRenderer:
    """Register a component under `earshot.<name>`; once, at import.

    Raises:
        NotBuiltError: see `read_bundle`.
    """
    script, style = read_bundle(folder, name)
    return st.components.v2.component(f"earshot.{name}", js=script, css=style)


def no_op() -> None:
    """Do nothing: Streamlit requires a callback for each trigger; results are read elsewhere."""
