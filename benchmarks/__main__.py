"""`python -m benchmarks [NAME ...]`: run benchmarks by name, or all; `make bench` runs all.

Each prints its figures and the targets, and ends with 1 if a target was missed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module

NAMES = ("auth", "convex", "storage")


def main(names: list[str]) -> int:
    """Run the named benchmarks one after the other, never two at once."""
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        print(f"There is no benchmark {unknown[0]}. There are: {', '.join(NAMES)}")
        return 2
    missed = []
    for name in names or NAMES:
        print(f"--- {name}")
        sys.argv = [name]
        run: Callable[[], int | None] = import_module(f"benchmarks.{name}").main
        if run():
            missed.append(name)
    if missed:
        print(f"Targets missed in: {', '.join(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
