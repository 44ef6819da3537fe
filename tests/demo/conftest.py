"""Fixtures of the demo tests."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from local.demo.plan import FULL, Plan, plan

ANCHOR = datetime(2026, 3, 18, 15, 20, tzinfo=UTC)


@pytest.fixture(scope="session")
def planned() -> Plan:
    """The full plan, made once."""
    return plan(7, ANCHOR, FULL)
