"""The `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header).

Convex stores the key in the transaction of the write; here it is only read. Without one, a key is
made for the single call, so that a lost response can be retried safely.
"""

from __future__ import annotations

import re
from typing import Annotated, Final

from fastapi import Depends, Header

from lib.api.problems import BAD_REQUEST, Problem

# A structured-field string (RFC 9651 section 3.3.3) or, as most clients send it, a bare one.
_QUOTED: Final = re.compile(r'"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\]){1,200})"')
_BARE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,200}")


async def read_key(
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="Makes the write exactly-once: repeating a request with its key returns "
            "the same response; reusing the key for a different request returns 409. Kept for "
            "two days.",
            examples=["8e03978e-40d5-43dd-bc93-6894a57f9324"],
        ),
    ] = None,
) -> str | None:
    """Return the key of the request, None without one.

    Raises:
        Problem: it is not 1 to 200 printable ASCII characters.
    """
    if idempotency_key is None:
        return None
    quoted = _QUOTED.fullmatch(idempotency_key)
    if quoted:
        return re.sub(r"\\(.)", r"\1", quoted[1])
    if _BARE.fullmatch(idempotency_key):
        return idempotency_key
    raise Problem(BAD_REQUEST, "Idempotency-Key must be 1 to 200 printable ASCII characters.")


Key = Annotated[str | None, Depends(read_key)]
