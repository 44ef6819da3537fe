"""What a text may hold, and how one is cut where that is better than refusing it.

Limits of characters count Unicode code points, in Python and in the functions alike; limits of
bytes count UTF-8. `convex/model/texts.ts` refuses the same texts as `unfit`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

UNFIT_MESSAGE: Final = "must not hold control characters or halves of surrogate pairs"

_UNFIT: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_JOINER: Final = "\u200d"


def is_fit(text: str) -> bool:
    """Return whether a text can be stored and shown as it is.

    Unfit are control characters but tabs and line breaks, and halves of surrogate pairs, for which
    UTF-8 has no bytes.
    """
    return _UNFIT.search(text) is None


def sanitized(text: str) -> str:
    """Return a text with a replacement character (U+FFFD) for each one that is unfit."""
    return _UNFIT.sub("\ufffd", text)


def unfit(value: object, path: str = "") -> Iterator[str]:
    """Yield the paths, such as `turns[3].text`, of a JSON value's texts and names that are unfit.

    A name counts as its object, since it cannot be shown.
    """
    match value:
        case str():
            if not is_fit(value):
                yield path
        case dict():
            for name, item in value.items():
                if is_fit(name):
                    yield from unfit(item, f"{path}.{name}" if path else name)
                else:
                    yield path
        case list() | tuple():
            for index, item in enumerate(value):
                yield from unfit(item, f"{path}[{index}]")


def shortened(text: str, most: int) -> str:
    """Return the beginning of a text, cut between characters as readers see them.

    Args:
        text: the text.
        most: code points to keep, at most; a character that does not fit in goes as a whole.
    """
    end = most
    while 0 < end < len(text) and _is_inside(text, end):
        end -= 1
    return text[:end] or text[:most]


def shortened_to_bytes(text: str, most: int) -> str:
    """Return the beginning of a text, cut between characters as readers see them.

    Args:
        text: the text, without halves of surrogate pairs.
        most: bytes in UTF-8 to keep, at most.
    """
    encoded = text.encode()
    if len(encoded) <= most:
        return text
    return shortened(text, len(encoded[:most].decode(errors="ignore")))


def _is_inside(text: str, at: int) -> bool:
    """Return whether a place is inside of a character (UAX #29, without Hangul and conjuncts)."""
    before, after = text[at - 1], text[at]
    if _is_flag_half(before) and _is_flag_half(after):
        half = at
        while half and _is_flag_half(text[half - 1]):
            half -= 1
        return (at - half) % 2 == 1
    is_extension = unicodedata.category(after).startswith("M") or after == "\u200c"
    is_modifier = "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f"
    return is_extension or is_modifier or _JOINER in {before, after} or before + after == "\r\n"


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"
