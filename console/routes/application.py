"""The page of one application, and the parts of it that change nothing."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from console.access import accessible_application
from console.application_pages import PAGE, ROOM, application_view
from console.application_reading import ApplicationReading
from console.forms import TextForm
from console.permissions import Permission
from console.texts import say
from console.views.application import BubbleView
from console.visiting import ApplicationReader, ApplicationWriter, Beating, NotHereError, RowId
from procedures.lifecycle import NotAllowedError, Verb
from procedures.viewing import look, look_away

WORDS_LIMIT = 1_000

router = APIRouter(prefix="/applications")


class PreviewForm(TextForm):
    """`verb` is the step whose message is looked at."""

    verb: str = ""
    words: str = ""


class ViewingForm(TextForm):
    """`state` is looking, typing or gone."""

    state: str = "looking"


@router.get("/{application_id}")
def show_application(application_id: RowId, visit: ApplicationReader) -> Response:
    return visit.page(PAGE, application_view(visit, application_id), room=ROOM)


@router.post("/{application_id}/reveal")
def reveal_answers(application_id: RowId, visit: ApplicationWriter) -> Response:
    """Sensitive answers in full, once; who looked is recorded."""
    with visit.writing() as session:
        accessible_application(session, visit, application_id)
        visit.record(session, "application.reveal", f"application:{application_id}")
    return visit.page(PAGE, application_view(visit, application_id, reveals=True), room=ROOM)


@router.post("/{application_id}/preview")
def preview_message(application_id: RowId, form: Annotated[PreviewForm, Form()], visit: ApplicationWriter) -> Response:
    """What those who applied would read."""
    with visit.reading() as session:
        reading = ApplicationReading.of(session, visit, application_id)
        if form.verb not in set(Verb):
            raise NotHereError(f"no step {form.verb!r}")
        try:
            view = reading.bubble(Verb(form.verb), form.words.strip()[:WORDS_LIMIT] or say("application.reason_comes_here"))
        except (KeyError, NotAllowedError):
            view = BubbleView(texts=(), choices=(), tag="ja", people=0, is_silent=True)
    return visit.fragment("applications/_bubble.html", view, room=ROOM)


@router.post("/{application_id}/viewing")
def view_application(application_id: RowId, form: Annotated[ViewingForm, Form()], visit: Beating) -> Response:
    with visit.writing() as session:
        if not visit.may(Permission.READ_APPLICATIONS):
            raise NotHereError("not for this role")
        application = accessible_application(session, visit, application_id)
        if form.state == "gone":
            look_away(session, application, visit.visitor.staff_id, now=visit.now)
        else:
            look(session, application, visit.visitor.staff_id, now=visit.now)
    return Response(status_code=204)
