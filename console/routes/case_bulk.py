"""Several cases moved at once, and put back again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from console.bulk import KIND, Action, Order, carry_out, take_back
from console.case_lists import PATH
from console.case_pages import NoMomentError
from console.case_query import PRIORITIES, read_text
from console.forms import TextForm
from console.several import Picked, UndoForm, do_once, picked_in, undo_once
from console.views.case_moves import snooze_choices
from console.visiting import CaseWriter, Visit
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


async def picked(request: Request) -> Sequence[Picked]:
    return await picked_in(request, "case", MOST_CASES)


@router.post("/bulk")
def move_cases(form: Annotated[BulkForm, Form()], chosen: Annotated[Sequence[Picked], Depends(picked)], visit: CaseWriter) -> Response:
    """A second click shows what the first one did."""
    order = order_of(form, visit)
    if order is None or not chosen:
        return visit.redirect(way_back(form.back, visit), "bulk_nothing_picked")
    do_once(visit, form.submission, KIND, lambda: carry_out(visit, chosen, order))
    return visit.redirect(f"{way_back(form.back, visit)}&done={form.submission}")


@router.post("/bulk/undo")
def undo_move(form: Annotated[UndoForm, Form()], visit: CaseWriter) -> Response:
    undo_once(visit, form.submission, KIND, lambda detail: take_back(visit, detail))
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
