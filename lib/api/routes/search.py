"""Search in transcripts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from lib.api.access import AccessDep
from lib.api.models import DocumentId, ResponseModel
from lib.api.problems import errors
from lib.api.route import ApiRoute
from lib.api.routes.interactions import Turn
from lib.api.routes.sessions import Session
from lib.data import interactions
from lib.product.limits import QUERY_CHARS, SEARCH_ITEMS

router = APIRouter(prefix="/search", tags=["search"], route_class=ApiRoute)


class Piece(ResponseModel):
    """A piece of the text around a hit."""

    text: str
    hit: bool = Field(description="Whether this piece matches the search.")


class Hit(ResponseModel):
    """A matching turn, and its session."""

    session: Session
    interaction: Turn
    highlight: list[Piece]


class Hits(ResponseModel):
    """The best hits; a search has one page."""

    items: list[Hit]
    next_cursor: None = None


@router.get("", summary="Search transcripts", responses=errors())
def search(
    access: AccessDep,
    q: Annotated[
        str, Query(min_length=1, max_length=QUERY_CHARS, description="Words to look for.")
    ],
    session_id: Annotated[
        DocumentId | None, Query(alias="sessionId", description="Only in this session.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=SEARCH_ITEMS, description="Maximum hits.")] = 20,
) -> Hits:
    """Return turns that hold all words of `q`, best first; the last word may be incomplete.

    Case, accents and the kind of apostrophe do not matter. Of a turn, the first 8 KiB of words are
    searched.
    """
    if not q.strip():
        return Hits(items=[])
    found = interactions.search(access.caller, query=q, session_id=session_id, limit=limit)
    return Hits(items=[Hit.model_validate(hit) for hit in found])
