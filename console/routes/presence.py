"""Whether somebody takes cases: the control in the frame, and what going home does to their cases."""

from typing import Annotated

from fastapi import APIRouter, Form, Response
from sqlalchemy import select

from console import submissions
from console.access import acting_staff
from console.case_lists import case_lines
from console.forms import TextForm
from console.routes.handover import KIND as NOTE_KIND
from console.security import PREFIX, safe_way_back
from console.views.handover import TEXT_LIMIT
from console.views.presence import LeavingView
from console.visiting import CaseWriter, Visit
from handoff.handover import leave_note
from handoff.models import HELD_STATES, Case, PresenceState

PATH = f"{PREFIX}/presence"

NOTICES = {
    PresenceState.AVAILABLE: "presence_available",
    PresenceState.BUSY: "presence_busy",
    PresenceState.AWAY: "presence_away",
    PresenceState.OFF: "presence_off",
}

router = APIRouter(prefix="/presence")


class PresenceForm(TextForm):
    """`is_confirmed` and `note` belong to the page that asks before somebody goes home."""

    state: str = ""
    back: str = ""
    is_confirmed: str = ""
    note: str = ""
    submission: str = ""


@router.post("")
def change_presence(form: Annotated[PresenceForm, Form()], visit: CaseWriter) -> Response:
    back = safe_way_back(form.back)
    if form.state not in set(PresenceState):
        return visit.redirect(back, "presence_unknown")
    state = PresenceState(form.state)
    if state is PresenceState.OFF and visit.standing.held and not form.is_confirmed:
        return visit.page("presence/leaving.html", leaving_view(visit, back), room="")
    with visit.writing() as session:
        staff = acting_staff(session, visit)
        if state is PresenceState.OFF and form.note.strip() and submissions.begin(session, visit, form.submission, NOTE_KIND):
            leave_note(session, staff, form.note[:TEXT_LIMIT], department_id=visit.visitor.department_id, now=visit.now)
        if visit.standing.state != state:
            visit.counter.set_presence(session, staff, state, now=visit.now)
            visit.record(session, f"presence.{state}", f"staff:{staff.id}")
    return visit.redirect(back, NOTICES[state])


def leaving_view(visit: Visit, back: str) -> LeavingView:
    with visit.reading() as session:
        statement = select(Case).where(Case.holder_id == visit.visitor.staff_id, Case.state.in_(HELD_STATES)).order_by(Case.id)
        lines = case_lines(session, visit, session.scalars(statement).all())
    return LeavingView(lines=lines, back=back, submission=submissions.new_key(), limit=TEXT_LIMIT)
