"""Photos and files of a case's talk, for whoever may see the case."""

from urllib.parse import quote

from fastapi import APIRouter, Response

from bot.media import MediaState
from console.access import accessible_case
from console.case_queries import media_of
from console.views.case_talk import PHOTO_TYPES
from console.visiting import NotHereError, Reader, RowId
from core.errors import TamperedError

router = APIRouter(prefix="/cases")


@router.get("/{case_id}/media/{media_id}")
def show_media(case_id: RowId, media_id: RowId, visit: Reader, size: str = "") -> Response:
    """Pictures are shown, everything else is kept as a file. `size=small` is for the talk."""
    with visit.reading() as session:
        media = media_of(session, accessible_case(session, visit, case_id), media_id)
        if media is None or media.state != MediaState.READY:
            raise NotHereError(f"no file {media_id} of case {case_id} here")
        is_photo = media.content_type in PHOTO_TYPES
        is_small = is_photo and size == "small"
        try:
            content = visit.counter.media.read(media, is_preview=is_small)
        except (FileNotFoundError, TamperedError):
            raise NotHereError(f"the bytes of file {media_id} are not there") from None
        name, content_type = media.name, media.content_type
    placed = "inline" if is_photo else "attachment"
    disposition = f"{placed}; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type="image/jpeg" if is_small else content_type, headers={"content-disposition": disposition})
