"""Reports about places, on a map and as a list."""

from fastapi import APIRouter, Response

from console.application_reports import reports_view
from console.visiting import ApplicationReader

ROOM = "applications"

router = APIRouter(prefix="/applications")


@router.get("/map")
def show_reports(visit: ApplicationReader) -> Response:
    with visit.reading() as session:
        view = reports_view(session, visit, visit.request.query_params)
    return visit.page_or_fragment("applications/map.html", "applications/_reports.html", view, room=ROOM)
