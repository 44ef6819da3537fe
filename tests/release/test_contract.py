"""The functions keep what the last release needs of them, and whatever breaks it is found."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.release.contract import ACCEPTED, broken, gaps, load, present, short

RELEASE: dict[str, Any] = {
    "readsUnknownLiterals": True,
    "functions": {
        "calls:list": {
            "kind": "mutation",
            "answer": "kept",
            "roles": ["viewer"],
            "args": {"object": {"kind": {"literals": ["a", "b"]}, "limit?": "number"}},
            "returns": {
                "object": {
                    "items": {"array": {"object": {"id": "id", "state": {"literals": ["open"]}}}},
                    "note?": "string",
                    "nextCursor": {"union": ["string", "null"]},
                }
            },
        }
    },
}
Change = Callable[[dict[str, Any]], object]


def changed(change: Change) -> list[str]:
    now: dict[str, Any] = copy.deepcopy(RELEASE["functions"])
    change(now["calls:list"])
    return broken(RELEASE, now)


def fields(part: str, function: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = function[part]["object"]
    return found


def test_the_last_release_can_use_these_functions() -> None:
    differences = broken(load(), present())
    assert [line for line in differences if line not in ACCEPTED] == [], (
        "the last release fails with these functions: widen them again, or say why it does no harm "
        "(tests/release/contract.py)"
    )
    assert [line for line in ACCEPTED if line not in differences] == []


def test_every_detail_that_0_1_0_notes_of_an_export_is_still_taken() -> None:
    filters = "status channel review audio latency label provider model user period since until"
    sent = {*filters.split(), "sort", "action", "actor", "subject", "queue", "format"}
    details = fields("args", present()["audit:record"])["details?"]["object"]
    assert sent <= {name.rstrip("?") for name in details}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda f: f.update(kind="query"), "is a query, not a mutation"),
        (lambda f: f.update(answer="once"), "no longer takes an idempotency key"),
        (lambda f: f.update(roles=["ops"]), "is refused to viewer"),
        (lambda f: fields("args", f).update(kind={"literals": ["a"]}), 'takes.kind: "b"'),
        (lambda f: fields("args", f).pop("limit?"), "takes.limit is no longer known"),
        (lambda f: fields("args", f).update({"new": "string"}), "takes.new is missing"),
        (
            lambda f: fields("args", f).update({"limit": fields("args", f).pop("limit?")}),
            "takes.limit may be missing",
        ),
        (lambda f: fields("returns", f).pop("note?"), "gives.note is missing"),
        (lambda f: fields("returns", f).update(items={"array": "string"}), "string where object"),
        (
            lambda f: fields("returns", f).update(nextCursor={"union": ["number", "null"]}),
            "number where string",
        ),
        (lambda f: fields("returns", f).pop("nextCursor"), "gives.nextCursor is missing"),
    ],
)
def test_what_narrows_is_found(change: Change, said: str) -> None:
    found = changed(change)
    assert len(found) == 1
    assert said in found[0]


def test_a_function_that_is_gone_is_found() -> None:
    assert broken(RELEASE, {}) == ["calls:list is gone"]


@pytest.mark.parametrize(
    "change",
    [
        lambda f: fields("args", f).update({"new?": "string"}),
        lambda f: fields("args", f).update(kind="string"),
        lambda f: fields("args", f).update({"limit?": {"union": ["number", "null"]}}),
        lambda f: fields("returns", f).update({"new": "number"}),
        lambda f: fields("returns", f).update({"note": fields("returns", f).pop("note?")}),
        lambda f: fields("returns", f).update(nextCursor="null"),
        lambda f: f.update(roles=["viewer", "ingest"]),
    ],
)
def test_what_widens_arguments_or_adds_to_results_is_no_break(change: Change) -> None:
    assert changed(change) == []


def test_a_new_literal_in_a_result_breaks_only_a_release_that_does_not_read_it() -> None:
    known, more = {"literals": ["open"]}, {"literals": ["open", "shut"]}
    assert list(gaps(more, known, "state", reading=True, loose=True)) == []
    assert list(gaps(more, known, "state", reading=True, loose=False)) == ['state: "shut"']


def test_a_validator_is_noted_as_convex_prints_it() -> None:
    literal = [{"type": "literal", "value": word} for word in ("b", "a")]
    field = {"fieldType": {"type": "union", "value": [*literal, {"type": "null"}]}}
    printed = {"type": "object", "value": {"x": {**field, "optional": True}}}
    assert short(printed) == {"object": {"x?": {"union": [{"literals": ["a", "b"]}, "null"]}}}
