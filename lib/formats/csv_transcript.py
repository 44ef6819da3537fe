"""CSV as the API exports it, also after a spreadsheet saved it again -> turns.

Spreadsheets save what they opened with `;` or tabs between cells, a comma in numbers, empty rows
and cells at the end, and a first line `sep=;`, as the user's country and program have it.
"""

from __future__ import annotations

import csv
import io
import re
from typing import Final

from lib.formats.collector import Collector
from lib.formats.conversation import Transcript, UnreadableError
from lib.formats.speakers import Speakers, UnknownSpeakerError

# The columns of a tool are fields of `tool`: `toolCallId` is its `callId`.
_TOOL: Final = {
    "toolCallId": "callId",
    "toolName": "name",
    "toolArguments": "arguments",
    "toolResult": "result",
    "toolIsError": "isError",
    "toolLatencyMs": "latencyMs",
    "toolArgumentsCut": "argumentsCut",
    "toolResultCut": "resultCut",
}
_STAGES: Final = {"endOfTurnMs", "speechToTextMs", "modelMs", "textToSpeechMs", "toolMs"}
_TEXTS: Final = {
    *("speaker", "text", "provider", "modelId", "requestId", "timing", "language"),
    *("toolCallId", "toolName", "toolArguments", "toolResult"),
}
_FLAGS: Final = {"toolIsError", "toolArgumentsCut", "toolResultCut", "interrupted"}
_WHOLE: Final = {"sequence", "tokensIn", "tokensOut"}
_NUMBERS: Final = {
    *("startedAtMs", "durationMs", "cost", "ttftMs", "latencyMs", "toolLatencyMs"),
    *_STAGES,
}
_NEEDED: Final = {"speaker", "text", "startedAtMs"}
_NAMES: Final = {name.casefold(): name for name in (*_TEXTS, *_FLAGS, *_WHOLE, *_NUMBERS)}
_SPELLED: Final = {"true": True, "false": False}
_SEPARATORS: Final = (",", ";", "\t", "|")
_DECLARED: Final = re.compile(r'"?sep=(.)"?\s*\Z', re.IGNORECASE)
# As many digits as the smallest float has, since the export writes no exponent.
_NUMBER: Final = re.compile(r"-?[0-9]{1,20}(?:[.,][0-9]{1,400})?(?:[eE][+-]?[0-9]{1,3})?")
# A decimal comma, or one between thousands?
_AMBIGUOUS: Final = re.compile(r"-?[1-9][0-9]{0,2},[0-9]{3}")
# What the export puts an apostrophe in front of, so that no spreadsheet takes it for a formula.
_DEFUSED: Final = re.compile(r"'(?=[ \ufeff\u00a0]*[=+\-@\t\r\n])")
_SHAPES: Final = {
    "number": "a number is 1500, 1.5 or 1,5; nothing stands between thousands",
    "flag": "must be true or false",
}
_HELP: Final = (
    "; in a spreadsheet, save as “CSV UTF-8” with the columns of the export in the first row"
)


def read_table(text: str, speakers: Speakers | None = None) -> Transcript:
    """Return the turns of a CSV file (RFC 4180) with the columns of the export, in any order.

    Columns other than `speaker`, `text` and `startedAtMs` may be missing.

    Args:
        text: with `,`, `;`, `|` or tabs between the cells.
        speakers: who the names in the column `speaker` are, besides those that are always known.

    Raises:
        UnreadableError: it is no such CSV, or too long.
    """
    text = text.removeprefix("\ufeff")
    separator, skipped = _separator(text)
    rows = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
    turns = Collector()
    try:
        for _ in range(skipped):
            next(rows, [])
        names = _header(next(rows, []), skipped + 1)
        line = rows.line_num + 1
        for row in rows:
            turns.found()
            _add(turns, line, names, row, speakers or Speakers())
            line = rows.line_num + 1
    except csv.Error:
        raise UnreadableError(rows.line_num, "not CSV: quotes or cell sizes" + _HELP) from None
    return turns.transcript()


def _separator(text: str) -> tuple[str, int]:
    """Return what stands between cells, and how many lines precede the names of the columns."""
    first, _, rest = text.partition("\n")
    declared = _DECLARED.match(first.strip("\r"))
    if declared:
        return declared[1], 1
    header = first if first.strip() or not rest else rest.partition("\n")[0]
    found = max(_SEPARATORS, key=lambda mark: len(_NEEDED & set(_known(header.split(mark)))))
    return found, 0


def _known(cells: list[str]) -> list[str]:
    """Return the names of columns as the export writes them, others as they are."""
    plain = [cell.strip().strip('"').strip() for cell in cells]
    return [_NAMES.get(name.casefold(), name) for name in plain]


def _header(cells: list[str], line: int) -> list[str]:
    names = _known(cells)
    while names and not names[-1]:
        names.pop()
    missing = sorted(_NEEDED - set(names))
    if missing:
        raise UnreadableError(line, f"the columns {', '.join(missing)} are missing" + _HELP)
    if len(set(names)) != len(names):
        raise UnreadableError(line, "a column twice")
    unknown = [str(at) for at, name in enumerate(names, start=1) if name not in _NAMES.values()]
    if unknown:
        raise UnreadableError(
            line, f"column {', '.join(unknown)} is none of the export's: delete it"
        )
    return names


def _add(turns: Collector, line: int, names: list[str], row: list[str], speakers: Speakers) -> None:
    if not any(cell.strip() for cell in row):
        turns.leave_out(line, "an empty row")
        return
    cells = [*row, *[""] * (len(names) - len(row))]
    if any(cells[len(names) :]):
        turns.keep_place()
        turns.refuse(line, "more cells than columns: quote texts that hold separators")
        return
    given = {name: cell for name, cell in zip(names, cells, strict=False) if cell or name == "text"}
    wrong = next((name for name, cell in given.items() if not _is_readable(name, cell)), None)
    if wrong:
        turns.keep_place()
        turns.refuse(line, _SHAPES["flag" if wrong in _FLAGS else "number"], wrong)
        return
    found = _nested({name: _value(name, cell) for name, cell in given.items()})
    try:
        found["speaker"] = speakers.of(str(found.get("speaker", "")).strip())
    except UnknownSpeakerError as error:
        turns.keep_place()
        turns.refuse(line, str(error), "speaker")
    else:
        turns.add(line, found)


def _nested(cells: dict[str, object]) -> dict[str, object]:
    """Return a turn as the API names its fields, from the cells of a row."""
    tool = {_TOOL[name]: cell for name, cell in cells.items() if name in _TOOL}
    stages = {name: cell for name, cell in cells.items() if name in _STAGES}
    rest = {name: cell for name, cell in cells.items() if name not in _TOOL and name not in _STAGES}
    return {**rest, **({"tool": tool} if tool else {}), **({"stages": stages} if stages else {})}


def _is_readable(name: str, cell: str) -> bool:
    if name in _TEXTS:
        return True
    if name in _FLAGS:
        return cell.strip().casefold() in _SPELLED
    written = cell.strip()
    return bool(_NUMBER.fullmatch(written)) and not _AMBIGUOUS.fullmatch(written)


def _value(name: str, cell: str) -> object:
    if name in _TEXTS:
        return cell[1:] if _DEFUSED.match(cell) else cell
    if name in _FLAGS:
        return _SPELLED[cell.strip().casefold()]
    number = float(cell.strip().replace(",", "."))
    return int(number) if name in _WHOLE and number.is_integer() else number
