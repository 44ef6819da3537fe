"""Colours of charts by meaning; the same hues as in `.streamlit/config.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import streamlit as st

_LIGHT: Final = {
    "p50": "#8fbdb4",
    "p95": "#1f6f63",
    "p99": "#7a4a86",
    "objective": "#b8641b",
    "good": "#8fbdb4",
    "bad": "#b23a48",
    "before": "#74807b",
}
_DARK: Final = {
    "p50": "#3a9385",
    "p95": "#63bfae",
    "p99": "#c39bd3",
    "objective": "#e6a15c",
    "good": "#3a9385",
    "bad": "#e8838f",
    "before": "#93a19b",
}
_SERIES_LIGHT: Final = ("#b8641b", "#7a4a86", "#b23a48", "#3a6ea5", "#9a7b12", "#1f6f63", "#74807b")
_SERIES_DARK: Final = ("#e6a15c", "#c39bd3", "#e8838f", "#86b4e4", "#d9be62", "#63bfae", "#93a19b")


_SCALE_LIGHT: Final = ("#dcebe7", "#aed0c9", "#6fa99e", "#347f72", "#103f39")
_SCALE_DARK: Final = ("#1d3a35", "#2b5f56", "#3a9385", "#63bfae", "#b7ece0")


def _is_dark() -> bool:
    return bool(st.context.theme.type == "dark")


def colours() -> Mapping[str, str]:
    """Return colours by what they mean."""
    return _DARK if _is_dark() else _LIGHT


def series_colours() -> tuple[str, ...]:
    """Return colours for series without a meaning of their own."""
    return _SERIES_DARK if _is_dark() else _SERIES_LIGHT


def scale_colours() -> tuple[str, ...]:
    """Return colours from few to many."""
    return _SCALE_DARK if _is_dark() else _SCALE_LIGHT
