"""Benchmarks: what the product costs, measured on this machine.

A benchmark is a module of this package whose name is in `NAMES`. Its docstring tells a reader of
`docs/benchmarks.md` what is measured, how, and, for a target that is missed, why. Its function
`measure()` takes nothing and yields, as soon as it knows them, `figures.Figure` (one number with
its target) and `figures.Curve` (a plot). Whatever it starts it also ends. A new benchmark is such a
module and one word in `NAMES`:

    def measure() -> Iterator[Figure | Curve]:
        with dataset(100_000) as data:
            p50, p95 = median_of(lambda: latencies(lambda: read(data), 200))
        yield Figure("newest 50 sessions, p50", p50, "ms", under=6)

`python -m benchmarks NAME` runs it, prints the figures, writes them to `docs/benchmarks/NAME.json`,
draws the plots beside it and writes `docs/benchmarks.md` anew from all of these files.

What benchmarks share: `dataset` (1,000 to 100,000 sessions, made once and cached), `sampling`
(latencies, medians of several runs, memory), `tests/support` (a local stack, a browser).
"""

from typing import Final

NAMES: Final = (
    "startup",
    "auth",
    "storage",
    "convex",
    "records",
    "ingest",
    "imports",
    "conflicts",
    "api",
    "browsers",
    "scale",
    "window",
    "review",
    "pages",
    "exhaustion",
)
"""Every benchmark, in the order in which they run."""
