"""The list of procedures; one procedure with its flow and history; stopping and starting its intake."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Response
from sqlalchemy.orm import Session

from console.forms import TextForm
from console.permissions import Permission
from console.procedure_editing import (
    PATH,
    ROOM,
    accessible_definition,
    author_of,
    editing_of,
    noted,
    open_applications,
    values_used,
)
from console.texts import named, say
from console.views.cases import department_name
from console.views.procedure_conditions import Drawn
from console.views.procedure_flow import flow_view
from console.views.procedures import EditionLine, ProcedureLine, ProcedureListView, ProcedureView, edition_line, newest
from console.visiting import Reader, SlotWriter, Visit
from core.edits import INTAKE, PROCEDURE, VALUE, digest_of, editions_of
from core.models import Edition, EditionState
from procedures.definition import Definition
from procedures.editions import start_intake, stop_intake
from procedures.fields.slot import SlotField
from procedures.loading import Procedures
from procedures.places import parts_of

PAGE = "procedures/procedure.html"
NOTICE_LIMIT = 500

router = APIRouter()


class NoticeForm(TextForm):
    """What residents are told while intake is stopped."""

    notice: str = ""


@router.get("/procedures")
def list_procedures(visit: Reader) -> Response:
    procedures = visit.procedures(visit.municipality_id)
    with visit.reading() as session:
        counts = open_applications(session, visit, procedures)
        lines = tuple(procedure_line(session, visit, procedures, one, counts) for one in procedures.definitions.values())
    return visit.page("procedures/page.html", ProcedureListView(lines=lines), room=ROOM)


@router.get("/procedures/{procedure_id}")
def show_procedure(procedure_id: str, visit: Reader) -> Response:
    with visit.reading() as session:
        view = procedure_view(session, visit, procedure_id)
    return visit.page(PAGE, view, room=ROOM)


@router.post("/procedures/{procedure_id}/stop")
def stop_procedure(procedure_id: str, form: Annotated[NoticeForm, Form()], visit: SlotWriter) -> Response:
    accessible_definition(visit, procedure_id)
    notice = form.notice.strip()
    problem = say("problem.notice_empty") if not notice else say("problem.notice_long") if len(notice) > NOTICE_LIMIT else ""
    if problem:
        with visit.reading() as session:
            view = procedure_view(session, visit, procedure_id, notice_draft=form.notice, notice_problem=problem)
        return visit.page(PAGE, view, room=ROOM, status=422)
    with visit.writing() as session:
        added = stop_intake(session, visit.municipality_id, procedure_id, notice, by=author_of(visit), now=visit.now)
        if added is not None:
            noted(session, visit, added)
    return visit.redirect(f"{PATH}/{procedure_id}", "intake_stopped")


@router.post("/procedures/{procedure_id}/start")
def start_procedure(procedure_id: str, visit: SlotWriter) -> Response:
    accessible_definition(visit, procedure_id)
    with visit.writing() as session:
        added = start_intake(session, visit.municipality_id, procedure_id, by=author_of(visit), now=visit.now)
        if added is not None:
            noted(session, visit, added)
    return visit.redirect(f"{PATH}/{procedure_id}", "intake_started")


def procedure_line(
    session: Session, visit: Visit, procedures: Procedures, definition: Definition, counts: Mapping[str, int]
) -> ProcedureLine:
    editions = editions_of(session, visit.municipality_id, (PROCEDURE + definition.id,))
    published = next((one for one in editions if one.state == EditionState.PUBLISHED and not one.is_pack), None)
    last = newest([one for one in editions if one.state != EditionState.IN_REVIEW])
    return ProcedureLine(
        id=definition.id,
        title=definition.title,
        department=department_name(visit.pack, definition.department) or "",
        notice=procedures.stopped.get(definition.id, ""),
        number=published.number if published is not None else 0,
        is_waiting=any(one.state == EditionState.IN_REVIEW for one in editions),
        open_applications=counts.get(definition.id, 0),
        changed_at=(last.decided_at or last.created_at) if last is not None else None,
        changed_by=last.author if last is not None else "",
    )


def procedure_view(session: Session, visit: Visit, procedure_id: str, *, notice_draft: str = "", notice_problem: str = "") -> ProcedureView:
    definition = accessible_definition(visit, procedure_id)
    procedures, editing = visit.procedures(visit.municipality_id), editing_of(session, visit, procedure_id)
    counts = open_applications(session, visit, procedures)
    names = values_used(definition)
    subjects = (editing.subject, INTAKE + procedure_id, *(VALUE + name for name in names))
    editions = editions_of(session, visit.municipality_id, subjects)
    published = next((one for one in editions if one.subject == editing.subject and one.state == EditionState.PUBLISHED), None)
    return ProcedureView(
        line=procedure_line(session, visit, procedures, definition, counts),
        path=editing.path,
        flow=flow_view(Drawn(definition=definition, values=visit.pack.values, now=visit.now)),
        waiting=tuple(history_line(visit, one, editing.path) for one in editions if one.state == EditionState.IN_REVIEW),
        unfit=procedures.unfit.get(procedure_id, ""),
        is_pack_newer=published is not None and not published.is_pack and is_pack_newer(editions, editing.subject, editing.original),
        history=tuple(history_line(visit, one, editing.path) for one in editions),
        may_edit=visit.may(Permission.EDIT_PROCEDURES),
        may_change_slots=visit.may(Permission.CHANGE_SLOTS),
        has_slots=any(isinstance(field, SlotField) for field in definition.fields),
        portions={part.removeprefix("fields."): part for part, _ in parts_of(definition)},
        notice_draft=notice_draft,
        notice_problem=notice_problem,
    )


def is_pack_newer(editions: Sequence[Edition], subject: str, original: str) -> bool:
    """Whether no edition of the present pack's text is among what the editions were made from: the pack was changed since."""
    own = [one for one in editions if one.subject == subject]
    return bool(own) and digest_of(original) not in {digest_of(text) for one in own for text in (one.before, one.text)}


def history_line(visit: Visit, edition: Edition, path: str) -> EditionLine:
    kind, _, name = edition.subject.partition(":")
    return edition_line(edition, path, named("edition_of", kind, name=visit.pack.value_names.get(name, name)))
