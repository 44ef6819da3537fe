"""The settings: documented, complete, and refusing what contradicts itself."""

import base64
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from lib.config.clerk_keys import account_portal_origin, frontend_api_host
from lib.config.settings import Settings
from lib.config.values import is_loopback

ROOT = Path(__file__).parents[2]

REAL = {
    "EARSHOT_APP_URL": "https://earshot.example.com",
    "CLERK_PUBLISHABLE_KEY": "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k",
    "CLERK_SECRET_KEY": "sk_live_abcdefgh",
    "EARSHOT_COOKIE_KEYS": "k" * 32,
    "CONVEX_URL": "https://happy-otter-123.convex.cloud",
    "S3_BUCKET": "earshot-audio",
}


def settings(monkeypatch: pytest.MonkeyPatch, **changes: str) -> Settings:
    for field in Settings.model_fields.values():
        assert field.alias
        monkeypatch.delenv(field.alias, raising=False)
    for name, value in {**REAL, **changes}.items():
        monkeypatch.setenv(name, value)
    return Settings(_env_file=None)


def test_every_setting_is_in_the_example_file_and_the_other_way_round() -> None:
    text = (ROOT / ".env.example").read_text()
    written = set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", text, re.MULTILINE))
    assert written == {field.alias for field in Settings.model_fields.values()}


def example_secrets() -> dict[str, str]:
    """Return the value that the example file shows for each setting that is kept out of texts."""
    text = (ROOT / ".env.example").read_text()
    shown = dict(re.findall(r"^#?([A-Z][A-Z0-9_]+)=(.+)$", text, re.MULTILINE))
    hidden = {
        str(field.alias)
        for field in Settings.model_fields.values()
        if "Secret" in str(field.annotation) or not field.repr
    }
    return {name: shown[name] for name in sorted(hidden & shown.keys())}


@pytest.mark.parametrize("name", example_secrets())
def test_a_secret_copied_from_the_example_file_is_refused_by_name(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValidationError) as refusal:
        settings(monkeypatch, **{name: example_secrets()[name]})
    assert name in {error["loc"][0] for error in refusal.value.errors()}
    assert "example" in str(refusal.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"EARSHOT_COOKIE_KEYS": f"{'k' * 32},Replace-Me-with-32-or-more-random-characters"},
        {"EARSHOT_ORGANIZATION_ID": "org_replace_me"},
        {"S3_ROLE_CREDENTIALS": '{"probe": "a:b", "reader": "REPLACE_ME:x"}'},
    ],
)
def test_a_placeholder_is_refused_among_other_values_and_in_any_casing(
    changes: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValidationError, match=next(iter(changes))):
        settings(monkeypatch, **changes)


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_the_clerk_urls_follow_from_the_publishable_key(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings(monkeypatch)
    assert found.instance_type == "production"
    assert found.clerk_frontend_api_url == "https://clerk.example.com"
    assert found.clerk_sign_in_url == "https://accounts.example.com/sign-in"
    assert found.clerk_authorized_parties == ("https://earshot.example.com",)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"CLERK_SECRET_KEY": "sk_test_abcdefgh"}, "CLERK_SECRET_KEY"),
        ({"CLERK_PUBLISHABLE_KEY": "pk_live_"}, "CLERK_PUBLISHABLE_KEY"),
        ({"CLERK_PUBLISHABLE_KEY": "pk_live_%%%"}, "CLERK_PUBLISHABLE_KEY"),
        ({"CLERK_PUBLISHABLE_KEY": "nonsense"}, "CLERK_PUBLISHABLE_KEY"),
        ({"EARSHOT_COOKIE_KEYS": "short"}, "EARSHOT_COOKIE_KEYS"),
        ({"EARSHOT_DEMO": "1"}, "EARSHOT_DEMO"),
        ({"CONVEX_URL": "http://convex.example.com"}, "CONVEX_URL"),
        ({"CONVEX_URL": "ftp://convex.example.com"}, "CONVEX_URL"),
        ({"EARSHOT_ROLE_CLAIM": "o.rol"}, "EARSHOT_ORGANIZATION_ID"),
        ({"EARSHOT_ROLE_CLAIM": "org_role"}, "EARSHOT_ORGANIZATION_ID"),
        ({"EARSHOT_SIGNED_URL_SECONDS": "90000"}, "EARSHOT_SIGNED_URL_SECONDS"),
        (
            {"EARSHOT_SERVICE_KEY": r"-----BEGIN K-----\nAA==\n-----END K-----"},
            "EARSHOT_SERVICE_KEY",
        ),
        ({"EARSHOT_SERVICE_KEY": "AAAA"}, "EARSHOT_SERVICE_KEY"),
        ({"CLERK_JWT_KEY": r"-----BEGIN K-----\nAA==\n-----END K-----"}, "CLERK_JWT_KEY"),
        ({"S3_ROLE_CREDENTIALS": '{"probe": "topsecret"}'}, "S3_ROLE_CREDENTIALS"),
        ({"S3_ROLE_CREDENTIALS": '{"probe": ":topsecret"}'}, "S3_ROLE_CREDENTIALS"),
        ({"S3_ROLE_CREDENTIALS": '{"chef": "a:b"}'}, "S3_ROLE_CREDENTIALS"),
        ({"S3_ACCESS_KEY_ID": "AKID"}, "S3_SECRET_ACCESS_KEY"),
        ({"S3_SECRET_ACCESS_KEY": "topsecret"}, "S3_ACCESS_KEY_ID"),
        ({"CLERK_FRONTEND_API_URL": "https://example.com/__clerk"}, "CLERK_FRONTEND_API_URL"),
        ({"CONVEX_URL": "https://example.com/convex"}, "CONVEX_URL"),
        ({"EARSHOT_APP_URL": "https://example.com/earshot"}, "EARSHOT_APP_URL"),
    ],
)
def test_a_contradiction_is_refused_and_named(
    changes: dict[str, str], named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValidationError, match=named) as refusal:
        settings(monkeypatch, **changes)
    assert "topsecret" not in str(refusal.value)


def test_demo_data_is_allowed_with_loopback_addresses_only(monkeypatch: pytest.MonkeyPatch) -> None:
    local = {
        "CLERK_API_URL": "http://127.0.0.1:1",
        "CONVEX_URL": "http://127.0.0.1:2",
        "S3_ENDPOINT_URL": "http://127.0.0.1:3",
        "EARSHOT_DEMO": "1",
    }
    assert settings(monkeypatch, **local).demo
    with pytest.raises(ValidationError, match="EARSHOT_DEMO"):
        settings(monkeypatch, **{**local, "S3_ENDPOINT_URL": "https://s3.example.com"})


def test_a_secret_does_not_show_in_the_settings_text(monkeypatch: pytest.MonkeyPatch) -> None:
    roles = {"S3_ROLE_CREDENTIALS": '{"reader": "AKIDREADER:topsecret"}'}
    text = repr(settings(monkeypatch, CLERK_SECRET_KEY="sk_live_hidden1", **roles))
    assert "hidden1" not in text
    assert "topsecret" not in text


def test_a_refusal_does_not_show_the_values_it_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValidationError) as refusal:
        settings(monkeypatch, CLERK_SECRET_KEY="sk_test_hidden1", EARSHOT_COOKIE_KEYS="hidden2")
    assert "hidden" not in str(refusal.value)


@pytest.mark.parametrize("padding", ["", "="])
def test_publishable_keys_are_read_with_and_without_padding(padding: str) -> None:
    encoded = base64.b64encode(b"happy-cat-12.clerk.accounts.dev$").decode().rstrip("=")
    assert frontend_api_host(f"pk_test_{encoded}{padding}") == "happy-cat-12.clerk.accounts.dev"


def test_the_account_portal_of_each_instance_type() -> None:
    assert account_portal_origin("clerk.example.com") == "https://accounts.example.com"
    origin = account_portal_origin("happy-cat-12.clerk.accounts.dev")
    assert origin == "https://happy-cat-12.accounts.dev"


def test_loopback_addresses_are_recognised() -> None:
    for url in ("http://localhost:1", "http://127.8.9.1", "http://app.earshot.localhost:2"):
        assert is_loopback(url)
    for url in ("https://example.com", "http://localhost.example.com", "http://10.0.0.1"):
        assert not is_loopback(url)
