"""The supervisor's room: giving cases to people, pausing the intake, deciding about blocks."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Response
from sqlalchemy.orm import Session

from console import queries
from console.access import accessible_case, acting_staff
from console.case_pages import refusal
from console.forms import TextForm
from console.security import PREFIX
from console.supervising import supervision_view
from console.texts import say
from console.visiting import NotHereError, RowId, SupervisionReader, SupervisionWriter, Visit
from handoff.abuse import refuse_block
from handoff.desk_models import ContactLimit, IntakePause
from handoff.errors import ApprovalError, CaseError, TargetError
from handoff.models import Case, CaseState, Staff
from handoff.pausing import pause_intake, resume_intake
from handoff.queries import active_pauses

PATH = f"{PREFIX}/supervision"
ROOM = "supervision"
PAGE = "supervision/page.html"
REASON_LIMIT = 200

router = APIRouter(prefix="/supervision")


class ReassignForm(TextForm):
    """`version` is that of the case as the page showed it."""

    staff: str = ""
    version: str = ""


class PauseForm(TextForm):
    """`department` is empty for the whole counter."""

    department: str = ""
    reason: str = ""


@router.get("")
def show_supervision(visit: SupervisionReader) -> Response:
    return shown(visit)


@router.post("/cases/{case_id}/assign")
def reassign(case_id: RowId, form: Annotated[ReassignForm, Form()], visit: SupervisionWriter) -> Response:
    """A second click of the same form finds the case with the person already, and says so without doing it again."""
    try:
        with visit.writing() as session:
            case = accessible_case(session, visit, case_id)
            target = queries.staff_in(session, visit.municipality_id, number_in(form.staff))
            if target is None:
                raise TargetError(f"no staff '{form.staff}' here")
            if case.holder_id != target.id or case.state == CaseState.OFFERED:
                staff = acting_staff(session, visit)
                give(session, visit, case, target, by=staff, version=number_in(form.version))
                visit.record(session, "case.assign", f"case:{case_id}>staff:{target.id}")
    except CaseError as error:
        return shown(visit, problem=refusal(visit, error), status=409)
    return visit.redirect(PATH, "case_assigned")


@router.post("/pause")
def pause(form: Annotated[PauseForm, Form()], visit: SupervisionWriter) -> Response:
    """What is paused already stays as it is."""
    reason = form.reason.strip()
    if not reason or len(reason) > REASON_LIMIT:
        return shown(visit, reason=form.reason, problem=say("problem.pause_reason", limit=REASON_LIMIT), status=422)
    if form.department and form.department not in visit.pack.departments:
        return shown(visit, reason=form.reason, problem=say("problem.choice_bad"), status=422)
    with visit.writing() as session:
        before = {row.id for row in active_pauses(session, visit.municipality_id)}
        found = pause_intake(
            session, visit.pack, reason, by=acting_staff(session, visit), now=visit.now, department_id=form.department or None
        )
        if found.id not in before:
            visit.record(session, "intake.pause", f"department:{form.department or '*'}")
    return visit.redirect(PATH, "intake_paused")


@router.post("/pause/{pause_id}/end")
def resume(pause_id: RowId, visit: SupervisionWriter) -> Response:
    with visit.writing() as session:
        found = session.get(IntakePause, pause_id)
        if found is None or found.municipality_id != visit.municipality_id:
            raise NotHereError(f"no pause {pause_id} here")
        session.refresh(found, with_for_update=True)
        if found.ended_at is None:
            resume_intake(session, found, now=visit.now)
            visit.record(session, "intake.resume", f"department:{found.department_id or '*'}")
    return visit.redirect(PATH, "intake_resumed")


@router.post("/limits/{limit_id}/approve")
def approve(limit_id: RowId, visit: SupervisionWriter) -> Response:
    """Who asked for it can't approve it; a second click changes nothing."""

    def act(session: Session, limit: ContactLimit, case: Case) -> None:
        visit.counter.approve_block(session, case, limit, by=acting_staff(session, visit), now=visit.now)
        visit.record(session, "limit.approve", f"limit:{limit_id}")

    return decided(visit, limit_id, act, "limit_approved")


@router.post("/limits/{limit_id}/refuse")
def refuse(limit_id: RowId, visit: SupervisionWriter) -> Response:
    def act(session: Session, limit: ContactLimit, _case: Case) -> None:
        refuse_block(session, limit, by=acting_staff(session, visit), now=visit.now)
        visit.record(session, "limit.refuse", f"limit:{limit_id}")

    return decided(visit, limit_id, act, "limit_refused")


def decided(visit: Visit, limit_id: int, act: Callable[[Session, ContactLimit, Case], None], notice: str) -> Response:
    """What was decided before, by a second click or by somebody else, stays as it is."""
    try:
        with visit.writing() as session:
            limit, case = accessible_limit(session, visit, limit_id)
            if limit.asked_by == visit.visitor.staff_id:
                return shown(visit, problem=say("problem.own_limit"), status=409)
            if limit.approved_by is not None or limit.ended_at is not None:
                return visit.redirect(PATH, "limit_decided")
            act(session, limit, case)
    except ApprovalError:
        return visit.redirect(PATH, "limit_decided")
    return visit.redirect(PATH, notice)


def give(session: Session, visit: Visit, case: Case, target: Staff, *, by: Staff, version: int) -> None:
    """Who takes a case of the queue for themselves comes with it."""
    if target.id == by.id and case.state == CaseState.WAITING:
        visit.counter.claim(session, case, by, now=visit.now, seen_version=version)
    else:
        visit.counter.assign(session, case, target, by=by, now=visit.now, seen_version=version)


def accessible_limit(session: Session, visit: Visit, limit_id: int) -> tuple[ContactLimit, Case]:
    """Raises NotHereError."""
    limit = session.get(ContactLimit, limit_id)
    if limit is None or limit.municipality_id != visit.municipality_id:
        raise NotHereError(f"no limit {limit_id} here")
    return limit, session.get_one(Case, limit.case_id)


def shown(visit: Visit, *, reason: str = "", problem: str | None = None, status: int = 200) -> Response:
    with visit.reading() as session:
        view = supervision_view(session, visit, reason=reason, problem=problem)
    return visit.page(PAGE, view, room=ROOM, status=status, address=PATH if status >= 400 else "")


def number_in(text: str) -> int:
    """0 for what is no number."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
