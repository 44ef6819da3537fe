"""What reviewers are asked: named rubrics, each a row of versions that never change.

Generated from the Convex functions by `python -m codegen`; a test proves that it is current.
"""

from __future__ import annotations

from collections.abc import Sequence

from lib.data.client import Caller
from lib.data.functions import Page
from lib.data.records import (
    RUBRICS_GET,
    RUBRICS_LIST,
    RUBRICS_PUBLISH,
    NewCriterion,
    Rubric,
    RubricsGetArgs,
    RubricsListArgs,
    RubricsPublishArgs,
)


def get(caller: Caller, id: str) -> Rubric | None:
    """Return one version of a rubric, or None."""
    return caller.query(RUBRICS_GET, RubricsGetArgs(id=id))


def page(
    caller: Caller, *, cursor: str | None, limit: int, name: str | None = None
) -> Page[Rubric]:
    """Return one page of versions, newest first; those of one name if it is given."""
    return caller.query(RUBRICS_LIST, RubricsListArgs(cursor=cursor, limit=limit, name=name))


def publish(
    caller: Caller,
    name: str,
    criteria: Sequence[NewCriterion],
    *,
    description: str | None = None,
    idempotency_key: str | None = None,
) -> Rubric:
    """Publish a rubric: the first version of a new name, else the next one.

    The content of the latest version published again is that version.
    """
    return caller.mutation(
        RUBRICS_PUBLISH,
        RubricsPublishArgs(name=name, description=description, criteria=criteria),
        idempotency_key,
    )
