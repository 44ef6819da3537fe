"""`/metrics` answers machines with a token, and nobody else."""

from __future__ import annotations

from lib.auth.service import mint
from tests.support.api import Api


def monitor(api: Api) -> str:
    settings = api.services.settings
    assert settings.service_key is not None
    return mint(settings.service_key.get_secret_value(), settings.service_issuer, "monitor", "prom")


def ask(api: Api, token: str | None) -> tuple[int, str]:
    url = api.url.removesuffix("/api/v1") + "/metrics"
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = api.client.get(url, headers=headers)
    return answer.status_code, answer.text


def test_a_scraper_reads_what_was_measured_and_may_do_nothing_else(api: Api) -> None:
    api.call("GET", "/users", "viewer").raise_for_status()
    status, text = ask(api, monitor(api))
    assert status == 200
    assert "earshot_api_request_seconds_bucket" in text
    headers = {"Authorization": f"Bearer {monitor(api)}"}
    assert api.call("GET", "/users", None, headers=headers).status_code == 403


def test_nobody_else_reads_it(api: Api) -> None:
    assert ask(api, None)[0] == 401
    assert ask(api, "e30.e30.e30")[0] == 401
    for role in ("viewer", "reviewer", "ops", "admin", "ingest"):
        assert ask(api, api.token(role))[0] == 403, role
    assert ask(api, api.token("worker"))[0] == 200


def test_without_the_gate_in_front_it_refuses(bare_api: Api) -> None:
    assert ask(bare_api, monitor(bare_api))[0] == 401
