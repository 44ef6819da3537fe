"""What reviewers are asked: named rubrics in versions that never change."""

from __future__ import annotations

from typing import Unpack

from lib.data.client import Caller
from lib.data.functions import Page
from lib.data.records import (
    RUBRICS_GET,
    RUBRICS_LIST,
    RUBRICS_PUBLISH,
    Rubric,
    RubricsGetArgs,
    RubricsListArgs,
    RubricsPublishArgs,
)


def publish(
    caller: Caller, *, idempotency_key: str | None = None, **rubric: Unpack[RubricsPublishArgs]
) -> Rubric:
    """Publish the next version of a rubric; the content of the latest one again is that one."""
    return caller.mutation(RUBRICS_PUBLISH, rubric, idempotency_key)


def get(caller: Caller, rubric_id: str) -> Rubric | None:
    """Return one version."""
    return caller.query(RUBRICS_GET, RubricsGetArgs(id=rubric_id))


def page(caller: Caller, **filters: Unpack[RubricsListArgs]) -> Page[Rubric]:
    """Return one page of versions, newest first."""
    return caller.query(RUBRICS_LIST, filters)
