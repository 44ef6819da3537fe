"""How Clerk's users become rows: first sign-in, webhooks and back-fill, all through one path.

Every way ends in `apply_record`, an upsert that may be repeated and that ignores a record older
than the stored one, so the ways need not know of each other and events may come in any order.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Final, Literal

from lib.auth.backend_api import ApiRefusedError, ApiUnavailableError, BackendApi
from lib.auth.members import Member, primary_email, text_in
from lib.auth.roles import Role, role_of
from lib.config.settings import Settings
from lib.data import Caller, DataError, Refused, erasure, users
from lib.data.records import User, UsersUpsertArgs
from lib.observability.logs import get_logger
from lib.work.clerk_webhooks import ClerkEvent, verified_event

Outcome = Literal["created", "updated", "deleted", "ignored"]

ARRIVAL_SECONDS: Final = 600.0
"""A member who stays is noted this often."""

SOURCE: Final = "clerk"
_MAX_ARRIVALS: Final = 10_000
_NAME_CHARS: Final = 200
# Roles of an organization are in tokens, not in user records.
_ORGANIZATION_CLAIMS: Final = frozenset({"o", "org_role"})

_log = get_logger(__name__)


class Provisioner:
    """Writes users as Clerk describes them. Safe to share between threads.

    Args:
        settings: role claim, webhook secret, what a deletion starts.
        caller: returns a caller with the role worker.
        api: Clerk's Backend API.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        settings: Settings,
        caller: Callable[[], Caller],
        api: BackendApi,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._caller = caller
        self._api = api
        self._clock = clock
        self._guard = threading.Lock()
        self._arrivals: OrderedDict[str, float] = OrderedDict()
        self._background = ThreadPoolExecutor(1, "provisioning")

    def close(self) -> None:
        """Drop what waits and end the thread."""
        self._background.shutdown(wait=False, cancel_futures=True)

    def receive(self, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """Apply one webhook delivery.

        Args:
            body: raw bytes, as they were signed.
            headers: of the request; names in any case.

        Raises:
            WebhookRefusedError: it is not a genuine, fresh event of this instance.
            DataError: Convex did not take it; the delivery should be repeated.
        """
        event = verified_event(self._settings.clerk_webhook_secret, body, headers)
        outcome = self._apply_event(event)
        _log.info("clerk.webhook", type=event.kind, outcome=outcome, deliveryId=event.delivery_id)
        return outcome

    def note_arrival(self, member: Member) -> None:
        """Provision a member who signed in, in the background; sign-in never waits or fails."""
        with self._guard:
            now = self._clock()
            if now - self._arrivals.get(member.user_id, -ARRIVAL_SECONDS) < ARRIVAL_SECONDS:
                return
            self._arrivals[member.user_id] = now
            self._arrivals.move_to_end(member.user_id)
            while len(self._arrivals) > _MAX_ARRIVALS:
                self._arrivals.popitem(last=False)
        self._background.submit(self._arrive, member)

    def apply_record(
        self,
        record: Mapping[str, Any],
        *,
        member: Member | None = None,
        key: str | None = None,
    ) -> Outcome:
        """Write a user record of Clerk's; older than what is stored, it changes nothing.

        Args:
            record: a User of the Backend API or of a webhook.
            member: the same person, if a verified token says their role.
            key: makes repeats of one delivery one write.

        Raises:
            DataError: Convex did not take it.
        """
        caller = self._caller()
        clerk_id = text_in(record, "id")
        known = users.get(caller, clerk_id)
        args = profile_of(record)
        args["kind"], role = self._kind(record, member, known)
        if role is not None:
            args["role"] = role.value  # type: ignore[typeddict-item]  # a team role
        args["clear"] = _lacking(args)
        return _upsert(caller, args, key)

    def _apply_event(self, event: ClerkEvent) -> Outcome:
        data = event.data
        if event.kind == "session.created" and isinstance(data.get("user"), Mapping):
            data = data["user"]
        elif event.kind not in {"user.created", "user.updated", "user.deleted"}:
            return "ignored"
        if not text_in(data, "id"):
            return "ignored"
        key = f"svix:{event.delivery_id}"
        if event.kind == "user.deleted":
            return self._delete(text_in(data, "id"), event.at, key)
        return self.apply_record(data, key=key)

    def _delete(self, clerk_id: str, at: datetime, key: str) -> Outcome:
        """Mark a user deleted, known or not, so that a late update revives nobody; then erase."""
        caller = self._caller()
        known = users.get(caller, clerk_id)
        args = UsersUpsertArgs(
            clerk_id=clerk_id,
            kind=known.kind if known else "product",
            status="deleted",
            clerk_updated_at=at,
            source=SOURCE,
        )
        if _upsert(caller, args, key) == "ignored":
            return "ignored"
        if known is not None and self._settings.on_user_deleted == "erase":
            try:
                erasure.start(caller, clerk_id)
            except Refused as refusal:
                # A legal hold keeps the data; the mark stays, and the erasure can be asked again.
                _log.warning("clerk.erasure_refused", code=refusal.code)
        return "deleted"

    def _kind(
        self, record: Mapping[str, Any], member: Member | None, known: User | None
    ) -> tuple[Literal["product", "team"], Role | None]:
        """Return whether somebody is a team member, and with which role."""
        if member is not None:
            return "team", member.role
        path = self._settings.role_claim.split(".")
        if path[0] in _ORGANIZATION_CLAIMS:
            return known.kind if known else "product", None
        metadata = record.get("public_metadata")
        role = role_of(metadata if isinstance(metadata, Mapping) else {}, path[-1])
        return ("product" if role is None else "team"), role

    def _arrive(self, member: Member) -> None:
        try:
            record = self._api.user(member.user_id)
            now_ms = time.time() * 1000
            self.apply_record({**record, "last_active_at": now_ms}, member=member)
        except (ApiUnavailableError, ApiRefusedError, DataError) as error:
            with self._guard:
                self._arrivals.pop(member.user_id, None)
            _log.warning("clerk.arrival_not_noted", reason=type(error).__name__)


def profile_of(record: Mapping[str, Any]) -> UsersUpsertArgs:
    """Return the arguments that describe a Clerk user record; the kind is left at product."""
    names = (text_in(record, "first_name"), text_in(record, "last_name"))
    name = " ".join(part for part in names if part) or text_in(record, "username")
    seen = max(_number(record, "last_active_at"), _number(record, "last_sign_in_at"))
    return UsersUpsertArgs(
        clerk_id=text_in(record, "id"),
        kind="product",
        name=name[:_NAME_CHARS] or None,
        email=primary_email(record) or None,
        image_url=text_in(record, "image_url") or None,
        status="banned" if record.get("banned") is True else "active",
        last_seen_at=_moment(seen),
        clerk_updated_at=_moment(_number(record, "updated_at")),
        created_at=_moment(_number(record, "created_at")),
        source=SOURCE,
    )


def _lacking(args: UsersUpsertArgs) -> list[Literal["email", "name", "imageUrl", "role"]]:
    """Return what a record of Clerk's, which is always complete, says a person does not have."""
    cleared: list[Literal["email", "name", "imageUrl", "role"]] = []
    if args.get("email") is None:
        cleared.append("email")
    if args.get("name") is None:
        cleared.append("name")
    if args.get("image_url") is None:
        cleared.append("imageUrl")
    # A member whose role the record does not name (an organization's) keeps it.
    if args["kind"] == "product":
        cleared.append("role")
    return cleared


def _upsert(caller: Caller, args: UsersUpsertArgs, key: str | None) -> Outcome:
    try:
        done = users.upsert(caller, idempotency_key=key, **args)
    except Refused as refusal:
        # Their data is being erased or was, or another copy of this delivery was first.
        if refusal.code in {"GONE", "CONFLICT", "IDEMPOTENCY_CONFLICT"}:
            return "ignored"
        raise
    return "created" if done.created else "updated"


def _moment(milliseconds: float) -> datetime | None:
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds > 0 else None


def _number(record: Mapping[str, Any], name: str) -> float:
    value = record.get(name)
    return float(value) if isinstance(value, int | float) else 0.0
