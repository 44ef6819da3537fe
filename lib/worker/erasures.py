"""Jobs: finish erasures started elsewhere or interrupted, and close them with a last sweep."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import Final

from lib.data import Caller, erasure
from lib.data.paging import each
from lib.data.records import Erasure
from lib.observability.logs import get_logger
from lib.product.lifetimes import LATE_UPLOAD
from lib.work.erasure import erase_user, issue_receipt, uploads_until, user_digest
from lib.work.isolation import isolated
from lib.work.services import Services
from lib.worker.reconciliation import Reconciliation

_PAGE: Final = 200

_log = get_logger(__name__)


def finish_started(services: Services, stop: Callable[[], bool]) -> dict[str, int]:
    """Erase every user whose erasure was started and is not finished; sign missing receipts.

    Args:
        services: of the process; `EARSHOT_SERVICE_KEY` signs the receipts.
        stop: called between users; True ends the run early.

    Returns:
        Counts: `erased`, `receipts` (of erasures that had ended without one), `failed` (tried again
        by the next run).
    """
    counts = {"erased": 0, "receipts": 0, "failed": 0}
    caller = services.worker_caller()
    for found in _open(caller, stop):
        if found.finished_at is not None and found.receipt is not None:
            continue
        work = partial(_finish, services, found)
        user = user_digest(found.clerk_id)
        counts[isolated(work, "user.erasure_failed", user=user)] += 1
    return counts


def reconcile(services: Services, stop: Callable[[], bool]) -> dict[str, object]:
    """Compare rows and objects; erasures after whose last upload URL this began are over then.

    Args:
        services: of the process; `EARSHOT_SERVICE_KEY` signs the receipts.
        stop: asked between items; True ends the run early.

    Returns:
        The report of the comparison, and `erasuresOver`.
    """
    began = datetime.now(UTC)
    caller = services.worker_caller()
    report = Reconciliation(caller, services.storage, stop=stop).run()
    over = 0
    for found in _open(caller, stop) if report.leaves_nothing_erased() else ():
        if found.finished_at is not None and uploads_until(found) + LATE_UPLOAD <= began:
            work = partial(_close, services, found, began)
            user = user_digest(found.clerk_id)
            over += isolated(work, "user.erasure_not_closed", user=user) == "over"
    return {**asdict(report), "erasuresOver": over}


def _open(caller: Caller, stop: Callable[[], bool]) -> Iterator[Erasure]:
    return each(lambda cursor: erasure.open_page(caller, cursor=cursor, limit=_PAGE), stop)


def _finish(services: Services, found: Erasure) -> str:
    if found.finished_at is not None:
        issue_receipt(services.worker_caller(), found, _key(services))
        return "receipts"
    receipt = erase_user(services.worker_caller(), services.storage, found.clerk_id, _key(services))
    _log.info(
        "user.erased",
        user=user_digest(found.clerk_id),
        rows=receipt.rows,
        objects=receipt.objects,
    )
    return "erased"


def _close(services: Services, found: Erasure, swept_at: datetime) -> str:
    issue_receipt(services.worker_caller(), found, _key(services), swept_at)
    return "over"


def _key(services: Services) -> str:
    key = services.settings.service_key
    if key is None:
        raise ValueError("EARSHOT_SERVICE_KEY is not set: no receipt can be signed")
    return key.get_secret_value()
