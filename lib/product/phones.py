"""Phone numbers in one form (E.164), and the words by which callers withhold theirs."""

from __future__ import annotations

from typing import Final

import phonenumbers

_WITHHELD: Final = (
    "anonymous",
    "blocked",
    "private",
    "restricted",
    "unavailable",
    "unknown",
    "withheld",
)
_KEYS: Final = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")
# Networks also dial these words as letters on keys, such as +266696687.
_HIDDEN: Final = frozenset({*_WITHHELD, *(word.translate(_KEYS) for word in _WITHHELD)})


def phone_number(text: str, region: str | None = None) -> str | None:
    """Return a phone number in E.164, such as +4930901820; None if the caller withheld it.

    Args:
        text: as people, platforms and `tel:` addresses (RFC 3966) write it.
        region: whose plan holds for a number without country code: ISO 3166-1, such as DE.

    Raises:
        ValueError: it is no phone number.
    """
    if text.strip().lower().removeprefix("tel:").lstrip("+") in _HIDDEN:
        return None
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise ValueError("must be a phone number with its country code, such as +49 30 901820")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
