"""Several applications moved at once, and put back again."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from console import submissions
from console.application_bulk import KIND, Action, Order, carry_out, take_back
from console.application_lists import address, query_of
from console.bulk import Picked
from console.forms import TextForm
from console.models import FormSubmission
from console.visiting import ApplicationWriter, NotHereError, Visit

MOST = 100

router = APIRouter(prefix="/applications")


class BulkForm(TextForm):
    """`back` is the board that the form stands in."""

    action: str = ""
    holder: str = ""
    back: str = ""
    submission: str = ""


class UndoForm(TextForm):
    """`submission` is the form that is undone."""

    submission: str = ""
    back: str = ""


async def picked(request: Request) -> Sequence[Picked]:
    """Boxes that were ticked: the application and the version that the page showed, as 12.3."""
    form = await request.form()
    found = []
    for value in form.getlist("application")[:MOST]:
        parts = str(value).split(".")
        if len(parts) == 2 and all(part.isascii() and part.isdecimal() and len(part) < 19 for part in parts):
            found.append(Picked(id=int(parts[0]), version=int(parts[1])))
    return found


@router.post("/bulk")
def move_applications(
    form: Annotated[BulkForm, Form()], chosen: Annotated[Sequence[Picked], Depends(picked)], visit: ApplicationWriter
) -> Response:
    """A second click shows what the first one did."""
    if form.action not in set(Action) or not chosen:
        return visit.redirect(way_back(form.back, visit), "application_nothing_picked")
    is_number = form.holder.isascii() and form.holder.isdecimal() and len(form.holder) < 19
    order = Order(action=Action(form.action), holder_id=int(form.holder) if is_number else 0)
    with visit.writing() as session:
        is_first = submissions.begin(session, visit, form.submission, KIND)
    if is_first:
        detail = carry_out(visit, chosen, order)
        with visit.writing() as session:
            submissions.finish(session, form.submission, detail)
    return visit.redirect(f"{way_back(form.back, visit)}&done={form.submission}")


@router.post("/bulk/undo")
def undo_applications(form: Annotated[UndoForm, Form()], visit: ApplicationWriter) -> Response:
    with visit.writing() as session:
        row = submissions.submission_of(session, visit, form.submission, KIND)
        if row is None:
            raise NotHereError("no such form of this person")
        session.refresh(row, with_for_update=True)
        is_first = row.undone_at is None and bool(row.detail)
        if is_first:
            row.undone_at = visit.now
        detail = dict(row.detail)
    if is_first:
        undone = take_back(visit, detail)
        with visit.writing() as session:
            session.get_one(FormSubmission, form.submission).detail = {**detail, "undone": undone}
    return visit.redirect(f"{way_back(form.back, visit)}&done={form.submission}")


def way_back(back: str, visit: Visit) -> str:
    """The board that somebody came from, with nothing else in its address."""
    _, _, query = back.partition("?")
    return address(query_of(visit, query))
