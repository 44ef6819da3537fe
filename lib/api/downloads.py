"""Hands finished exports to the member whom they belong to: `GET /downloads/{id}`."""

from __future__ import annotations

from typing import Final

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
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
        return PlainTextResponse(
            "The file does not exist or has expired. Start the export again.", status_code=404
        )
    return FileResponse(
        export.path,
        media_type=export.media_type,
        filename=export.file_name,
        headers={"Cache-Control": "no-store"},
        background=BackgroundTask(exports.discard, export) if request.method == "GET" else None,
    )


ROUTE: Final = Route(paths.DOWNLOAD, download)
