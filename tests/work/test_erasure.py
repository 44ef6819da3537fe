"""Erasing a user leaves nothing of them but a receipt that can be checked."""

from __future__ import annotations

import jwt
import msgspec
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from lib.data import Caller, Refused, audio_objects, erasure, interactions, user_sessions, users
from lib.data.records import NewInteraction
from lib.storage.client import Storage
from lib.storage.errors import StorageError
from lib.work.erasure import (
    Receipt,
    erase_user,
    proven,
    uploads_until,
    user_digest,
    verify_receipt,
)
from lib.work.services import Services
from lib.worker import erasures
from lib.worker.erasures import finish_started
from tests.support.audio import recording
from tests.support.convex import ConvexRuntime
from tests.support.s3 import LocalS3, settings_for
from tests.support.services import Room, new_room

DATA = recording("audio/wav", 0.5)


def key_of(services: Services) -> str:
    key = services.settings.service_key
    assert key is not None
    return key.get_secret_value()


def erase(room: Room, storage: Storage | None = None) -> Receipt:
    key = key_of(room.services)
    return erase_user(room.caller, storage or room.storage, room.clerk_id, key)


def filled(services: Services) -> tuple[Room, Room]:
    first = new_room(services)
    second = new_room(services, first.clerk_id)
    for room in (first, second):
        turns = [
            NewInteraction(sequence=n, speaker="user", text=f"secret {n}", started_at_ms=n)
            for n in range(5)
        ]
        interactions.append(room.caller, room.session_id, turns)
        room.stored(DATA)
    return first, second


def test_nothing_of_the_user_is_left(services: Services) -> None:
    first, second = filled(services)
    bystander = new_room(services)
    kept = bystander.stored(DATA)
    receipt = erase(first)
    for room in (first, second):
        assert room.objects() == []
        assert user_sessions.get(room.caller, room.session_id) is None
        assert audio_objects.for_session(room.caller, room.session_id) == ()
    assert users.get(first.caller, first.clerk_id) is None
    assert receipt.objects == 2
    assert receipt.rows["audioObjects"] == 2
    assert receipt.rows["userSessions"] == 2
    assert receipt.rows["interactions"] == 10
    assert bystander.objects() == [kept.key]


def test_the_receipt_proves_the_counts_and_names_nobody(services: Services) -> None:
    room, _ = filled(services)
    receipt = erase(room)
    claims = verify_receipt(receipt.signed, key_of(services))
    assert claims["user"] == user_digest(room.clerk_id)
    assert claims["rows"] == receipt.rows
    assert claims["objects"] == 2
    assert room.clerk_id not in str(claims)


def test_a_forged_receipt_is_found_out(services: Services) -> None:
    room = new_room(services)
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    forged = erase_user(room.caller, room.storage, room.clerk_id, stranger.decode())
    with pytest.raises(jwt.InvalidTokenError):
        verify_receipt(forged.signed, key_of(services))
    header, _, signature = erase(new_room(services)).signed.split(".")
    with pytest.raises(jwt.InvalidTokenError):
        verify_receipt(f"{header}.e30.{signature}", key_of(services))


def test_the_receipt_is_kept_and_proves_what_convex_says(services: Services) -> None:
    room, _ = filled(services)
    receipt = erase(room)
    kept = erasure.get(room.caller, room.clerk_id)
    assert kept is not None
    assert kept.receipt == receipt.signed
    claims = proven(kept, services.settings)
    assert claims is not None
    assert claims["uploadsUntil"] == int(uploads_until(kept).timestamp())
    assert "sweptAt" not in claims
    other = msgspec.structs.replace(kept, counts={**kept.counts, "interactions": 11})
    assert proven(other, services.settings) is None


def test_erasing_again_gives_the_same_counts(services: Services) -> None:
    room, _ = filled(services)
    first = erase(room)
    assert (erase(room).rows, erase(room).objects) == (first.rows, first.objects)


def test_an_erased_user_is_not_created_again(services: Services) -> None:
    room, _ = filled(services)
    erase(room)
    for again in (
        lambda: users.upsert(room.caller, clerk_id=room.clerk_id, kind="product"),
        lambda: new_room(services, room.clerk_id),
        lambda: room.begin(DATA),
    ):
        with pytest.raises(Refused) as caught:
            again()
        assert caught.value.code == "GONE"


def test_a_receipt_that_was_not_kept_is_signed_by_the_worker(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, _ = filled(services)

    def lost(*_: object, **__: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(erasure, "keep_receipt", lost)
    with pytest.raises(ConnectionError):
        erase(room)
    monkeypatch.undo()
    assert finish_started(services, lambda: False)["receipts"] >= 1
    kept = erasure.get(room.caller, room.clerk_id)
    assert kept is not None
    assert proven(kept, services.settings) is not None


def test_one_user_who_cannot_be_erased_stops_nobody_elses_erasure(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, other = new_room(services), new_room(services)
    for room in (stuck, other):
        erasure.start(room.caller, room.clerk_id)

    def failing(caller: Caller, storage: Storage, clerk_id: str, key: str) -> Receipt:
        if clerk_id == stuck.clerk_id:
            raise RuntimeError("whatever it was")
        return erase_user(caller, storage, clerk_id, key)

    monkeypatch.setattr(erasures, "erase_user", failing)
    counts = finish_started(services, lambda: False)
    assert counts["failed"] == 1
    assert users.get(other.caller, other.clerk_id) is None
    monkeypatch.undo()
    finish_started(services, lambda: False)
    assert users.get(stuck.caller, stuck.clerk_id) is None


def test_an_erasure_that_failed_half_way_is_finished_by_repeating_it(
    services: Services, s3: LocalS3
) -> None:
    room, other = filled(services)
    powerless = Storage(
        settings_for(s3.endpoint, S3_ROLE_CREDENTIALS={"retention": "nobody:nothing"}),
        lambda _: None,
    )
    with pytest.raises(StorageError):
        erase(room, powerless)
    powerless.close()
    assert room.objects() + other.objects() != []
    erase(room)
    assert room.objects() + other.objects() == []
    assert users.get(room.caller, room.clerk_id) is None


def test_a_user_on_legal_hold_is_not_erased(services: Services, convex: ConvexRuntime) -> None:
    room, _ = filled(services)
    user_sessions.set_legal_hold(convex.member("admin"), room.session_id, legal_hold=True)
    with pytest.raises(Refused) as caught:
        erase(room)
    assert caught.value.code == "CONFLICT"
    assert len(room.objects()) == 1


def test_nothing_is_added_to_a_user_who_is_being_erased(services: Services, s3: LocalS3) -> None:
    room, _ = filled(services)
    powerless = Storage(
        settings_for(s3.endpoint, S3_ROLE_CREDENTIALS={"retention": "nobody:nothing"}),
        lambda _: None,
    )
    with pytest.raises(StorageError):
        erase(room, powerless)
    powerless.close()
    with pytest.raises(Refused):
        room.begin(recording("audio/wav", 0.7))
    erase(room)
