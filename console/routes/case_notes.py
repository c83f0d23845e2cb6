"""What staff write to each other about a case, and what is to be done outside the talk."""

import re
from typing import Annotated

from fastapi import APIRouter, Form, Response
from sqlalchemy.orm import Session

from console import submissions
from console.access import accessible_case, acting_staff
from console.case_pages import PAGE, ROOM, case_path, case_view
from console.case_queries import colleagues, task_in
from console.case_reading import TypedNote
from console.forms import TextForm
from console.texts import say
from console.views.case import NOTE_LIMIT
from console.visiting import CaseWriter, NotHereError, RowId, Visit
from handoff import cases
from handoff.drafts import DraftKind, keep_draft
from handoff.tasks import finish_task

NOTE_ANSWER = "case/_note_answer.html"
SIDE = "case/_side.html"

router = APIRouter(prefix="/cases")


class NoteForm(TextForm):
    """`mention` is the id of a colleague who is asked for a word."""

    text: str = ""
    mention: str = ""
    submission: str = ""


@router.post("/{case_id}/notes")
def add_note(case_id: RowId, form: Annotated[NoteForm, Form()], visit: CaseWriter) -> Response:
    """Sent twice it is one note. It never leaves the console."""
    problem = problem_of(form.text)
    with visit.writing() as session:
        case = accessible_case(session, visit, case_id)
        if not problem and submissions.begin(session, visit, form.submission, "note"):
            staff = acting_staff(session, visit)
            cases.note(session, case, form.text, asked_in(session, visit, form), by=staff, now=visit.now)
            keep_draft(session, case_id, staff.id, DraftKind.NOTE, "", now=visit.now)
            visit.record(session, "case.note", f"case:{case_id}")
    typed = TypedNote(text=form.text, mention=form.mention, problem=problem) if problem else TypedNote()
    if not problem and not visit.wants_fragment:
        return visit.redirect(f"{case_path(case_id)}#notes", "case_noted")
    view = case_view(visit, case_id, note=typed)
    status = 422 if problem else 200
    announced = "" if problem else say("notice.case_noted")
    return visit.page_or_fragment(PAGE, NOTE_ANSWER, view, room=ROOM, status=status, announce=announced, address=case_path(case_id))


@router.post("/{case_id}/tasks/{task_id}/done")
def finish_case_task(case_id: RowId, task_id: RowId, visit: CaseWriter) -> Response:
    """A second click changes nothing."""
    with visit.writing() as session:
        task = task_in(session, accessible_case(session, visit, case_id), task_id)
        if task is None:
            raise NotHereError(f"no task {task_id} of case {case_id} here")
        if finish_task(session, task, by=acting_staff(session, visit), now=visit.now):
            visit.record(session, "case.task", f"case:{case_id}")
    if not visit.wants_fragment:
        return visit.redirect(f"{case_path(case_id)}#details", "task_done")
    return visit.fragment(SIDE, case_view(visit, case_id).side, room=ROOM, announce=say("notice.task_done"))


def problem_of(text: str) -> str:
    if not text.strip():
        return say("problem.note_empty")
    length = len(text.strip())
    return say("problem.note_long", count=length, limit=NOTE_LIMIT) if length > NOTE_LIMIT else ""


def asked_in(session: Session, visit: Visit, form: NoteForm) -> list[int]:
    """Who was chosen, and whose name stands after an @; of names that begin alike the longest counts."""
    people = [staff for staff, _ in colleagues(session, visit.municipality_id, besides=visit.visitor.staff_id)]
    chosen = [staff.id for staff in people if str(staff.id) == form.mention]
    names = {name: staff.id for staff in people for name in (staff.name, re.sub(r"\s+", "", staff.name)) if name}
    if names:
        pattern = "[@＠](" + "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)) + ")"
        chosen += [names[found] for found in re.findall(pattern, form.text)]
    return list(dict.fromkeys(chosen))
