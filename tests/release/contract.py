"""What the last release expects of the functions, and whether those of this checkout still keep it.

The functions are deployed before the app, and the app may go back: for a while the last release
calls the functions of the next. `contract.json` holds what it may send, what it can read, and who
may call; `python -m tests.release.contract VERSION COMMIT` writes it from this checkout when a
version is released.

A type is written shortly: `"string"`; `{"literals": [...]}`; `{"array": TYPE}`; `{"record": TYPE}`;
`{"union": [TYPE, ...]}`; `{"object": {"name": TYPE, "optional?": TYPE}}`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from codegen.__main__ import described
from lib.auth.roles import Role, allows
from local.processes import ROOT

CONTRACT: Final = Path(__file__).with_name("contract.json")
Type = str | dict[str, Any]

ACCEPTED: Final[Mapping[str, str]] = {
    "audit:record takes.action: string where literals is expected": (
        "the functions of 0.1.0 refused every action but these as well"
    ),
    "audit:record takes.details: record where object is expected": (
        "all names that 0.1.0 sends are fields of the object"
    ),
    **{
        f'{place}.speaker: "tool"': (
            "0.1.0 stores no such turn: it meets one only if it is put back after a later one did"
        )
        for place in (
            "interactions:byRequestId gives[]",
            "interactions:list gives.items[]",
            "interactions:search gives[].interaction",
            "reveals:ofTranscript gives.items[]",
        )
    },
}
"""Differences that do no harm to the last release, each with its reason."""


def present() -> dict[str, Any]:
    """Return the functions of this checkout as `contract.json` has them."""
    roles = json.loads((ROOT / "lib/auth/permissions.json").read_text())["functions"]
    return {
        path: {
            "kind": function["kind"],
            "answer": function["answer"],
            "roles": roles[path],
            "args": short(function["wire"]["args"]),
            "returns": short(function["wire"]["returns"]),
        }
        for path, function in described()["functions"].items()
    }


def short(validator: dict[str, Any]) -> Type:
    """Return a validator, as Convex prints it, in the notation of `contract.json`."""
    match validator["type"]:
        case "literal":
            return {"literals": [validator["value"]]}
        case "array":
            return {"array": short(validator["value"])}
        case "record":
            return {"record": short(validator["values"]["fieldType"])}
        case "object":
            return {
                "object": {
                    f"{name}?" if field["optional"] else name: short(field["fieldType"])
                    for name, field in sorted(validator["value"].items())
                }
            }
        case "union":
            return _union([short(member) for member in validator["value"]])
        case kind:
            return str(kind)


def _union(members: list[Type]) -> Type:
    literals = [m["literals"][0] for m in members if isinstance(m, dict) and "literals" in m]
    rest = [m for m in members if not (isinstance(m, dict) and "literals" in m)]
    found = [*([{"literals": sorted(literals)}] if literals else []), *rest]
    return found[0] if len(found) == 1 else {"union": found}


def broken(release: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Return what the functions no longer do for a release.

    Args:
        release: what `contract.json` holds.
        now: functions as `present` returns them.
    """
    found: list[str] = []
    for path, old in release["functions"].items():
        new = now.get(path)
        if new is None:
            found.append(f"{path} is gone")
            continue
        if new["kind"] != old["kind"]:
            found.append(f"{path} is a {new['kind']}, not a {old['kind']}")
        if old["answer"] == "kept" != new["answer"]:
            found.append(f"{path} no longer takes an idempotency key")
        allowed = {role.value for role in Role if allows(role, map(Role, new["roles"]))}
        found += [f"{path} is refused to {r}" for r in sorted(set(old["roles"]) - allowed)]
        found += gaps(old["args"], new["args"], f"{path} takes", reading=False, loose=False)
        loose = release["readsUnknownLiterals"]
        found += gaps(new["returns"], old["returns"], f"{path} gives", reading=True, loose=loose)
    return found


def gaps(sent: Type, taken: Type, where: str, *, reading: bool, loose: bool) -> Iterator[str]:
    """Yield why not every value of one type is one of another.

    Args:
        sent: the type of what comes.
        taken: the type of what is expected.
        where: the place, for what is said.
        reading: the values are results: fields that nobody expects are passed over, and those that
            are expected must come, optional ones too.
        loose: literals that are not expected are read as texts.
    """

    options = {"reading": reading, "loose": loose}
    match sent, taken:
        case {"union": members}, _:
            for member in members:
                yield from gaps(member, taken, where, **options)
        case _, {"union": members}:
            yield from min((list(gaps(sent, one, where, **options)) for one in members), key=len)
        case {"literals": ours}, {"literals": theirs}:
            if not loose:
                yield from (f"{where}: {json.dumps(one)}" for one in ours if one not in theirs)
        case ({"array": one}, {"array": other}) | ({"record": one}, {"record": other}):
            yield from gaps(one, other, f"{where}[]", **options)
        case {"object": dict(ours)}, {"object": dict(theirs)}:
            yield from _of_fields(ours, theirs, where, **options)
        case _:
            if not _is_simply(sent, taken):
                yield f"{where}: {_shown(sent)} where {_shown(taken)} is expected"


def _of_fields(
    ours: dict[str, Type], theirs: dict[str, Type], where: str, *, reading: bool, loose: bool
) -> Iterator[str]:
    sent = {name.rstrip("?"): (kind, name.endswith("?")) for name, kind in ours.items()}
    taken = {name.rstrip("?"): (kind, name.endswith("?")) for name, kind in theirs.items()}
    for name, (kind, optional) in sent.items():
        if name in taken:
            expected, may_lack = taken[name]
            if optional and not may_lack:
                yield f"{where}.{name} may be missing"
            yield from gaps(kind, expected, f"{where}.{name}", reading=reading, loose=loose)
        elif not reading:
            yield f"{where}.{name} is no longer known"
    for name in taken.keys() - sent.keys():
        if reading or not taken[name][1]:
            yield f"{where}.{name} is missing"


def _is_simply(sent: Type, taken: Type) -> bool:
    """Whether one type is the other, or a narrower one without parts."""
    if taken in (sent, "any") or (sent, taken) == ("id", "string"):
        return True
    if isinstance(sent, dict) and "literals" in sent:
        kinds = {type(one).__name__ for one in sent["literals"]}
        return kinds <= {"str"} and taken == "string"
    return False


def _shown(kind: Type) -> str:
    return kind if isinstance(kind, str) else next(iter(kind))


def check() -> list[str]:
    """Return how this checkout breaks the last release, but for what is accepted."""
    return [line for line in broken(load(), present()) if line not in ACCEPTED]


def load() -> dict[str, Any]:
    """Return the contract of the last release."""
    contract: dict[str, Any] = json.loads(CONTRACT.read_text())
    return contract


def write(version: str, commit: str, functions: dict[str, Any], *, loose: bool) -> None:
    """Write `contract.json`, a line for each function."""
    lines = [
        f"  {json.dumps(path)}: {json.dumps(functions[path], separators=(',', ':'))}"
        for path in sorted(functions)
    ]
    CONTRACT.write_text(
        f'{{\n "version": {json.dumps(version)},\n "commit": {json.dumps(commit)},\n'
        f' "readsUnknownLiterals": {json.dumps(loose)},\n "functions": {{\n'
        + ",\n".join(lines)
        + "\n }\n}\n"
    )


if __name__ == "__main__":
    write(sys.argv[1], sys.argv[2], present(), loose=True)
