"""CSV that every spreadsheet program opens, and takes no text in it for a formula.

One owner for all CSV files: UTF-8 with a byte order mark, CRLF (RFC 4180), cells without formulas
(OWASP: CSV injection) and without control characters, at which programs cut a cell off.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import BinaryIO, Final

from lib.data.functions import rfc3339

_BEGINNINGS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# What some programs skip in front of a formula.
_SKIPPED: Final = " \ufeff\u00a0\u200b\u2060"
_CONTROLS: Final = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(127, 160)])


def escape_formula(text: str | None) -> str:
    """Return a text that begins no formula: with an apostrophe in front if it could.

    None is an empty cell. Full-width signs count, because some programs fold them.
    """
    if text is None:
        return ""
    begins = text.startswith(_BEGINNINGS) or text.lstrip(_SKIPPED).startswith(_BEGINNINGS)
    return f"'{text}" if begins else text


def write_rows(
    out: BinaryIO,
    columns: Iterable[str],
    rows: Iterable[Iterable[object]],
    wrote: Callable[[int, int], None] = lambda _rows, _bytes: None,
) -> None:
    """Write a table row by row.

    Args:
        out: stays open.
        columns: names in the first row.
        rows: values; texts cannot begin a formula, times RFC 3339 in UTC.
        wrote: called after each row with the number of rows and bytes written so far.
    """
    # Half of a surrogate pair has no bytes: it becomes a question mark.
    text = io.TextIOWrapper(out, "utf-8-sig", "replace", newline="", write_through=True)
    try:
        table = csv.writer(text, lineterminator="\r\n")
        table.writerow(columns)
        for number, row in enumerate(rows, start=1):
            table.writerow([_cell(value) for value in row])
            wrote(number, out.tell())
    finally:
        text.detach()


def _cell(value: object) -> object:
    match value:
        case str():
            return escape_formula(value.translate(_CONTROLS))
        case bool():
            return "true" if value else "false"
        case datetime():
            return rfc3339(value)
        case float():
            # Never `1.5e-05`, which some programs keep as text.
            return int(value) if value.is_integer() else f"{Decimal(str(value)):f}"
        case _:
            return value
