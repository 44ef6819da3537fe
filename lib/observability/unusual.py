"""Detects unusual counts, compared with the previous period.

The rule is robust: the usual count of a step is the median of the steps before, and its spread the
larger of the scaled median absolute deviation (1.4826 MAD estimates the standard deviation of
normal noise; Rousseeuw and Croux, JASA 88, 1993) and the standard deviation of a Poisson process of
that rate, the square root. An incident in the previous period neither hides nor causes a new one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median
from typing import Final

SPREADS: Final = 5.0
"""A count is unusual at this many spreads above the median."""
LEAST: Final = 10
"""Smaller counts are never unusual, because few events are not significant."""
_SIGMA_PER_MAD: Final = 1.4826


def threshold(before: Sequence[int]) -> float:
    """Return the smallest count that is unusual.

    Args:
        before: counts by step of the previous period; empty means no events.
    """
    usual = median(before) if before else 0.0
    deviation = median(abs(count - usual) for count in before) if before else 0.0
    spread = max(_SIGMA_PER_MAD * deviation, math.sqrt(usual), 1.0)
    return max(usual + SPREADS * spread, float(LEAST))
