"""The transcript player as a Streamlit component: mounts the bundled script.

The bundle is made at set-up (`npm run build:player`) and given to Streamlit as text, because the
package is not installed and so cannot declare a folder of assets.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

BUILD: Final = Path(__file__).parent / "build"


class PlayerNotBuiltError(RuntimeError):
    """The bundle is missing: set-up was skipped or failed."""


def read_bundle(folder: Path = BUILD) -> tuple[str, str]:
    """Return the bundled script and style.

    Raises:
        PlayerNotBuiltError: a file is missing; the message says how to make it.
    """
    try:
        return (folder / "player.js").read_text("utf-8"), (folder / "player.css").read_text("utf-8")
    except FileNotFoundError as error:
        raise PlayerNotBuiltError(
            "The transcript player is not built. Run: make setup (or npm run build:player)"
        ) from error


def _register() -> ComponentRenderer:
    script, style = read_bundle()
    return st.components.v2.component("earshot.transcript_player", js=script, css=style)


_mount: Final = _register()


def transcript_player(data: dict[str, Any], *, key: str) -> Any:
    """Draw the player and return its triggers: `urls`, `move` and `score`.

    Args:
        data: what `src/types.ts` calls `PlayerData`. Texts are shown as text, never as markup.
        key: stable over reruns, else the sound would start over.
    """
    return _mount(
        key=key,
        data=data,
        on_urls_change=_noted,
        on_move_change=_noted,
        on_score_change=_noted,
    )


def _noted() -> None:
    """Triggers are read from the result; Streamlit wants a callback to declare them."""
