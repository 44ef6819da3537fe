"""Filters of lists as compact chips. Each is a field that is kept in the address by its key.

A chip shows its value; its options open below it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Final

import streamlit as st

from lib.product.texts import shortened

LIVE: Final = "300ms"
"""Pause in typing after which the search starts."""
_LONGEST_VALUE: Final = 28


def search_field(placeholder: str, *, key: str = "q", width: int = 420) -> str:
    """Draw a search field that searches while typing; return its text."""
    words = st.text_input(
        placeholder,
        placeholder=placeholder,
        key=key,
        bind="query-params",
        live=LIVE,
        type="search",
        icon=":material/search:",
        max_chars=200,
        label_visibility="collapsed",
        width=width,
    )
    return (words or "").strip()


@contextmanager
def chip(label: str, *keys: str, options: Sequence[str] | None = None) -> Iterator[None]:
    """Draw a chip; inside, draw the fields with these keys.

    Args:
        label: what it filters by.
        keys: of the fields, whose values the chip shows.
        options: the only values that the fields take; None for any.
    """
    values = [
        text for text in map(_value_of, keys) if text and (options is None or text in options)
    ]
    # Backslashes: a label is Markdown, and values are typed or linked by anybody.
    said = f"{label}: {_literal(', '.join(values))}" if values else label
    with st.popover(said, type="primary" if values else "secondary", key=f"chip-{'-'.join(keys)}"):
        yield


def choice(label: str, options: Sequence[str], key: str) -> str:
    """Draw a chip with a single choice; return it, or None."""
    with chip(label, key, options=options):
        chosen = st.pills(label, options, key=key, bind="query-params")
    return chosen or ""


def exact(label: str, hint: str, key: str) -> str:
    """Draw a field for an exact value, inside of a chip; return what was typed."""
    value = st.text_input(
        label, None, placeholder=hint, key=key, bind="query-params", max_chars=200
    )
    return (value or "").strip()


def suggested(label: str, options: Sequence[str], key: str) -> str:
    """Draw a field with suggestions inside a chip; return the chosen or typed value.

    Args:
        label: of the field.
        options: to choose from; anything else can be typed.
        key: of the field.
    """
    value = st.selectbox(
        label,
        options,
        None,
        placeholder="Choose or type",
        key=key,
        bind="query-params",
        accept_new_options=True,
    )
    return (value or "").strip()


def days(label: str = "Started", first: str = "since", last: str = "until") -> None:
    """Draw the fields of a range of UTC days, inside of a chip."""
    left, right = st.columns(2)
    left.date_input(f"{label} from (UTC)", value=None, key=first, bind="query-params")
    right.date_input(f"{label} to (UTC)", value=None, key=last, bind="query-params")


def clear_button(keys: Sequence[str], on_clear: Callable[[], None] = lambda: None) -> None:
    """Draw the button that clears all filters, if any is set."""
    if not any(map(_value_of, keys)):
        return

    def clear() -> None:
        for key in keys:
            st.session_state[key] = None
        on_clear()

    st.button("Clear filters", icon=":material/filter_alt_off:", type="tertiary", on_click=clear)


def _value_of(key: str) -> str:
    """Return the value of a field, from the address before it is first drawn."""
    value = st.session_state[key] if key in st.session_state else st.query_params.get(key)
    if isinstance(value, date):
        return value.isoformat()
    text = value if isinstance(value, str) else ""
    return text if len(text) <= _LONGEST_VALUE else f"{shortened(text, _LONGEST_VALUE - 1)}…"


def _literal(text: str) -> str:
    """Escape a text for a label, which is Markdown."""
    kept = "".join(c if c.isprintable() else " " for c in text)
    return "".join(f"\\{c}" if c in "\\`*_{}[]()#+-.!|<>~$&:=^\"'@/" else c for c in kept)
