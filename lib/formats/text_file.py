"""Bytes of a text file -> text."""

from __future__ import annotations

import codecs

from lib.formats.conversation import UnreadableError

# Spreadsheets save "Unicode text", and PowerShell what it redirects, as UTF-16 with its mark.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decoded(data: bytes, line: int = 1) -> str:
    """Return the text of a file in UTF-8, or in UTF-16 with a byte order mark.

    Args:
        data: the file, or a line of it.
        line: where the data begin in their file.

    Raises:
        UnreadableError: it is neither.
    """
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        at = line + data.count(b"\n", 0, error.start) if encoding != "utf-16" else line
        raise UnreadableError(at, "not UTF-8: save the file in UTF-8 and try again") from None
