"""Shows the page of one application, or why a form of it changed nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Response
from sqlalchemy.orm import Session

from bot.media_kinds import UnfitFileError
from console import queries
from console.application_lists import holder_choices
from console.application_reading import ApplicationReading
from console.security import PREFIX
from console.submissions import new_key
from console.texts import named, say
from console.views.application import ApplicationView, TypedWords
from console.visiting import Visit
from procedures.lifecycle import NotAllowedError
from procedures.models import Application
from procedures.moving import StaleApplicationError

ROOM = "applications"
PAGE = "applications/one.html"
Refusal = NotAllowedError | StaleApplicationError | UnfitFileError


@dataclass(frozen=True, kw_only=True)
class RefusedForm:
    """A form that changed nothing: which, what was typed, and the last event that its page knew of."""

    form: str
    values: Mapping[str, str]
    seen_event: int | None = None


def application_path(application_id: int) -> str:
    return f"{PREFIX}/applications/{application_id}"


def application_view(
    visit: Visit,
    application_id: int,
    *,
    reveals: bool = False,
    refused: RefusedForm | None = None,
    problem: str = "",
    marked: TypedWords | None = None,
) -> ApplicationView:
    """`marked` is why a mark was not set. Raises NotHereError."""
    typed = TypedWords(form=refused.form, problem=problem, values=refused.values) if refused is not None else TypedWords()
    with visit.reading() as session:
        reading = ApplicationReading.of(session, visit, application_id)
        course = reading.course()
        seen = refused.seen_event if refused is not None else None
        return ApplicationView(
            staff_id=visit.visitor.staff_id,
            head=reading.head(),
            presence=reading.presence(),
            fields=reading.fields(reveals=reveals, typed=marked),
            steps=reading.steps(new_key(), typed),
            course=course,
            note_submission=new_key(),
            typed=typed,
            changes=tuple(event for event in course.events if seen is not None and event.id > seen),
            last_event=max((event.id for event in course.events), default=0),
            may_handle=reading.may_handle,
        )


def show_refused(visit: Visit, application_id: int, refused: RefusedForm, error: Refusal) -> Response:
    """The page as it is now, with what happened meanwhile and what was typed."""
    view = application_view(visit, application_id, refused=refused, problem=refusal(error))
    return visit.page(PAGE, view, room=ROOM, status=409 if isinstance(error, StaleApplicationError) else 422)


def refusal(error: Refusal) -> str:
    """Why something was not done, in words."""
    match error:
        case StaleApplicationError():
            return say("application.stale")
        case UnfitFileError():
            return named("media_problem", error.problem)
        case _:
            return say("application.not_allowed")


def may_hold(session: Session, visit: Visit, application: Application, holder_id: int) -> bool:
    """Whether this person may deal with it: somebody of its department, or who sees every one."""
    staff = queries.staff_in(session, visit.municipality_id, holder_id)
    if staff is None or str(holder_id) not in {choice.value for choice in holder_choices(session, visit)}:
        return False
    return staff.department_id in (application.department_id, None) or staff.role in ("supervisor", "administrator")
