"""The list of cases, and the filters that somebody keeps."""

from typing import Annotated

from fastapi import APIRouter, Form, Response
from sqlalchemy import select

from console import queries
from console.bulk import result_view
from console.case_lists import PATH, cases_view, current_query
from console.case_query import read_text
from console.forms import TextForm
from console.models import SavedFilter
from console.visiting import CaseWriter, NotHereError, Reader, RowId

ROOM = "cases"
NAME_LIMIT = 40
MOST_FILTERS = 20

router = APIRouter(prefix="/cases")


class FilterForm(TextForm):
    """`query` is the list as it stands in the address."""

    name: str = ""
    query: str = ""


@router.get("")
def list_cases(visit: Reader, done: str = "") -> Response:
    query = current_query(visit)
    with visit.reading() as session:
        view = cases_view(session, visit, query, result=result_view(session, visit, done) if done else None)
    return visit.page_or_fragment("cases/page.html", "cases/_queue.html", view, room=ROOM)


@router.post("/filters")
def keep_filter(form: Annotated[FilterForm, Form()], visit: CaseWriter) -> Response:
    """Under a name that is there already the old one is replaced, so a second click makes no second filter."""
    query, name = read_text(form.query, visit.pack.departments), form.name.strip()[:NAME_LIMIT]
    to = f"{PATH}?{query.text}"
    if not name:
        return visit.redirect(to, "filter_unnamed")
    with visit.writing() as session:
        kept = queries.saved_filters(session, visit.visitor.staff_id)
        same = next((saved for saved in kept if saved.name == name), None)
        if same is not None:
            same.query = query.text
        elif len(kept) >= MOST_FILTERS:
            return visit.redirect(to, "filter_too_many")
        else:
            session.add(SavedFilter(municipality_id=visit.municipality_id, staff_id=visit.visitor.staff_id, name=name, query=query.text))
    return visit.redirect(to, "filter_kept")


@router.post("/filters/{filter_id}/delete")
def delete_filter(filter_id: RowId, visit: CaseWriter) -> Response:
    with visit.writing() as session:
        statement = select(SavedFilter).where(SavedFilter.id == filter_id)
        saved = session.scalars(statement).one_or_none()
        if saved is not None and saved.staff_id != visit.visitor.staff_id:
            raise NotHereError(f"filter {filter_id} is not this person's")
        if saved is not None:
            session.delete(saved)
    return visit.redirect(PATH, "filter_deleted")
