"""The board of applications, and the filters that somebody keeps of it."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from console import saved_filters
from console.application_bulk import result_view
from console.application_lists import PATH, applications_view, current_query, query_of
from console.saved_filters import FilterForm
from console.visiting import ApplicationReader, ApplicationWriter, RowId

ROOM = "applications"

router = APIRouter(prefix="/applications")


@router.get("")
def list_applications(visit: ApplicationReader, done: str = "") -> Response:
    query = current_query(visit)
    with visit.reading() as session:
        view = applications_view(session, visit, query, result=result_view(session, visit, done) if done else None)
    return visit.page_or_fragment("applications/page.html", "applications/_board_parts.html", view, room=ROOM)


@router.post("/filters")
def keep_filter(form: Annotated[FilterForm, Form()], visit: ApplicationWriter) -> Response:
    return saved_filters.keep(visit, ROOM, form.name, query_of(visit, form.query).text, path=PATH)


@router.post("/filters/{filter_id}/delete")
def delete_filter(filter_id: RowId, visit: ApplicationWriter) -> Response:
    return saved_filters.delete(visit, filter_id, path=PATH)
