"""The list of records as a Streamlit component, with typed cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

import streamlit as st

from lib.ui.shell.bundles import no_op, register

Tone = Literal["good", "warn", "bad", "muted", "accent"]

_mount: Final = register(Path(__file__).parent, "table")


@dataclass(frozen=True, slots=True)
class Column:
    """Heading of a column.

    Attributes:
        label: the heading.
        number: aligned to the right.
        minor: hidden on narrow screens.
        sort: what `requested_sort` returns when the heading is pressed; empty for a column by
            which nothing is sorted.
        sorted: how the list is sorted by this column now, None if it is not.
    """

    label: str
    number: bool = False
    minor: bool = False
    sort: str = ""
    sorted: Literal["ascending", "descending"] | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. All of it is shown as text.

    Attributes:
        text: first line.
        note: second, smaller line.
        title: tooltip.
        tone: colour of the text.
        chip: draw the text as a small label.
        initials: drawn in a circle before the text.
        pieces: the text of a search hit in pieces, each with whether it is marked.
        chips: small labels below the text, each with its tone.
    """

    text: str
    note: str = ""
    title: str = ""
    tone: Tone | None = None
    chip: bool = False
    initials: str | None = None
    pieces: tuple[tuple[str, bool], ...] = ()
    chips: tuple[tuple[str, Tone], ...] = ()

    def to_wire(self) -> dict[str, Any]:
        """Return the form that the component reads."""
        wire: dict[str, Any] = {"text": self.text, "note": self.note, "title": self.title}
        wire["chip"] = self.chip
        if self.tone:
            wire["tone"] = self.tone
        if self.pieces:
            wire["pieces"] = [{"text": text, "hit": hit} for text, hit in self.pieces]
        if self.chips:
            wire["chips"] = [{"text": text, "tone": tone} for text, tone in self.chips]
        if self.initials is not None:
            wire["initials"] = self.initials
        return wire


@dataclass(frozen=True, slots=True)
class Row:
    """One record.

    Attributes:
        cells: as many as there are columns.
        path: page that the row opens, None for none.
        params: query parameters of that page.
        id: names the row in a `RowAction`.
    """

    cells: tuple[Cell, ...]
    path: str | None = None
    params: Mapping[str, str] | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """An action on selected rows: `name` identifies it, `label` is the text of its button."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class RowAction:
    """An action that the reader chose, and the ids of the selected rows."""

    action: str
    ids: tuple[str, ...]


def requested_action(key: str) -> RowAction | None:
    """Return the action that was chosen in the table with this key, if any."""
    value = getattr(st.session_state.get(key), "action", None)
    if not isinstance(value, Mapping) or not isinstance(value.get("ids"), list):
        return None
    return RowAction(str(value.get("name")), tuple(str(one) for one in value["ids"]))


def requested_sort(key: str) -> str | None:
    """Return what the heading that was pressed in the table with this key asks for, if any."""
    value = getattr(st.session_state.get(key), "sort", None)
    return value if isinstance(value, str) else None


def record_table(
    label: str,
    columns: Sequence[Column],
    rows: Sequence[Row],
    *,
    key: str,
    actions: Sequence[Action] = (),
) -> None:
    """Draw a list.

    Args:
        label: what the list holds, for screen readers.
        columns: headings.
        rows: the records.
        key: unique on the page; `requested_action` takes it.
        actions: on selected rows; without any, rows cannot be selected.
    """
    _mount(
        key=key,
        data={
            "label": label,
            "actions": [asdict(action) for action in actions],
            "columns": [asdict(column) for column in columns],
            "rows": [
                {
                    "id": row.id,
                    "path": row.path,
                    "params": dict(row.params or {}),
                    "cells": [cell.to_wire() for cell in row.cells],
                }
                for row in rows
            ],
        },
        on_action_change=no_op,
        on_sort_change=no_op,
    )
