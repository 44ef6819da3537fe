"""Finishes erasures that were started elsewhere: by a deletion at Clerk, or by a run that broke."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lib.data import FunctionFailed, Refused, erasure
from lib.data.paging import each
from lib.observability.logs import get_logger
from lib.storage.errors import StorageError
from lib.work.erasure import erase_user, user_digest
from lib.work.services import Services

_PAGE: Final = 200

_log = get_logger(__name__)


def finish_started(services: Services, stop: Callable[[], bool]) -> dict[str, int]:
    """Erase every user whose erasure was started and has not ended.

    Args:
        services: of the process; `EARSHOT_SERVICE_KEY` signs the receipts, which go to the log.
        stop: asked between users; True ends the run early.

    Returns:
        Counts: `erased`, `failed` (tried again by the next run).
    """
    counts = {"erased": 0, "failed": 0}
    caller = services.worker_caller()
    receipts = each(
        lambda cursor: erasure.page(caller, cursor=cursor, limit=_PAGE, order="desc"), stop
    )
    for started in (one for one in receipts if one.finished_at is None):
        done = _erased(services, started.clerk_id)
        counts["erased" if done else "failed"] += 1
    return counts


def _erased(services: Services, clerk_id: str) -> bool:
    key = services.settings.service_key
    if key is None:
        raise ValueError("EARSHOT_SERVICE_KEY is not set: no receipt can be signed")
    user = user_digest(clerk_id)
    try:
        receipt = erase_user(
            services.worker_caller(), services.storage, clerk_id, key.get_secret_value()
        )
    except (FunctionFailed, Refused, StorageError) as error:
        _log.warning("user.erasure_failed", user=user, reason=type(error).__name__)
        return False
    _log.info(
        "user.erased", user=user, rows=receipt.rows, objects=receipt.objects, receipt=receipt.signed
    )
    return True
