"""docs/load.md, made from the JSON of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from benchmarks.figures import amount

FOLDER: Final = Path(__file__).resolve().parents[1] / "docs"

_NOTABLE_MIB: Final = 5.0
_PAGE: Final = """\
# Load

Made by `make load` from docs/load.json. Everything ran on one machine: the app with its worker, the
Convex runtime, S3, the identity provider and the generator itself.

- {cores} cores, Python {python}, Streamlit {streamlit}, {date}; seed {seed} (`EARSHOT_LOAD_SEED`).
- {visitors} dashboard users, each a signed-in member with cookies, a client address and a socket of
  their own, one view every {view_seconds:g} s over all pages: {shown:.1f} views/s in all. Every
  sixth view is a page load with a new socket, which after a minute takes the browser to Clerk and
  back; the others are clicks in the open page. Open pages ask for `/auth/state` every 20 s.
- {writers} API writers, {turns_per_second:g} turns/s wanted, {stored_per_second:.0f} stored:
  a user, a session, its turns in batches of {batch}, its end, each write with an
  `Idempotency-Key`.
- {reviewers} reviewers on one queue, which every written session enters when it ends, each with a
  claim and a review every five seconds, through the functions: {reviews:,} reviews.
- {seconds:.0f} s measured after {warm_seconds:g} s of warm-up.

## Targets

{verdict}

{targets}

## Errors

{errors}

## Pages

{pages}

`load`: document and a new socket; `click`: within the open page. The time ends with the
last message of the page's script.

## Requests

{requests}

## Processes

{processes}

Resident memory in MiB, the mean of each minute, where it changed by 5 MiB or more. Streamlit keeps
a session for two minutes after its page was left, 128 at most: the app's first minutes.

{minutes}
"""


def markdown(outcome: dict[str, Any]) -> str:
    """Return the page of what `benchmarks.load_outcome` keeps."""
    views = {name: one for name, one in outcome["views"].items() if name.startswith("/")}
    routes = {name: one for name, one in outcome["views"].items() if not name.startswith("/")}
    stored = routes.get("POST /interactions", {}).get("perSecond", 0) * outcome["plan"]["batch"]
    return _PAGE.format(
        **outcome["machine"],
        **{**outcome["plan"], "seconds": outcome["seconds"]},
        reviews=outcome["reviews"],
        shown=sum(one["perSecond"] for one in views.values()),
        stored_per_second=stored,
        verdict=_verdict(outcome["targets"]),
        targets="\n".join(_targets(outcome["targets"])),
        errors="\n".join(_errors(outcome)),
        pages="\n".join(times(views, "view")),
        requests="\n".join(times(routes, "request")),
        processes="\n".join(usage(outcome["processes"])),
        minutes="\n".join(_minutes(outcome["memory"])),
    )


def times(figures: dict[str, dict[str, float]], kind: str) -> list[str]:
    """Return a table of durations by kind of view or request."""
    rows = [f"| {kind} | count | p50 ms | p95 ms | p99 ms | max ms |"]
    rows.append("|---|---:|---:|---:|---:|---:|")
    rows += [
        f"| {name} | {one['count']:.0f} | {one['p50Ms']:.0f} | "
        f"{one['p95Ms']:.0f} | {one['p99Ms']:.0f} | {one['maxMs']:.0f} |"
        for name, one in figures.items()
    ]
    return rows


def usage(processes: dict[str, dict[str, float]]) -> list[str]:
    """Return a table of what processes used."""
    rows = ["| process | cores | first MiB | last MiB | peak MiB | growth MiB/min, second half |"]
    rows.append("|---|---:|---:|---:|---:|---:|")
    rows += [
        f"| {name} | {one['cores']:.2f} | {one['firstMib']:.0f} | {one['lastMib']:.0f} | "
        f"{one['peakMib']:.0f} | {one['growthMibPerMinute']:+.2f} |"
        for name, one in processes.items()
    ]
    return rows


def _minutes(memory: dict[str, list[float]]) -> list[str]:
    count = max(map(len, memory.values()))
    rows = ["| process | " + " | ".join(str(number + 1) for number in range(count)) + " |"]
    rows.append("|---" + "|---:" * count + "|")
    for name, mib in memory.items():
        if max(mib) - min(mib) < _NOTABLE_MIB:
            continue
        cells = [f"{one:.0f}" for one in mib]
        rows.append(f"| {name} | " + " | ".join(cells + [""] * (count - len(cells))) + " |")
    return rows


def _verdict(targets: list[dict[str, Any]]) -> str:
    missed = sum(not one["met"] for one in targets)
    return f"**{missed} of {len(targets)} missed.**" if missed else "Every target was met."


def _targets(targets: list[dict[str, Any]]) -> list[str]:
    rows = ["| what | target | measured | |", "|---|---|---:|---|"]
    rows += [
        f"| {one['name']} | {one['target']} | {amount(one['value'], one['unit'])} | "
        f"{'met' if one['met'] else '**missed**'} |"
        for one in targets
    ]
    return rows


def _errors(outcome: dict[str, Any]) -> list[str]:
    lines = [
        f"- Failed views and requests (a 429 is one): {sum(outcome['failures'].values())}",
        f"- Errors in the app's log: {outcome['errors_logged']}",
        f"- Turns acknowledged: {outcome['acknowledged']:,}; stored: {outcome['stored']:,}",
        "- Sessions handed to two reviewers, reviews lost or doubled, claims stuck: "
        + (outcome["review_problem"] or "none"),
    ]
    return lines + [f"- {count} x {what}" for what, count in sorted(outcome["failures"].items())]
