"""API keys: recognised without a call, checked rarely, ended within a minute, never shown again."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.auth.api_keys import (
    FRESH_SECONDS,
    TOKEN_SECONDS,
    ApiKeys,
    StoredKey,
    hash_of,
    new_key,
    public_id,
)
from lib.auth.backend_api import ApiUnavailableError
from lib.auth.bearer import BearerVerifier, Principal
from lib.auth.blocking import run_here
from lib.auth.members import Denial
from lib.auth.roles import Role
from tests.auth.clerk import settings_for
from tests.auth.harness import stage


@dataclass
class Stored:
    id: str
    scope: str
    hash: str
    former_hash: str | None = None


@dataclass
class Store:
    """Keys that tests change, behind a clock that tests move."""

    keys: dict[str, Stored] = field(default_factory=dict)
    asked: int = 0
    minted: int = 0
    now: float = 1000.0
    down: bool = False

    def made(self, scope: str = "write") -> tuple[str, Stored]:
        key = new_key()
        name = public_id(key)
        assert name is not None
        self.keys[name] = Stored(f"record {name}", scope, hash_of(key))
        return key, self.keys[name]

    def find(self, name: str, _hash: str) -> StoredKey | None:
        self.asked += 1
        if self.down:
            raise ApiUnavailableError("down")
        return self.keys.get(name)

    def mint(self, role: str, subject: str) -> str:
        self.minted += 1
        return f"{role} {subject} {self.minted}"


@pytest.fixture
def store() -> Store:
    return Store()


Verify = Callable[[str], Principal | Denial]


@pytest.fixture
def verify(store: Store) -> Verify:
    keys = ApiKeys(store.find, store.mint, lambda: store.now)
    with stage() as built:
        verifier = BearerVerifier(settings_for(), built.authenticator, keys)
    return lambda key: run_here(verifier.verify(f"Bearer {key}"))


INVALID = Denial("api-key-invalid")


@pytest.mark.parametrize("scope", ["write", "read", "read-clear", "scores"])
def test_a_key_calls_with_the_role_of_its_scope_and_a_token_of_its_own(
    scope: str, store: Store, verify: Verify
) -> None:
    key, stored = store.made(scope)
    caller = verify(key)
    assert isinstance(caller, Principal)
    assert (caller.kind, caller.subject, caller.role) == (
        "service",
        stored.id,
        Role(f"key-{scope}"),
    )
    assert key not in caller.token
    assert key not in repr(caller)


def test_a_key_is_asked_for_once_in_half_a_minute(store: Store, verify: Verify) -> None:
    key, _ = store.made()
    for _ in range(5):
        verify(key)
        store.now += FRESH_SECONDS / 6
    assert (store.asked, store.minted) == (1, 1)


def test_a_token_for_convex_is_renewed_before_it_ends(store: Store, verify: Verify) -> None:
    key, _ = store.made()
    first = verify(key)
    store.now += TOKEN_SECONDS - 60
    second = verify(key)
    assert isinstance(first, Principal)
    assert isinstance(second, Principal)
    assert first.token != second.token
    assert first.subject == second.subject


def test_a_revoked_key_ends_within_half_a_minute(store: Store, verify: Verify) -> None:
    key, _ = store.made()
    verify(key)
    store.keys.clear()
    store.now += FRESH_SECONDS
    assert verify(key) == INVALID


def test_after_a_rotation_both_secrets_work_until_the_former_ends(
    store: Store, verify: Verify
) -> None:
    former, stored = store.made()
    key = new_key(public_id(former) or "")
    stored.hash, stored.former_hash = hash_of(key), stored.hash
    assert isinstance(verify(key), Principal)
    assert isinstance(verify(former), Principal)
    stored.former_hash = None
    assert isinstance(verify(key), Principal)
    assert verify(former) == INVALID


def test_another_secret_of_a_known_key_is_refused(store: Store, verify: Verify) -> None:
    key, _ = store.made()
    verify(key)
    assert verify(new_key(public_id(key) or "")) == INVALID


def test_a_key_that_worked_never_waits_behind_made_up_ones(store: Store) -> None:
    def is_anonymous(key: str) -> bool:
        check = keys.check(key)
        call = check.send(None)
        check.close()
        return bool(call.anonymous)

    keys = ApiKeys(store.find, store.mint, lambda: store.now)
    key, _ = store.made()
    assert is_anonymous(key)
    run_here(keys.check(key))
    store.now += FRESH_SECONDS
    assert not is_anonymous(key)
    assert is_anonymous(new_key(public_id(key) or ""))
    assert is_anonymous(new_key())


def test_an_unknown_key_costs_one_question(store: Store, verify: Verify) -> None:
    key = new_key()
    assert verify(key) == verify(key) == INVALID
    assert store.asked == 1


def test_keys_cannot_be_checked_while_convex_is_down(store: Store, verify: Verify) -> None:
    key, _ = store.made()
    store.down = True
    assert verify(key) == Denial("session-check-unavailable")


@given(st.integers(0, 91), st.characters(exclude_characters="\n"))
def test_any_other_character_makes_a_key_malformed(place: int, character: str) -> None:
    key = new_key()
    changed = key[:place] + character + key[place + 1 :]
    assert (public_id(changed) is None) == (changed != key)


@given(st.text())
def test_any_text_is_a_key_or_none_and_malformed_ones_cost_no_question(text: str) -> None:
    store = Store()
    keys = ApiKeys(store.find, store.mint)
    assert run_here(keys.check(f"esk_{text}")) is None
    assert store.asked == 0


def test_keys_have_256_random_bits_and_a_known_form() -> None:
    made = {new_key() for _ in range(100)}
    assert len(made) == 100
    assert all(re.fullmatch("esk_[0-9a-f]{88}", key) for key in made)
