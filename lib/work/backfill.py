"""Back-fill: imports every user of the Clerk instance, oldest first.

It can be stopped and run again at any time: each user is an upsert, and a record older than the
stored one changes nothing.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from lib.auth.backend_api import ApiUnavailableError, BackendApi
from lib.observability.logs import get_logger
from lib.work.provisioning import Outcome, Provisioner

PAGE_USERS: Final = 200
OVERLAP_USERS: Final = 20
"""Users that two pages share, because deletions during the run shift the list."""

WRITERS: Final = 8
ATTEMPTS: Final = 6
_FIRST_PAUSE_SECONDS: Final = 1.0

Answer = TypeVar("Answer")

_log = get_logger(__name__)


@dataclass(slots=True)
class Progress:
    """Progress of a back-fill.

    Attributes:
        total: users that Clerk counted at the start.
        done: users written or skipped so far.
        outcomes: number of users by outcome.
    """

    total: int
    done: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)


class Backfill:
    """One run.

    Args:
        api: Clerk's Backend API; its rate limits are honoured.
        provisioner: writes the users.
        page_users: users per request, at most 500.
        sleep: waits seconds; replaced in tests.
    """

    def __init__(
        self,
        api: BackendApi,
        provisioner: Provisioner,
        *,
        page_users: int = PAGE_USERS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._api = api
        self._provisioner = provisioner
        self._page_users = page_users
        self._stride = page_users - min(OVERLAP_USERS, page_users // 2)
        self._sleep = sleep

    def run(self, report: Callable[[Progress], None] = lambda _: None) -> Progress:
        """Import all users; `report` is called after every page.

        Raises:
            ApiUnavailableError: Clerk did not respond after several attempts.
            ApiRefusedError: Clerk does not accept the secret key.
            DataError: Convex did not store a user.
        """
        progress = Progress(self._with_retries(self._api.user_count))
        with ThreadPoolExecutor(WRITERS, "backfill") as writers:
            for page in self._pages():
                progress.outcomes.update(writers.map(self._provisioner.apply_record, page))
                progress.done += len(page)
                report(progress)
        return progress

    def _pages(self) -> Iterator[list[dict[str, Any]]]:
        """Yield every user at least once, even if the list shifts between two requests."""
        offset = 0
        recent: set[object] = set()
        while True:
            page = self._page(offset)
            known = [place for place, user in enumerate(page) if user.get("id") in recent]
            if recent and not known and offset > 0:
                # The list shifted by more than the overlap: go back.
                offset = max(0, offset - self._stride)
                continue
            fresh = page[known[-1] + 1 :] if known else page
            if fresh:
                yield fresh
                recent = {user.get("id") for user in page}
            if len(page) < self._page_users:
                return
            offset += self._stride

    def _page(self, offset: int) -> list[dict[str, Any]]:
        limit = self._page_users
        return self._with_retries(lambda: self._api.users(limit=limit, offset=offset))

    def _with_retries(self, ask: Callable[[], Answer]) -> Answer:
        """Retry until there is an answer; wait as long as Clerk says, otherwise with back-off."""
        pause = _FIRST_PAUSE_SECONDS
        for _ in range(ATTEMPTS - 1):
            try:
                return ask()
            except ApiUnavailableError as error:
                wait = error.retry_after or pause
                _log.warning("backfill.waits", seconds=wait, reason=str(error))
                self._sleep(wait)
                pause *= 2
        return ask()
