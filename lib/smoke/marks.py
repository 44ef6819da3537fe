"""The mark of all data of a run, so that nothing else is erased.

The mark is letters only: numbers in a mark would be masked as phone numbers for viewers.
"""

from __future__ import annotations

import re
import secrets
import string
from typing import Final

PREFIX: Final = "smoke-"
_LETTERS: Final = 28  # as many possibilities as a random UUID has
_MARK: Final = re.compile(rf"{PREFIX}[a-z]{{{_LETTERS}}}")
# Clerk sends nothing to addresses with this suffix, and example.com belongs to nobody (RFC 2606).
_ADDRESS: Final = "+clerk_test@example.com"


def new_mark() -> str:
    """Return a new unique mark."""
    return PREFIX + "".join(secrets.choice(string.ascii_lowercase) for _ in range(_LETTERS))


def address_of(mark: str) -> str:
    """Return the e-mail address of a run's own team member."""
    return mark + _ADDRESS


def is_mark(text: str) -> bool:
    """Return whether a text is exactly a mark."""
    return _MARK.fullmatch(text) is not None


def is_address(text: str) -> bool:
    """Return whether a text is exactly the address of a run's own team member."""
    return text.endswith(_ADDRESS) and is_mark(text.removesuffix(_ADDRESS))
