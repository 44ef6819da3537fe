"""The OpenAPI document: current, complete, and true (schemathesis asks the running API)."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Ok

from lib.api.app import schema_app
from lib.api.openapi import TARGET, document, text
from local.processes import node_binary
from tests.support.api import Api

# Refusals that a request can meet although it fits its schema: cursors are opaque, states change,
# and JSON Schema has no words for calendar dates in range or for names inside free-form metadata.
_FITTING = ["2xx", 400, 401, 403, 404, 409, 410, 422]
CONFIG = SchemathesisConfig.from_dict(
    {"checks": {"positive_data_acceptance": {"expected-statuses": _FITTING}}}
)
EXAMPLES = int(os.environ.get("EARSHOT_SCHEMATHESIS_EXAMPLES", "4"))
DOCUMENT: dict[str, Any] = document(schema_app())
OPERATIONS = [
    (method, path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]


@pytest.mark.generated
def test_the_checked_in_document_is_current() -> None:
    assert TARGET.read_text() == text(schema_app()), "run `python -m lib.api.openapi`"


def test_the_document_passes_the_recommended_lint_rules() -> None:
    script = Path(__file__).with_name("lint_openapi.mjs")
    command = [str(node_binary()), str(script), str(TARGET)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == ""


def test_every_operation_is_described() -> None:
    ids = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(set(ids)) == len(ids)
    for _, path, operation in OPERATIONS:
        assert operation["summary"], path
        assert operation["description"], path
        assert operation["tags"], path


def test_every_error_is_a_problem_and_security_is_stated() -> None:
    for method, path, operation in OPERATIONS:
        public = operation.get("security") == []
        assert public == (
            path in {"/live", "/ready", "/openapi.json", "/docs"} or "webhooks" in path
        )
        for status, response in operation["responses"].items():
            if int(status) >= 400 and path != "/ready":
                assert list(response["content"]) == ["application/problem+json"], (method, path)


def test_every_reference_leads_somewhere() -> None:
    known = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}
    known |= {f"#/components/headers/{name}" for name in DOCUMENT["components"]["headers"]}

    def references(value: Any) -> set[str]:
        if isinstance(value, dict):
            own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
            return own.union(*(references(item) for item in value.values()))
        if isinstance(value, list):
            return set().union(*(references(item) for item in value))
        return set()

    assert references(DOCUMENT) == known


@pytest.mark.parametrize("role", ["worker", "admin", None])
def test_the_running_api_keeps_every_promise_of_the_document(
    api: Api, role: str | None, record_property: Callable[[str, object], None]
) -> None:
    schema = schemathesis.openapi.from_dict(DOCUMENT, config=CONFIG)
    schema.config.update(base_url=api.url)
    headers = {} if role is None else {"Authorization": f"Bearer {api.token(role)}"}
    calls = 0
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        calls += asked(result.ok(), headers)
    record_property("schemathesis calls", calls)
    assert calls >= len(OPERATIONS)


def asked(operation: Any, headers: dict[str, str]) -> int:
    """Send generated requests of an operation, check every answer, and return how many."""
    calls = 0

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy())
    def check(case: Any) -> None:
        nonlocal calls
        calls += 1
        case.call_and_validate(headers=headers)

    check()
    return calls
