"""Advice about an alert or a reason, as pages draw it."""

from __future__ import annotations

import streamlit as st

from lib.product.guidance import Guidance


def draw_guidance(guidance: Guidance) -> None:
    """Draw every part of a piece of advice."""
    for heading, text in guidance.parts():
        st.markdown(f"**{heading}**\n\n{text}")
    if guidance.more is not None:
        st.caption(f"More: {guidance.more.heading} (docs/{guidance.more.file})")
