"""The transcript player as a Streamlit component: mounts the bundled script."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from lib.ui.shell.bundles import no_op, register

_mount: Final = register(Path(__file__).parent, "player")


def transcript_player(data: dict[str, Any], *, key: str) -> Any:
    """Draw the player and return its triggers, as `Triggers` in `src/types.ts` describes them.

    Args:
        data: what `src/types.ts` calls `PlayerData`. Texts are shown as text, never as markup.
        key: stable across reruns, otherwise playback would restart.
    """
    return _mount(
        key=key,
        data=data,
        on_urls_change=no_op,
        on_waves_change=no_op,
        on_whole_change=no_op,
        on_move_change=no_op,
    )
