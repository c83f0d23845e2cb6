"""One edition of a procedure, of a value on its page, or of its intake: what it changed; approving, refusing, putting back."""

from typing import Annotated

from fastapi import APIRouter, Form, Response
from sqlalchemy.orm import Session

from console.forms import TextForm
from console.permissions import Permission
from console.procedure_editing import ROOM, Editing, author_of, editing_of, noted, notice_of, read_text, save_text, save_value, values_used
from console.texts import named, say
from console.views.procedure_source import EditionView, line_changes
from console.visiting import Approver, NotHereError, ProcedureWriter, Reader, RowId, Visit
from core.edits import INTAKE, PROCEDURE, VALUE, edition
from core.models import Edition, EditionState
from procedures.editions import EditionError, approve, refuse

PAGE = "procedures/edition.html"
REASON_LIMIT = 500

router = APIRouter(prefix="/procedures/{procedure_id}/editions/{subject}/{number}")


class ReasonForm(TextForm):
    """Why a change is refused."""

    reason: str = ""


@router.get("")
def show_edition(procedure_id: str, subject: str, number: RowId, visit: Reader) -> Response:
    with visit.reading() as session:
        editing = editing_of(session, visit, procedure_id)
        view = edition_view(visit, editing, accessible_edition(session, visit, editing, subject, number))
    return visit.page(PAGE, view, room=ROOM)


@router.post("/approve")
def approve_edition(procedure_id: str, subject: str, number: RowId, visit: Approver) -> Response:
    """A second click, and a change that was decided meanwhile, are told plainly."""
    with visit.writing() as session:
        editing = editing_of(session, visit, procedure_id)
        one = accessible_edition(session, visit, editing, subject, number)
        try:
            noted(session, visit, approve(session, visit.municipality_id, subject, number, by=author_of(visit), now=visit.now))
        except EditionError:
            return undecided(visit, editing, one)
    return visit.redirect(editing.path, "procedure_published")


@router.post("/refuse")
def refuse_edition(procedure_id: str, subject: str, number: RowId, form: Annotated[ReasonForm, Form()], visit: ProcedureWriter) -> Response:
    """By an approver; or by its author, who takes it back."""
    with visit.writing() as session:
        editing = editing_of(session, visit, procedure_id)
        one = accessible_edition(session, visit, editing, subject, number)
        if not may_refuse(visit, one):
            raise NotHereError("the change is somebody else's")
        try:
            reason = form.reason.strip()[:REASON_LIMIT]
            noted(session, visit, refuse(session, visit.municipality_id, subject, number, reason, by=author_of(visit), now=visit.now))
        except EditionError:
            return undecided(visit, editing, one)
    return visit.redirect(editing.path, "procedure_refused")


@router.post("/restore")
def put_back_edition(procedure_id: str, subject: str, number: RowId, visit: ProcedureWriter) -> Response:
    """As a new edition, checked like any: what was right once may not fit the pack any more."""
    with visit.writing() as session:
        editing = editing_of(session, visit, procedure_id)
        one = accessible_edition(session, visit, editing, subject, number)
        if subject == editing.subject:
            saved = save_text(session, visit, editing, one.text, way="restored", made_from=editing.text)
        elif subject.startswith(VALUE):
            saved = save_value(session, visit, subject.removeprefix(VALUE), one.text, way="restored") or ()
        else:
            raise NotHereError("a stop of intake is not put back")
        if not isinstance(saved, Edition) and saved:
            view = edition_view(visit, editing, one, say("problem.edition_unfit", line=saved[0].line, where=saved[0].where))
            return visit.page(PAGE, view, room=ROOM, status=422)
    return visit.redirect(editing.path, notice_of(saved if isinstance(saved, Edition) else None))


def accessible_edition(session: Session, visit: Visit, editing: Editing, subject: str, number: int) -> Edition:
    """Of the procedure itself, its intake, or a value that it uses. Raises NotHereError."""
    own = {editing.subject, INTAKE + editing.id, *(VALUE + name for name in values_used(read_text(visit, editing, editing.text)))}
    found = edition(session, visit.municipality_id, subject, number) if subject in own else None
    if found is None:
        raise NotHereError("no such edition here")
    return found


def may_refuse(visit: Visit, one: Edition) -> bool:
    return visit.may(Permission.APPROVE_PROCEDURES) or one.author_id == visit.visitor.staff_id


def undecided(visit: Visit, editing: Editing, one: Edition) -> Response:
    is_own = one.state == EditionState.IN_REVIEW
    problem = say("problem.edition_own") if is_own else say("problem.edition_decided", name=one.decided_by or one.author)
    return visit.page(PAGE, edition_view(visit, editing, one, problem), room=ROOM, status=409)


def edition_view(visit: Visit, editing: Editing, one: Edition, problem: str = "") -> EditionView:
    kind, _, name = one.subject.partition(":")
    is_waiting, is_own = one.state == EditionState.IN_REVIEW, one.author_id == visit.visitor.staff_id
    may_edit = visit.may(Permission.EDIT_PROCEDURES)
    return EditionView(
        title=read_text(visit, editing, editing.text).title,
        path=editing.path,
        what=named("edition_of", kind, name=visit.pack.value_names.get(name, name)),
        number=one.number,
        state=named("edition_state", one.state),
        state_key=one.state,
        way=named("edition_way", one.way),
        author=one.author,
        at=one.created_at,
        decided_by=one.decided_by,
        decided_at=one.decided_at,
        reason=one.reason,
        changes=line_changes(one.before, one.text),
        href=f"{editing.path}/editions/{one.subject}/{one.number}",
        is_waiting=is_waiting,
        may_approve=is_waiting and not is_own and visit.may(Permission.APPROVE_PROCEDURES),
        may_refuse=is_waiting and may_edit and may_refuse(visit, one),
        is_own=is_waiting and is_own,
        may_put_back=may_edit and one.state == EditionState.ARCHIVED and f"{kind}:" != INTAKE,
        may_try=is_waiting and f"{kind}:" == PROCEDURE,
        problem=problem,
    )
