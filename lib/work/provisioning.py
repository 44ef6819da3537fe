"""Provisioning of Clerk users: first sign-in, webhooks and back-fill.

All three end in `apply_record`, an idempotent upsert that ignores records older than the stored
one, so events may arrive repeatedly and in any order.
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
from lib.product.limits import NAME_CHARS, USER_IDENTITIES
from lib.product.phones import phone_number
from lib.product.texts import shortened
from lib.work.clerk_webhooks import ClerkEvent, verified_event

Outcome = Literal["created", "updated", "deleted", "ignored"]

ARRIVAL_SECONDS: Final = 600.0
"""Interval between updates for a member who stays signed in."""

SOURCE: Final = "clerk"
_MAX_ARRIVALS: Final = 10_000
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
        """Drop pending work and end the thread."""
        self._background.shutdown(wait=False, cancel_futures=True)

    def receive(self, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """Apply one webhook delivery.

        Args:
            body: raw bytes, as they were signed.
            headers: of the request; names in any case.

        Raises:
            WebhookRefusedError: it is not a valid, recent event of this instance.
            DataError: Convex did not store it; the delivery should be repeated.
        """
        event = verified_event(self._settings.clerk_webhook_secret, body, headers)
        outcome = self._apply_event(event)
        _log.info("clerk.webhook", type=event.kind, outcome=outcome, deliveryId=event.delivery_id)
        return outcome

    def note_arrival(self, member: Member) -> None:
        """Provision a signed-in member in the background; sign-in never waits for it or fails."""
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
        """Store a user record of Clerk; one older than the stored record changes nothing.

        Args:
            record: a User of the Backend API or of a webhook.
            member: the same person with the role of a verified token, if there is one.
            key: idempotency key of the delivery.

        Raises:
            DataError: Convex did not store it.
        """
        caller = self._caller()
        clerk_id = text_in(record, "id")
        known = users.get(caller, clerk_id)
        args = profile_of(record)
        args["kind"], role = self._kind(record, member, known)
        if role is not None:
            args["role"] = role.value  # type: ignore[typeddict-item]  # a team role
        if args["kind"] == "product":
            args["phones"] = verified_phones(record)
        args["clear"] = _absent_fields(args)
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
        """Mark a user deleted, even if unknown, so that late updates have no effect; then erase."""
        caller = self._caller()
        known = users.get(caller, clerk_id)
        args = UsersUpsertArgs(
            clerk_id=clerk_id,
            kind="team" if known and known.kind == "team" else "product",
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
                # A legal hold keeps the data; the erasure can be started again later.
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
            return "team" if known and known.kind == "team" else "product", None
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
    """Return the upsert arguments for a Clerk user record, as a product user."""
    names = (text_in(record, "first_name"), text_in(record, "last_name"))
    name = " ".join(part for part in names if part) or text_in(record, "username")
    seen = max(_number(record, "last_active_at"), _number(record, "last_sign_in_at"))
    return UsersUpsertArgs(
        clerk_id=text_in(record, "id"),
        kind="product",
        name=shortened(name, NAME_CHARS) or None,
        email=primary_email(record) or None,
        image_url=text_in(record, "image_url") or None,
        status="banned" if record.get("banned") is True else "active",
        last_seen_at=_moment(seen),
        clerk_updated_at=_moment(_number(record, "updated_at")),
        created_at=_moment(_number(record, "created_at")),
        source=SOURCE,
    )


def verified_phones(record: Mapping[str, Any]) -> list[str]:
    """Return the phone numbers of a Clerk user that are known to be theirs, in E.164."""
    found: list[str] = []
    numbers = record.get("phone_numbers")
    for item in numbers if isinstance(numbers, list) else []:
        state = item.get("verification") if isinstance(item, Mapping) else None
        if not (isinstance(state, Mapping) and state.get("status") == "verified"):
            continue
        try:
            number = phone_number(text_in(item, "phone_number"))
        except ValueError:
            continue
        if number is not None:
            found.append(number)
    return found[:USER_IDENTITIES]


def _absent_fields(args: UsersUpsertArgs) -> list[Literal["email", "name", "imageUrl", "role"]]:
    """Return the fields to clear: Clerk records are complete, so missing values are absent."""
    cleared: list[Literal["email", "name", "imageUrl", "role"]] = []
    if args.get("email") is None:
        cleared.append("email")
    if args.get("name") is None:
        cleared.append("name")
    if args.get("image_url") is None:
        cleared.append("imageUrl")
    # A role that the record does not contain (of an organization) is kept.
    if args["kind"] == "product":
        cleared.append("role")
    return cleared


def _upsert(caller: Caller, args: UsersUpsertArgs, key: str | None) -> Outcome:
    try:
        done = users.upsert(caller, idempotency_key=key, **args)
    except Refused as refusal:
        # The user is being erased or was, or a repeat of this delivery was first.
        if refusal.code in {"GONE", "CONFLICT", "IDEMPOTENCY_CONFLICT"}:
            return "ignored"
        raise
    return "created" if done.created else "updated"


def _moment(milliseconds: float) -> datetime | None:
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds > 0 else None


def _number(record: Mapping[str, Any], name: str) -> float:
    value = record.get(name)
    return float(value) if isinstance(value, int | float) else 0.0
