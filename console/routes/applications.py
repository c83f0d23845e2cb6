"""The board of applications."""

from fastapi import APIRouter, Response

from console.application_bulk import result_view
from console.application_lists import applications_view, current_query
from console.visiting import ApplicationReader

ROOM = "applications"

router = APIRouter(prefix="/applications")


@router.get("")
def list_applications(visit: ApplicationReader, done: str = "") -> Response:
    query = current_query(visit)
    with visit.reading() as session:
        view = applications_view(session, visit, query, result=result_view(session, visit, done) if done else None)
    return visit.page_or_fragment("applications/page.html", "applications/_board_parts.html", view, room=ROOM)
