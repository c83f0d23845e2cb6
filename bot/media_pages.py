"""Photos and files behind signed links, for residents and for LINE: no login, nothing that a browser would run."""

from collections.abc import Mapping
from urllib.parse import quote

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.media import PREVIEW, MediaStore
from bot.media_kinds import PICTURES, Kind
from core.clock import Clock
from core.database import Database
from core.errors import TamperedError

SHOWN = (*PICTURES, Kind.PDF, Kind.MP4, Kind.M4A)
"""Kinds that a browser may open; others are downloaded."""
HEADERS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "cross-origin",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
    "cache-control": "private, max-age=3600",
}
LARGEST_NUMBER = 2**62

log = structlog.get_logger()


def create_media_pages(database: Database, store: MediaStore, clock: Clock) -> Starlette:
    """To be mounted at `media.PREFIX`."""

    def show(request: Request) -> Response:
        values = request.path_params
        media_id, until, part = int(values["media_id"]), int(values["until"]), str(values["part"])
        if max(media_id, until) > LARGEST_NUMBER:
            return _absent()
        is_preview = part == PREVIEW
        with database.reading() as session:
            row = store.opened(session, media_id, until, part, str(values["signature"]), clock())
            if row is None:
                return _absent()
            try:
                data = store.read(row, is_preview=is_preview)
            except (FileNotFoundError, TamperedError) as error:
                log.error("media_not_shown", media=media_id, error=type(error).__name__)
                return _absent()
            kind = Kind.JPEG.value if is_preview else row.content_type
            return Response(data, headers=headers_of(kind, row.name), media_type=kind)

    return Starlette(routes=[Route("/{media_id:int}/{until:int}/{part}/{signature}/{name}", show)])


def headers_of(content_type: str, name: str) -> Mapping[str, str]:
    """For whoever serves a file: the console uses them too."""
    way = "inline" if content_type in SHOWN else "attachment"
    return {**HEADERS, "content-disposition": f"{way}; filename*=UTF-8''{quote(name, safe='')}"}


def _absent() -> Response:
    return PlainTextResponse("", 404, headers={"cache-control": "no-store", "x-content-type-options": "nosniff"})
