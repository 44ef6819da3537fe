"""The product's logo and mark, as SVG: for the dashboard and for pages that load nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent

LOGO: Final = (_FOLDER / "logo.svg").read_text("utf-8")
"""The mark and the name."""
MARK: Final = (_FOLDER / "mark.svg").read_text("utf-8")
"""The mark alone, for a browser's tab."""
