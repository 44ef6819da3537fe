"""Filters of lists as compact chips. Each is a field that is kept in the address by its key.

A chip shows its value; its options open below it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Final

import streamlit as st

from lib.product.texts import shortened

LIVE: Final = "300ms"
"""Pause in typing after which the search starts."""
_LONGEST_VALUE: Final = 28
_MOST_OPTIONS: Final = 8


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
def chip(
    label: str, *keys: str, words: str = "", options: Sequence[str] | None = None
) -> Iterator[None]:
    """Draw a chip; inside, draw the fields with these keys.

    Args:
        label: what it filters by.
        keys: of the fields, whose values the chip shows.
        words: shown in place of the values, if any is set.
        options: the only values that the fields take; None for any.
    """
    values = [text for text in map(value_of, keys) if text and (options is None or text in options)]
    # Backslashes: a label is Markdown, and values are typed or linked by anybody.
    said = f"{label}: {_literal(words or ', '.join(values))}" if values else label
    with st.popover(said, type="primary" if values else "secondary", key=f"chip-{'-'.join(keys)}"):
        yield


def choice(label: str, options: Sequence[str], key: str) -> str:
    """Draw a chip with a single choice; return it, or None."""
    with chip(label, key, options=options):
        chosen = st.pills(label, options, key=key, bind="query-params")
    return chosen or ""


@dataclass(frozen=True, slots=True)
class Option:
    """A record that a filter can ask for: its id, its name, and what tells it from namesakes."""

    id: str
    name: str
    note: str = ""


Find = Callable[[str], Sequence[Option]]
"""Returns the records that typed words mean, the likeliest first; without words, the newest."""


def picked(label: str, hint: str, key: str, find: Find, name_of: Callable[[str], str]) -> str:
    """Draw a chip by which a record is chosen by its name; return its id, "" for none.

    Only the id is in the address, so that nobody's name is.

    Args:
        label: what it filters by.
        hint: what can be typed.
        key: of the parameter in the address.
        find: returns what to choose from.
        name_of: returns the name of a chosen id.
    """
    chosen = st.query_params.get(key, "")
    with chip(label, key, words=shortened(name_of(chosen), _LONGEST_VALUE) if chosen else ""):
        pick(label, hint, key, chosen, find, lambda found: _choose(key, found))
    return chosen


def pick(
    label: str, hint: str, key: str, chosen: str, find: Find, choose: Callable[[str], None]
) -> None:
    """Draw a field for a name, and the records that it may mean as buttons.

    Args:
        label: what is chosen.
        hint: what can be typed.
        key: unique on the page.
        chosen: id of the record that is chosen now, "" for none.
        find: returns what to choose from.
        choose: called with the id of the chosen record, or "" for none.
    """
    words = st.text_input(
        label, placeholder=hint, key=f"{key}-words", live=LIVE, max_chars=200, type="search"
    )
    found = find((words or "").strip())[:_MOST_OPTIONS]
    for option in found:
        said = f"{option.name} ({option.note})" if option.note else option.name
        st.button(
            _literal(said),
            key=f"{key}-{option.id}",
            type="primary" if option.id == chosen else "tertiary",
            on_click=choose,
            args=(option.id,),
        )
    if not found:
        st.caption("Nothing has this name or id.")
    if chosen:
        st.button("Any", key=f"{key}-any", icon=":material/close:", on_click=choose, args=("",))


def _choose(key: str, found: str) -> None:
    st.session_state[f"{key}-words"] = ""
    if found:
        st.query_params[key] = found
    else:
        st.query_params.pop(key, None)


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


def amount(label: str, key: str, least: float | None = 0.0) -> None:
    """Draw a field for a number, inside of a chip; for a positive one unless `least` is None."""
    st.number_input(
        label,
        least,
        None,
        None,
        step=1.0,
        format="%g",
        key=key,
        bind="query-params",
        placeholder="Any",
    )


def days(label: str = "Started", first: str = "since", last: str = "until") -> None:
    """Draw the fields of a range of UTC days, inside of a chip."""
    left, right = st.columns(2)
    left.date_input(f"{label} from (UTC)", value=None, key=first, bind="query-params")
    right.date_input(f"{label} to (UTC)", value=None, key=last, bind="query-params")


def clear_button(keys: Sequence[str], on_clear: Callable[[], None] = lambda: None) -> None:
    """Draw the button that clears all filters, if any is set."""
    if not any(map(value_of, keys)):
        return

    def clear() -> None:
        for key in keys:
            if key in st.session_state:
                st.session_state[key] = None
            else:
                st.query_params.pop(key, None)
        on_clear()

    st.button("Clear filters", icon=":material/filter_alt_off:", type="tertiary", on_click=clear)


def value_of(key: str) -> str:
    """Return the value of a field, from the address before it is first drawn."""
    value = st.session_state[key] if key in st.session_state else st.query_params.get(key)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return f"{value:g}"
    text = value if isinstance(value, str) else ""
    return text if len(text) <= _LONGEST_VALUE else f"{shortened(text, _LONGEST_VALUE - 1)}…"


def _literal(text: str) -> str:
    """Escape a text for a label, which is Markdown."""
    kept = "".join(c if c.isprintable() else " " for c in text)
    return "".join(f"\\{c}" if c in "\\`*_{}[]()#+-.!|<>~$&:=^\"'@/" else c for c in kept)
