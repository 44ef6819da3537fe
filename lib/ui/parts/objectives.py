"""Objectives that the dashboard draws, in milliseconds at the 95th percentile."""

from __future__ import annotations

from typing import Final

STORAGE_MS: Final = 500.0
TTFT_MS: Final = 1200.0
TURN_MS: Final = 2500.0
ASSESSMENT_MS: Final = 8000.0
API_MS: Final = 500.0
