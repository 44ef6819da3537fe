"""docs/load.md, made from the JSON of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).resolve().parents[1] / "docs"


def markdown(outcome: dict[str, Any], missed: list[str]) -> str:
    """Return the page.

    Args:
        outcome: of `benchmarks.load`.
        missed: sentences about what falls short.
    """
    plan, machine = outcome["plan"], outcome["machine"]
    requests = outcome["views"].get("POST /interactions", {}).get("perSecond", 0)
    views = {name: one for name, one in outcome["views"].items() if name.startswith("/")}
    routes = {name: one for name, one in outcome["views"].items() if not name.startswith("/")}
    verdict = "Every target was met." if not missed else "Targets missed: " + "; ".join(missed)
    shown = sum(one["perSecond"] for one in views.values())
    lines = [
        "# Load",
        "",
        "Made by `make load` from docs/load.json. Everything ran on one machine: the app, the Convex",
        "runtime, S3, the identity provider and the generator.",
        "",
        f"- {machine['cores']} cores, Python {machine['python']}, Streamlit {machine['streamlit']}, "
        f"{machine['date']}; seed {plan['seed']} (`EARSHOT_LOAD_SEED`).",
        f"- {plan['visitors']} dashboard users, each a signed-in member with a WebSocket session, one "
        f"view every {plan['view_seconds']:g} s ({shown:.1f} views/s in all); "
        f"{plan['writers']} API writers, {plan['turns_per_second']:g} turns/s wanted, "
        f"{requests * plan['batch']:.0f} stored, in batches of {plan['batch']} with an "
        "`Idempotency-Key` each.",
        f"- {outcome['seconds']:.0f} s measured after {plan['warm_seconds']:g} s of warm-up.",
        "",
        verdict if verdict.endswith(".") else f"{verdict}.",
        "",
        "## Errors",
        "",
        f"- Failed views and requests (a 429 is one): {sum(outcome['failures'].values())}",
        f"- Errors in the app's log: {outcome['errors_logged']}",
        f"- Turns acknowledged: {outcome['acknowledged']:,}; stored: {outcome['stored']:,}",
    ]
    lines += [f"- {count} x {what}" for what, count in sorted(outcome["failures"].items())[:20]]
    lines += ["", "## Pages", "", *_times(views, "view")]
    lines += ["", "`load`: document and a new socket; `click`: within the open page. The time ends with"]
    lines += ["the last message of the page's script.", "", "## Requests", "", *_times(routes, "request")]
    lines += ["", "## Processes", "", *_processes(outcome["processes"])]
    return "\n".join(lines) + "\n"


def _times(figures: dict[str, dict[str, float]], kind: str) -> list[str]:
    rows = [f"| {kind} | count | per second | p50 ms | p95 ms | p99 ms | max ms |"]
    rows.append("|---|---:|---:|---:|---:|---:|---:|")
    rows += [
        f"| {name} | {one['count']:.0f} | {one['perSecond']:g} | {one['p50Ms']:.0f} | "
        f"{one['p95Ms']:.0f} | {one['p99Ms']:.0f} | {one['maxMs']:.0f} |"
        for name, one in figures.items()
    ]
    return rows


def _processes(usage: dict[str, dict[str, float]]) -> list[str]:
    rows = ["| process | cores | first MiB | last MiB | peak MiB | growth MiB/min, second half |"]
    rows.append("|---|---:|---:|---:|---:|---:|")
    rows += [
        f"| {name} | {one['cores']:.2f} | {one['firstMib']:.0f} | {one['lastMib']:.0f} | "
        f"{one['peakMib']:.0f} | {one['growthMibPerMinute']:+.2f} |"
        for name, one in usage.items()
    ]
    return rows
