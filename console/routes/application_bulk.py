"""Several applications moved at once, and put back again."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from console.application_bulk import KIND, Action, Order, carry_out, take_back
from console.application_lists import address, query_of
from console.forms import TextForm
from console.several import Picked, UndoForm, do_once, picked_in, undo_once
from console.visiting import ApplicationWriter, Visit

MOST = 100

router = APIRouter(prefix="/applications")


class BulkForm(TextForm):
    """`back` is the board that the form stands in."""

    action: str = ""
    holder: str = ""
    back: str = ""
    submission: str = ""


async def picked(request: Request) -> Sequence[Picked]:
    return await picked_in(request, "application", MOST)


@router.post("/bulk")
def move_applications(
    form: Annotated[BulkForm, Form()], chosen: Annotated[Sequence[Picked], Depends(picked)], visit: ApplicationWriter
) -> Response:
    """A second click shows what the first one did."""
    if form.action not in set(Action) or not chosen:
        return visit.redirect(way_back(form.back, visit), "application_nothing_picked")
    is_number = form.holder.isascii() and form.holder.isdecimal() and len(form.holder) < 19
    order = Order(action=Action(form.action), holder_id=int(form.holder) if is_number else 0)
    do_once(visit, form.submission, KIND, lambda: carry_out(visit, chosen, order))
    return visit.redirect(f"{way_back(form.back, visit)}&done={form.submission}")


@router.post("/bulk/undo")
def undo_applications(form: Annotated[UndoForm, Form()], visit: ApplicationWriter) -> Response:
    undo_once(visit, form.submission, KIND, lambda detail: take_back(visit, detail))
    return visit.redirect(f"{way_back(form.back, visit)}&done={form.submission}")


def way_back(back: str, visit: Visit) -> str:
    """The board that somebody came from, with nothing else in its address."""
    _, _, query = back.partition("?")
    return address(query_of(visit, query))
