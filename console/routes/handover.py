"""Handover notes: reading those of the last shifts, leaving one."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Response
from sqlalchemy.orm import Session

from console import submissions
from console.access import acting_staff, sees_every_department
from console.forms import TextForm
from console.security import PREFIX
from console.texts import say
from console.views.choices import Choice
from console.views.handover import TEXT_LIMIT, HandoverView, NoteView, note_view
from console.views.paging import paging
from console.visiting import CaseReader, CaseWriter, PageNumber, Visit
from handoff.handover import leave_note, notes_left

PATH = f"{PREFIX}/handover"
ROOM = "handover"
KIND = "handover"
PAGE = 20
FRESH = timedelta(days=3)
"""A weekend lies between Friday's note and Monday's reader."""
ON_START_PAGE = 3

router = APIRouter(prefix="/handover")


class NoteForm(TextForm):
    """`department` is empty for everybody."""

    text: str = ""
    department: str = ""
    submission: str = ""


@router.get("")
def list_notes(visit: CaseReader, page: PageNumber) -> Response:
    view = handover_view(visit, NoteForm(department=visit.visitor.department_id or ""), page)
    return visit.page("handover/page.html", view, room=ROOM)


@router.post("")
def leave(form: Annotated[NoteForm, Form()], visit: CaseWriter) -> Response:
    problem = problem_of(form)
    if problem is not None:
        return visit.page("handover/page.html", handover_view(visit, form, 1, problem), room=ROOM, status=422)
    with visit.writing() as session:
        if submissions.begin(session, visit, form.submission, KIND):
            department = form.department if form.department in visit.pack.departments else None
            note = leave_note(session, acting_staff(session, visit), form.text, department_id=department, now=visit.now)
            visit.record(session, "handover.leave", f"handover:{note.id}")
    return visit.redirect(PATH, "handover_left")


def problem_of(form: NoteForm) -> str | None:
    if not form.text.strip():
        return say("problem.handover_empty")
    length = len(form.text.strip())
    return say("problem.note_long", count=length, limit=TEXT_LIMIT) if length > TEXT_LIMIT else None


def fresh_notes(session: Session, visit: Visit) -> tuple[NoteView, ...]:
    """For the start page: what others left in the last days for the visitor's department or for all."""
    found = notes_left(
        session,
        visit.municipality_id,
        department_id=visit.visitor.department_id,
        is_everywhere=visit.visitor.department_id is None,
        since=visit.now - FRESH,
    )
    notes = [note_view(signed, visit.pack, visit.visitor.staff_id) for signed in found]
    return tuple(note for note in notes if not note.is_own)[:ON_START_PAGE]


def handover_view(visit: Visit, form: NoteForm, page: int, problem: str | None = None) -> HandoverView:
    with visit.reading() as session:
        # One more than is shown tells whether another page follows.
        found = notes_left(
            session,
            visit.municipality_id,
            department_id=visit.visitor.department_id,
            is_everywhere=sees_every_department(visit),
            limit=PAGE + 1,
            offset=(page - 1) * PAGE,
        )
    return HandoverView(
        notes=tuple(note_view(signed, visit.pack, visit.visitor.staff_id) for signed in found[:PAGE]),
        paging=paging(PATH, page, has_later=len(found) > PAGE, query={}),
        submission=form.submission or submissions.new_key(),
        departments=tuple(Choice(value=department.id, label=department.name) for department in visit.pack.departments.values()),
        department=form.department,
        typed=form.text,
        held=visit.standing.held,
        limit=TEXT_LIMIT,
        problem=problem,
    )
