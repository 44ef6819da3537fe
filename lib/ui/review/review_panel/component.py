"""The review panel as a Streamlit component: mounts the bundled script."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from lib.ui.shell.bundles import no_op, register

_mount: Final = register(Path(__file__).parent, "review")


def review_panel(data: dict[str, Any], *, key: str) -> Any:
    """Draw the panel and return its triggers, as `Triggers` in `src/types.ts` describes them.

    Args:
        data: what `src/types.ts` calls `PanelData`. Texts are shown as text, never as markup.
        key: stable over reruns, else what is being written would be lost.
    """
    return _mount(
        key=key,
        data=data,
        on_draft_change=no_op,
        on_submit_change=no_op,
        on_renew_change=no_op,
        on_release_change=no_op,
        on_undo_change=no_op,
    )
