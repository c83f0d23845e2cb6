"""The emergency message for all: writing it, confirming what it does, ending it."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Response
from sqlalchemy.orm import Session

from bot.queries import quota_of
from console import queries, submissions
from console.access import acting_staff
from console.entry_form import Problems
from console.forms import TextForm
from console.security import PREFIX
from console.texts import say
from console.views.emergency import (
    LANGUAGES,
    TEXT_LIMIT,
    ConfirmView,
    EmergencyFormView,
    EmergencyPageView,
    emergency_view,
    messages_left,
    words_views,
)
from console.views.entry_form import FieldProblem
from console.visiting import NotHereError, RowId, SupervisionReader, SupervisionWriter, Visit
from handoff.desk_models import EmergencyMessage
from handoff.emergency import begin_emergency, emergency_now, end_emergency, past_emergencies

PATH = f"{PREFIX}/emergency"
ROOM = "emergency"
KIND = "emergency"
PAGE = "emergency/page.html"

router = APIRouter(prefix="/emergency")


class EmergencyForm(TextForm):
    """`replaces` is the message that held when the page was made; `is_confirmed` belongs to the second page."""

    ja: str = ""
    easy: str = ""
    en: str = ""
    is_pushed: str = ""
    is_confirmed: str = ""
    replaces: str = ""
    submission: str = ""

    @property
    def texts(self) -> Mapping[str, str]:
        return {language: getattr(self, language).strip() for language in LANGUAGES if getattr(self, language).strip()}


@router.get("")
def show_emergency(visit: SupervisionReader) -> Response:
    with visit.reading() as session:
        current = emergency_now(session, visit.municipality_id)
        form = EmergencyForm(replaces=str(current.id) if current else "", submission=submissions.new_key())
        view = page_view(session, visit, form)
    return visit.page(PAGE, view, room=ROOM)


@router.post("/check")
def check_emergency(form: Annotated[EmergencyForm, Form()], visit: SupervisionWriter) -> Response:
    """The second page: what will be shown and sent. Nothing happens yet."""
    with visit.reading() as session:
        problems = problems_of(session, visit, form)
        if problems:
            return visit.page(PAGE, page_view(session, visit, form, problems), room=ROOM, status=422)
        view = confirm_view(session, visit, form)
    return visit.page("emergency/confirm.html", view, room=ROOM)


@router.post("/edit")
def edit_emergency(form: Annotated[EmergencyForm, Form()], visit: SupervisionWriter) -> Response:
    """Back from the second page, with what was typed."""
    with visit.reading() as session:
        view = page_view(session, visit, form)
    return visit.page(PAGE, view, room=ROOM)


@router.post("")
def begin(form: Annotated[EmergencyForm, Form()], visit: SupervisionWriter) -> Response:
    with visit.writing() as session:
        if submissions.submission_of(session, visit, form.submission, KIND) is not None:
            return visit.redirect(PATH, "emergency_begun")
        problems = problems_of(session, visit, form)
        if problems:
            return visit.page(PAGE, page_view(session, visit, form, problems), room=ROOM, status=422)
        if form.is_pushed and not form.is_confirmed:
            view = confirm_view(session, visit, form, (("is_confirmed", say("problem.push_unconfirmed")),))
            return visit.page("emergency/confirm.html", view, room=ROOM, status=422)
        if submissions.begin(session, visit, form.submission, KIND):
            message = begin_emergency(session, acting_staff(session, visit), form.texts, now=visit.now)
            if form.is_pushed:
                message.is_pushed = True
                visit.counter.send_to_all(session, visit.municipality_id, message.id)
            visit.record(session, "emergency.push" if form.is_pushed else "emergency.begin", f"emergency:{message.id}")
    return visit.redirect(PATH, "emergency_begun")


@router.post("/{emergency_id}/end")
def end(emergency_id: RowId, visit: SupervisionWriter) -> Response:
    with visit.writing() as session:
        message = session.get(EmergencyMessage, emergency_id)
        if message is None or message.municipality_id != visit.municipality_id:
            raise NotHereError(f"no emergency message {emergency_id} here")
        session.refresh(message, with_for_update=True)
        if message.ended_at is None:
            end_emergency(message, visit.now)
            visit.record(session, "emergency.end", f"emergency:{emergency_id}")
    return visit.redirect(PATH, "emergency_ended")


def problems_of(session: Session, visit: Visit, form: EmergencyForm) -> Problems:
    problems: list[tuple[str, str]] = []
    if not form.ja.strip():
        problems.append(("ja", say("problem.emergency_empty")))
    for language, text in form.texts.items():
        if len(text) > TEXT_LIMIT:
            problems.append((language, say("problem.text_bad", limit=TEXT_LIMIT)))
    current = emergency_now(session, visit.municipality_id)
    if form.replaces != (str(current.id) if current else ""):
        problems.append(("ja", say("problem.emergency_changed")))
    return tuple(problems)


def confirm_view(session: Session, visit: Visit, form: EmergencyForm, problems: Problems = ()) -> ConfirmView:
    recipients = queries.friend_count(session, visit.municipality_id) if form.is_pushed else 0
    return ConfirmView(
        form=form_view(form, problems),
        words=words_views(form.texts),
        recipients=recipients,
        cost=recipients,
        left=messages_left(quota_of(session, visit.municipality_id)),
        is_replacing=bool(form.replaces),
    )


def page_view(session: Session, visit: Visit, form: EmergencyForm, problems: Problems = ()) -> EmergencyPageView:
    names = {staff.id: staff.name for staff in queries.staff_of(session, visit.municipality_id)}
    current = emergency_now(session, visit.municipality_id)
    if problems:
        # Who has read that another message holds now may go on.
        form = form.model_copy(update={"replaces": str(current.id) if current else ""})
    past = past_emergencies(session, visit.municipality_id)
    return EmergencyPageView(
        now=emergency_view(current, names.get(current.staff_id, "")) if current else None,
        form=form_view(form, problems),
        past=tuple(emergency_view(message, names.get(message.staff_id, "")) for message in past),
        recipients=queries.friend_count(session, visit.municipality_id),
    )


def form_view(form: EmergencyForm, problems: Problems) -> EmergencyFormView:
    return EmergencyFormView(
        values={language: getattr(form, language) for language in LANGUAGES},
        is_pushed=bool(form.is_pushed),
        replaces=form.replaces,
        submission=form.submission,
        limit=TEXT_LIMIT,
        problems=tuple(FieldProblem.of(field, text) for field, text in problems),
    )
