"""Hands finished exports to the member whom they belong to: `GET /downloads/{id}`."""

from __future__ import annotations

from typing import Final

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from lib.auth.members import Member
from lib.product import paths
from lib.work.services import services


def download(request: Request) -> Response:
    """Send a file, then forget it. The gate in front says who asks."""
    member = request.scope.get("state", {}).get("member")
    exports = services().exports
    export = (
        exports.find(request.path_params["id"], member.user_id)
        if isinstance(member, Member)
        else None
    )
    if export is None or export.state != "ready":
        return _gone()
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{export.file_name}"',
        "Content-Length": str(export.size),
    }
    if request.method == "HEAD":
        return Response(headers=headers, media_type=export.media_type)
    try:
        pieces = export.pieces()
    except FileNotFoundError:
        return _gone()
    return StreamingResponse(
        pieces,
        headers=headers,
        media_type=export.media_type,
        background=BackgroundTask(exports.discard, export),
    )


def _gone() -> Response:
    return PlainTextResponse(
        "There is no such file (any more): start the export again.", status_code=404
    )


ROUTE: Final = Route(paths.DOWNLOAD, download)
