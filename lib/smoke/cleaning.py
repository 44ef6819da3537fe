"""Erases the data of runs, verifies that, and finds data of interrupted runs.

Only data with the mark of a run is touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Final, Literal

from lib.auth.backend_api import ApiRefusedError
from lib.data import Caller, audio_objects, user_sessions, users
from lib.data.functions import Page, every_item
from lib.data.records import User
from lib.smoke.checks import Failed, check, wait_until
from lib.smoke.marks import PREFIX, is_address, is_mark
from lib.smoke.people import People
from lib.smoke.run import Run
from lib.smoke.steps import reason_of
from lib.storage.objects import list_objects
from lib.work.erasure import erase_user, user_digest, verify_receipt
from lib.work.services import Services

WEBHOOK_SECONDS: Final = 30.0
_PAGE: Final = 200
_Kind = Literal["product", "team"]
_KINDS: Final[tuple[_Kind, ...]] = ("product", "team")


def clean_up(run: Run) -> str:
    """Erase everything that the run has made; fails with what is left and how to remove it."""
    run.browser.close()
    try:
        if run.made_session and not run.revoked:
            with suppress(ApiRefusedError):  # it has ended already
                run.clerk.revoke_session(run.clerk_session_id)
        if run.made_member:
            run.people.delete(run.user_id)
        done = erase_marked(run.services, run.service_key(), run.mark)
        if run.made_member:
            _erase_member(run.services, run.service_key(), run.user_id)
    except Exception as error:  # noqa: BLE001  # whatever it was, something is left behind
        raise Failed(
            f"Left behind under {run.mark}: {reason_of(error)} Once it works again: "
            "python -m lib smoke --clean"
        ) from None
    if run.session_id:
        for path in (f"/users/{run.mark}", f"/sessions/{run.session_id}"):
            run.outside.call("GET", path, run.machine(), expect=(404,))
    return done


def erase_marked(services: Services, service_key: str, clerk_id: str) -> str:
    """Erase a user of Earshot and verify it; a missing user counts as erased.

    Raises:
        Failed: something is still there.
        DataError, StorageError: a dependency failed.
    """
    caller, storage = services.worker_caller(), services.storage
    if users.get(caller, clerk_id) is None:
        return "Nothing to erase."
    folders = _folders(caller, clerk_id)
    receipt = erase_user(caller, storage, clerk_id, service_key)
    contents = verify_receipt(receipt.signed, service_key)
    check(contents["user"] == user_digest(clerk_id), "The receipt names another user.")
    check(users.get(caller, clerk_id) is None, "The user is still in Convex.")
    left = [item.key for folder in folders for item in list_objects(storage, "retention", folder)]
    check(not left, f"{len(left)} objects are still in the bucket.")
    rows = sum(receipt.rows.values())
    return f"{rows} rows and {receipt.objects} recordings erased; receipt verified, bucket empty."


def leftovers(services: Services, people: People, service_key: str) -> Iterator[tuple[str, str]]:
    """Erase what earlier runs have left; yield each one's name and what became of it.

    Raises:
        Failed: something is still there.
        ApiRefusedError, ApiUnavailableError, DataError, StorageError: a dependency failed.
    """
    while members := people.marked():
        for user_id in members:
            people.delete(user_id)
            _erase_member(services, service_key, user_id)
            yield user_id, "Team member deleted at Clerk and erased here."
    caller = services.worker_caller()
    for clerk_id in _marked_users(caller):
        yield clerk_id, erase_marked(services, service_key, clerk_id)


def _erase_member(services: Services, service_key: str, user_id: str) -> None:
    """Erase here a run's own team member, whom Clerk has deleted."""
    caller = services.worker_caller()
    if services.settings.clerk_webhook_secret is not None:
        # A deletion that is told after the erasure would leave an empty row as its mark.
        with suppress(Failed):
            wait_until(lambda: _is_deleted(caller, user_id), WEBHOOK_SECONDS, "no webhook came")
    erase_marked(services, service_key, user_id)


def _is_deleted(caller: Caller, user_id: str) -> bool:
    row = users.get(caller, user_id)
    return row is None or row.status != "active"


def _marked_users(caller: Caller) -> Iterator[str]:
    """Yield users of runs, team members included."""
    for kind in _KINDS:
        for user in every_item(partial(_found, caller, kind)):
            if is_mark(user.clerk_id) or is_address(user.email or ""):
                yield user.clerk_id


def _found(caller: Caller, kind: _Kind, cursor: str | None) -> Page[User]:
    return users.page(caller, kind=kind, search=PREFIX, cursor=cursor, limit=_PAGE)


def _folders(caller: Caller, clerk_id: str) -> set[str]:
    """Return the bucket's folders of a user's recordings."""
    folders: set[str] = set()
    cursor: str | None = None
    while True:
        page = user_sessions.page(caller, clerk_id=clerk_id, cursor=cursor, limit=_PAGE)
        for session in page.items:
            rows = audio_objects.for_session(caller, session.id)
            folders |= {row.key.rpartition("/")[0] + "/" for row in rows}
        cursor = page.next_cursor
        if cursor is None:
            return folders
