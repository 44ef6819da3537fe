"""An erasure that a member started and waits for: its file is the verified receipt."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import BinaryIO

from lib.data import Caller, erasure
from lib.jobs.erasure import erase_user, user_digest, verify_receipt
from lib.jobs.exports import Export, Exports
from lib.jobs.services import Services


class ForgedReceiptError(Exception):
    """The receipt does not say what was done; that would be a fault of ours."""


def start_erasure(services: Services, owner: str, caller: Caller, clerk_id: str) -> Export:
    """Begin to erase a user; the worker goes on with it if this process ends before.

    Args:
        services: of this process; its worker deletes, its service key signs the receipt.
        owner: Clerk user id of the member.
        caller: with the member's token: Convex checks the role and audits who started it.
        clerk_id: whom to erase.

    Returns:
        The receipt in the making; its `records` are the rows deleted so far.

    Raises:
        Refused: unknown user, or one of their sessions is on legal hold.
        Unavailable: Convex does not answer.
        BusyError: the member waits for another file; the worker erases without them.
        ValueError: `EARSHOT_SERVICE_KEY` is not set.
    """
    key = services.settings.service_key
    if key is None:
        raise ValueError("EARSHOT_SERVICE_KEY is not set: no receipt can be signed")
    exports: Exports = services.exports
    erasure.start(caller, clerk_id)

    def write(out: BinaryIO, export: Export) -> None:
        receipt = erase_user(
            services.worker_caller(caller.request_id), services.storage, clerk_id,
            key.get_secret_value(), lambda counts: export.wrote(sum(counts.values()), 0),
        )  # fmt: skip
        claims = verify_receipt(receipt.signed, key.get_secret_value())
        if claims["user"] != user_digest(clerk_id) or claims["rows"] != receipt.rows:
            raise ForgedReceiptError(clerk_id)
        text = json.dumps({"receipt": receipt.signed, "contents": claims}, indent=1)
        out.write(text.encode())
        export.wrote(sum(receipt.rows.values()), out.tell())

    name = f"earshot-erasure-{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    return exports.start(owner, name, "application/json", write)
