"""Erasing a user leaves nothing of them but a receipt that can be checked."""

from __future__ import annotations

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from lib.data import Refused, audio_objects, interactions, user_sessions, users
from lib.data.records import NewInteraction
from lib.storage.client import Storage
from lib.storage.errors import StorageError
from lib.work.erasure import Receipt, erase_user, user_digest, verify_receipt
from lib.work.services import Services
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
