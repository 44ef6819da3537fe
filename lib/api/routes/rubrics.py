"""Rubrics: the questions of reviews; read-only."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from lib.api.access import AccessDep
from lib.api.lists import At
from lib.api.models import DocumentId, OutMoment, ResponseModel
from lib.api.problems import NOT_FOUND, Problem, errors
from lib.api.route import ApiRoute
from lib.data import rubrics

router = APIRouter(tags=["rubrics"], route_class=ApiRoute)


class Criterion(ResponseModel):
    """One question of a rubric."""

    key: str = Field(description="Names its answer in reviews.")
    label: str
    description: str
    kind: Literal["score", "number", "boolean", "choice", "labels"]
    level: Literal["session", "turn"]
    required: bool
    min: float | None
    max: float | None
    options: list[str] | None = Field(description="Answers to choose from, for a choice or labels.")
    tolerance: float | None = Field(
        description="Scores and numbers that differ by at most this count as agreement."
    )


class Rubric(ResponseModel):
    """One version of a rubric; a version never changes."""

    id: str
    name: str
    version: int
    description: str | None
    criteria: list[Criterion]
    created_by: str = Field(description="Clerk user id, or the name of a machine.")
    created_at: OutMoment


class RubricPage(ResponseModel):
    """One page of versions."""

    items: list[Rubric]
    next_cursor: str | None


@router.get("/rubrics", summary="List rubrics", responses=errors())
def list_rubrics(
    access: AccessDep,
    at: At,
    name: Annotated[
        str | None, Query(min_length=1, max_length=200, description="Versions of this one only.")
    ] = None,
) -> RubricPage:
    """Return versions of rubrics, the newest first."""
    page = rubrics.page(access.caller, cursor=at.cursor, limit=at.limit, name=name)
    return RubricPage(**at.answer(page, Rubric.model_validate))


@router.get("/rubrics/{id}", summary="Read a rubric", responses=errors(404))
def read_rubric(id: DocumentId, access: AccessDep) -> Rubric:  # noqa: A002  # the name in the path
    """Return one version of a rubric."""
    found = rubrics.get(access.caller, id)
    if found is None:
        raise Problem(NOT_FOUND, "There is no rubric with this id.")
    return Rubric.model_validate(found)
