"""What staff do with one application: steps, marks of answers, notes, who has it, a case of it."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response, UploadFile
from sqlalchemy.orm import Session

from bot import queries as talks
from bot.media_kinds import UnfitFileError
from bot.receiving import By
from console import submissions
from console.access import acting_staff, held_application
from console.application_pages import ROOM, RefusedForm, application_path, application_view, may_hold, show_refused
from console.application_reading import ApplicationReading
from console.forms import TextForm
from console.security import PREFIX
from console.texts import say
from console.views.application import TypedWords
from console.visiting import ApplicationWriter, NotHereError, RowId, Visit
from handoff.cases import CaseRequest
from handoff.models import CaseReason
from handoff.packet import Packet
from procedures import reviewing
from procedures.lifecycle import NotAllowedError
from procedures.models import Application
from procedures.moving import StaleApplicationError
from procedures.sheet import sections_of

KIND, NOTE_KIND = "application_step", "application_note"
"""Of forms. The application's row is locked, so that of two clicks the second finds what the first did."""
WORDS_LIMIT = 1_000
PHOTO_BYTES = 10 * 1024 * 1024

router = APIRouter(prefix="/applications")


class StepForm(TextForm):
    """`version` and `event` are the application as the page showed it."""

    version: str = ""
    event: str = ""
    submission: str = ""
    words: str = ""


class MarkForm(TextForm):
    """`verdict` is fine, fix or clear."""

    field: str = ""
    verdict: str = ""
    reason: str = ""
    prepared: str = ""


class NoteForm(TextForm):
    submission: str = ""
    words: str = ""


class HolderForm(TextForm):
    holder: str = ""


Act = Callable[[Session, Application, StepForm], None]


async def photo_of(request: Request) -> bytes:
    """The picture of the form, where one was chosen."""
    found = (await request.form()).get("photo")
    return await found.read(PHOTO_BYTES + 1) if isinstance(found, UploadFile) or hasattr(found, "read") else b""  # type: ignore[union-attr]  # Starlette's own class, too.


@router.post("/{application_id}/check")
def check_application(application_id: RowId, form: Annotated[StepForm, Form()], visit: ApplicationWriter) -> Response:
    return _step(
        visit, application_id, "application_check", form, lambda session, one, _: visit.receiving.check(session, one, by(visit, form))
    )


@router.post("/{application_id}/accept")
def accept_application(application_id: RowId, form: Annotated[StepForm, Form()], visit: ApplicationWriter) -> Response:
    def act(session: Session, one: Application, given: StepForm) -> None:
        visit.receiving.accept(session, one, by(visit, form), given.words)

    return _step(visit, application_id, "application_accept", form, act)


@router.post("/{application_id}/finish")
def finish_application(
    application_id: RowId, form: Annotated[StepForm, Form()], photo: Annotated[bytes, Depends(photo_of)], visit: ApplicationWriter
) -> Response:
    def act(session: Session, one: Application, given: StepForm) -> None:
        visit.receiving.finish(session, one, by(visit, form), given.words, photo)

    return _step(visit, application_id, "application_finish", form, act)


@router.post("/{application_id}/refuse")
def refuse_application(application_id: RowId, form: Annotated[StepForm, Form()], visit: ApplicationWriter) -> Response:
    def act(session: Session, one: Application, given: StepForm) -> None:
        visit.receiving.refuse(session, one, by(visit, form), given.words)

    return _step(visit, application_id, "application_refuse", form, act)


@router.post("/{application_id}/return")
def return_application(application_id: RowId, form: Annotated[StepForm, Form()], visit: ApplicationWriter) -> Response:
    """With the answers that were marked, and why."""

    def act(session: Session, one: Application, _: StepForm) -> None:
        marks = reviewing.marks_of(session, visit.receiving.desk(visit.municipality_id), one)
        reasons = {name: mark.reason for name, mark in marks.items() if not mark.is_fine}
        visit.receiving.return_to_resident(session, one, by(visit, form), reasons)

    return _step(visit, application_id, "application_return", form, act)


@router.post("/{application_id}/undo")
def undo_step(application_id: RowId, form: Annotated[StepForm, Form()], visit: ApplicationWriter) -> Response:
    return _step(
        visit, application_id, "application_undo", form, lambda session, one, _: visit.receiving.take_back(session, one, by(visit, form))
    )


@router.post("/{application_id}/marks")
def mark_answer(application_id: RowId, form: Annotated[MarkForm, Form()], visit: ApplicationWriter) -> Response:
    """An answer in need of correction needs a reason: it is what the resident reads."""
    reason = (form.reason.strip() or form.prepared.strip())[:WORDS_LIMIT]
    if form.verdict not in ("fine", "fix", "clear"):
        raise NotHereError(f"no verdict {form.verdict!r}")
    typed = TypedWords()
    with visit.writing() as session:
        one = held_application(session, visit, application_id)
        desk = visit.receiving.desk(visit.municipality_id)
        if form.verdict == "fix" and not reason:
            typed = TypedWords(form=f"mark-{form.field}", problem=say("application.reason_needed"))
        elif form.verdict == "clear":
            reviewing.unmark_field(session, one, form.field, now=visit.now)
        else:
            try:
                reviewing.mark_field(
                    session,
                    desk,
                    one,
                    form.field,
                    is_fine=form.verdict == "fine",
                    reason=reason,
                    staff_id=visit.visitor.staff_id,
                    now=visit.now,
                )
            except NotAllowedError:
                raise NotHereError(f"no field {form.field!r} to be checked") from None
        if not typed.problem:
            visit.record(session, f"application.mark_{form.verdict}", f"application:{application_id} {form.field}")
    if not visit.wants_fragment:
        return visit.redirect(
            f"{application_path(application_id)}#field-{form.field}",
            "application_marked" if not typed.problem else "application_reason_needed",
        )
    view = application_view(visit, application_id, marked=typed)
    return visit.fragment("applications/_marked.html", view, room=ROOM, announce=typed.problem or say("notice.application_marked"))


@router.post("/{application_id}/notes")
def note_application(application_id: RowId, form: Annotated[NoteForm, Form()], visit: ApplicationWriter) -> Response:
    """Among staff; sent twice it is kept once."""
    words = form.words.strip()[:WORDS_LIMIT]
    try:
        with visit.writing() as session:
            one = held_application(session, visit, application_id)
            if submissions.submission_of(session, visit, form.submission, NOTE_KIND) is None:
                desk = visit.receiving.desk(visit.municipality_id)
                reviewing.note(session, desk, one, words, staff_id=visit.visitor.staff_id, now=visit.now)
                submissions.begin(session, visit, form.submission, NOTE_KIND)
                visit.record(session, "application.note", f"application:{application_id}")
    except NotAllowedError as error:
        return show_refused(visit, application_id, RefusedForm(form="notes", values={"words": words}), error)
    return visit.redirect(f"{application_path(application_id)}#course", "application_noted")


@router.post("/{application_id}/holder")
def assign_application(application_id: RowId, form: Annotated[HolderForm, Form()], visit: ApplicationWriter) -> Response:
    is_number = form.holder.isascii() and form.holder.isdecimal() and len(form.holder) < 19
    with visit.writing() as session:
        one = held_application(session, visit, application_id)
        holder_id = int(form.holder) if is_number else None
        if holder_id is not None and not may_hold(session, visit, one, holder_id):
            return visit.redirect(application_path(application_id), "application_holder_unknown")
        if reviewing.assign(session, one, holder_id, staff_id=visit.visitor.staff_id, now=visit.now):
            visit.record(session, "application.assign", f"application:{application_id}")
    return visit.redirect(application_path(application_id), "application_assigned" if holder_id else "application_unassigned")


@router.post("/{application_id}/case")
def open_case(application_id: RowId, visit: ApplicationWriter) -> Response:
    """A case in the talk of whoever applied, with the answers beside it; an open one takes it."""
    with visit.writing() as session:
        reading = ApplicationReading.of(session, visit, application_id)
        one, staff = reading.application, acting_staff(session, visit)
        talk = talks.talk_of_resident(session, one.resident_id) if one.resident_id is not None and one.shows_applicant else None
        if talk is None:
            raise NotHereError(f"nobody to talk with about application {application_id}")
        sections = sections_of(reading.progress, reading.wording, reveals=False)
        rows = {row.label: row.text for section in sections for row in section.rows if row.text}
        title = say("application.case_title", title=reading.wording.text("title"), number=one.number)
        request = CaseRequest(
            reason=CaseReason.BY_HAND,
            title=title,
            packet=Packet(summary=title, question="", slots=rows, language=one.language),
            department_id=one.department_id,
            language=one.language,
            conversation_id=talk.id,
            resident_id=one.resident_id,
        )
        opened = visit.counter.open_case(session, request, by=staff, now=visit.now)
        visit.record(session, "application.open_case", f"application:{application_id} case:{opened.case.id}")
        case_id = opened.case.id
    return visit.redirect(f"{PREFIX}/cases/{case_id}", "case_opened")


def by(visit: Visit, form: StepForm) -> By:
    """A form without a version was made from none that there is."""
    is_number = form.version.isascii() and form.version.isdecimal() and len(form.version) < 10
    return By(staff_id=visit.visitor.staff_id, now=visit.now, seen_version=int(form.version) if is_number else -1)


def _step(visit: Visit, application_id: int, notice: str, form: StepForm, act: Act) -> Response:
    """A second click of the same form does nothing and tells the same. A refusal shows what happened meanwhile."""
    name = notice.removeprefix("application_")
    given = form.model_copy(update={"words": form.words.strip()[:WORDS_LIMIT]})
    try:
        with visit.writing() as session:
            one = held_application(session, visit, application_id)
            if submissions.submission_of(session, visit, form.submission, KIND) is None:
                act(session, one, given)
                submissions.begin(session, visit, form.submission, KIND)
                visit.record(session, f"application.{name}", f"application:{application_id}")
    except (NotAllowedError, StaleApplicationError, UnfitFileError) as error:
        seen = int(form.event) if form.event.isascii() and form.event.isdecimal() and len(form.event) < 19 else None
        return show_refused(visit, application_id, RefusedForm(form=name, values={"words": given.words}, seen_event=seen), error)
    return visit.redirect(application_path(application_id), notice)
