"""Several cases moved at once, and put back again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from console import submissions
from console.bulk import KIND, Action, Order, Picked, carry_out, take_back
from console.case_lists import PATH
from console.case_pages import NoMomentError
from console.case_query import PRIORITIES, read_text
from console.forms import TextForm
from console.models import FormSubmission
from console.views.case_moves import snooze_choices
from console.visiting import CaseWriter, NotHereError, Visit
from core.clock import in_japan
from handoff.holidays import is_national_holiday
from handoff.models import Case, Priority

MOST_CASES = 100
WEEK = timedelta(days=7)

router = APIRouter(prefix="/cases")


class BulkForm(TextForm):
    """`back` is the list that the form stands in; of the other fields those of the action count."""

    action: str = ""
    staff: str = ""
    until: str = ""
    priority: str = ""
    reason: str = ""
    back: str = ""
    submission: str = ""


class UndoForm(TextForm):
    """`submission` is the form that is undone."""

    submission: str = ""
    back: str = ""


async def picked(request: Request) -> Sequence[Picked]:
    """Boxes that were ticked: the case and the version that the page showed, as 12.3."""
    form = await request.form()
    found = []
    for value in form.getlist("case")[:MOST_CASES]:
        parts = str(value).split(".")
        if len(parts) == 2 and all(part.isascii() and part.isdecimal() and len(part) < 19 for part in parts):
            found.append(Picked(id=int(parts[0]), version=int(parts[1])))
    return found


@router.post("/bulk")
def move_cases(form: Annotated[BulkForm, Form()], chosen: Annotated[Sequence[Picked], Depends(picked)], visit: CaseWriter) -> Response:
    """A second click shows what the first one did."""
    order = order_of(form, visit)
    if order is None or not chosen:
        return visit.redirect(way_back(form.back, visit), "bulk_nothing_picked")
    with visit.writing() as session:
        is_first = submissions.begin(session, visit, form.submission, KIND)
    if is_first:
        detail = carry_out(visit, chosen, order)
        with visit.writing() as session:
            submissions.finish(session, form.submission, detail)
    return visit.redirect(f"{way_back(form.back, visit)}&done={form.submission}")


@router.post("/bulk/undo")
def undo_move(form: Annotated[UndoForm, Form()], visit: CaseWriter) -> Response:
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


def order_of(form: BulkForm, visit: Visit) -> Order | None:
    """None for what no page offers."""
    if form.action not in set(Action):
        return None
    return Order(
        action=Action(form.action),
        staff_id=int(form.staff) if form.staff.isascii() and form.staff.isdecimal() and len(form.staff) < 19 else 0,
        until=lambda case: moment_of(form.until, case, visit),
        priority=PRIORITIES.get(form.priority, Priority.ORDINARY),
        reason=form.reason,
    )


def moment_of(choice: str, case: Case, visit: Visit) -> datetime:
    """On the hours of the case's own department. Raises NoMomentError."""
    department = visit.pack.department(case.department_id)
    now = visit.now + WEEK - timedelta(days=1) if choice == "week" else visit.now
    key = "morning" if choice == "week" else choice
    found = {one.key: one.until for one in snooze_choices(department, visit.pack, now, is_national_holiday)}
    if key == "hour":
        return (visit.now + timedelta(hours=1)).replace(second=0, microsecond=0)
    if key not in found:
        raise NoMomentError(f"no moment '{choice}' on {in_japan(now).date()}")
    return found[key]


def way_back(back: str, visit: Visit) -> str:
    """The list that somebody came from, with nothing else in its address."""
    _, _, query = back.partition("?")
    return f"{PATH}?{read_text(query, visit.pack.departments).text}"
