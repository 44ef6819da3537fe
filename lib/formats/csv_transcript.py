"""CSV as the API exports it -> turns."""

from __future__ import annotations

import csv
import io
import re
from typing import Final

from lib.formats.collector import Collector
from lib.formats.conversation import Transcript, UnreadableError

_TEXTS: Final = {"speaker", "text", "provider", "modelId", "requestId"}
_WHOLE: Final = {"sequence", "tokensIn", "tokensOut"}
_NUMBERS: Final = {"startedAtMs", "durationMs", "cost", "ttftMs", "latencyMs"}
_NEEDED: Final = {"speaker", "text", "startedAtMs"}
_NUMBER: Final = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,3})?")
# What the export puts an apostrophe in front of, so that no spreadsheet takes it for a formula.
_DEFUSED: Final = re.compile(r"'(?=[ \ufeff\u00a0]*[=+\-@\t\r\n])")


def read_table(text: str) -> Transcript:
    """Return the turns of a CSV file (RFC 4180) with the columns of the export, in any order.

    Columns other than `speaker`, `text` and `startedAtMs` may be missing.

    Raises:
        UnreadableError: it is no such CSV, or too long.
    """
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    turns = Collector()
    try:
        names = _header(next(rows, []))
        line = rows.line_num + 1
        for row in rows:
            if row:
                _add(turns, line, names, row)
            line = rows.line_num + 1
    except csv.Error:
        raise UnreadableError(rows.line_num, "not CSV: quotes or cell sizes") from None
    return turns.transcript()


def _header(names: list[str]) -> list[str]:
    if len(set(names)) != len(names):
        raise UnreadableError(1, "a column twice")
    if not set(names) <= _TEXTS | _WHOLE | _NUMBERS:
        raise UnreadableError(1, "a column that the export does not have")
    if not set(names) >= _NEEDED:
        raise UnreadableError(1, f"the columns {', '.join(sorted(_NEEDED))} are needed")
    return names


def _add(turns: Collector, line: int, names: list[str], row: list[str]) -> None:
    if len(row) != len(names):
        turns.refuse(line, "more or fewer cells than columns")
        return
    cells = zip(names, row, strict=True)
    turns.add(line, {name: _value(name, cell) for name, cell in cells if cell or name == "text"})


def _value(name: str, cell: str) -> object:
    if name in _TEXTS:
        return cell[1:] if _DEFUSED.match(cell) else cell
    if not _NUMBER.fullmatch(cell):
        return cell  # refused by its field, with the reason
    number = float(cell)
    return int(number) if name in _WHOLE and number.is_integer() else number
