"""The list of cases, and the filters that somebody keeps."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from console import saved_filters
from console.bulk import result_view
from console.case_lists import PATH, cases_view, current_query
from console.case_query import read_text
from console.saved_filters import FilterForm
from console.visiting import CaseWriter, Reader, RowId

ROOM = "cases"

router = APIRouter(prefix="/cases")


@router.get("")
def list_cases(visit: Reader, done: str = "") -> Response:
    query = current_query(visit)
    with visit.reading() as session:
        view = cases_view(session, visit, query, result=result_view(session, visit, done) if done else None)
    return visit.page_or_fragment("cases/page.html", "cases/_queue.html", view, room=ROOM)


@router.post("/filters")
def keep_filter(form: Annotated[FilterForm, Form()], visit: CaseWriter) -> Response:
    query = read_text(form.query, visit.pack.departments)
    return saved_filters.keep(visit, ROOM, form.name, query.text, path=PATH)


@router.post("/filters/{filter_id}/delete")
def delete_filter(filter_id: RowId, visit: CaseWriter) -> Response:
    return saved_filters.delete(visit, filter_id, path=PATH)
