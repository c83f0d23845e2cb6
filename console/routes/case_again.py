"""Addresses of forms of a case that are opened again, by a browser that comes back: nothing is done, and the case is shown."""

from fastapi import APIRouter, Response

from console.access import accessible_case
from console.case_pages import case_path
from console.visiting import CaseReader, NotHereError, RowId

FORMS = frozenset(
    ("claim", "decline", "transfer", "release", "snooze", "wake", "close", "return", "reopen", "priority", "messages", "notes", "draft")
)

router = APIRouter(prefix="/cases")
"""To be joined after the pages of a case, which have addresses of the same shape."""


@router.get("/{case_id}/{form}")
def look_again(case_id: RowId, form: str, visit: CaseReader) -> Response:
    if form not in FORMS:
        raise NotHereError(f"no page {form!r} of a case")
    with visit.reading() as session:
        accessible_case(session, visit, case_id)
    return visit.redirect(case_path(case_id))
