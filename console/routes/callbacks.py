"""Requests to be called back: the two tabs, noting, finishing, reopening."""

from typing import Annotated

from fastapi import APIRouter, Form, Response
from sqlalchemy.orm import Session

from console.access import visible_callbacks
from console.forms import TextForm
from console.permissions import Permission
from console.security import PREFIX
from console.texts import say
from console.views.callbacks import NOTE_LIMIT, CallbacksView, CallbackView, callback_view
from console.visiting import CallbackWriter, NotHereError, Reader, RowId, Visit
from handoff.callbacks import finish, note, reopen
from handoff.models import CallbackRequest, CallbackState
from handoff.queries import callback_in, callbacks, open_callback_count

PATH = f"{PREFIX}/callbacks"
ROOM = "callbacks"
FRAGMENT = "callbacks/_callback.html"
MOST = 200

router = APIRouter(prefix="/callbacks")


class NoteForm(TextForm):
    """`seen` is the note as it stood when the page was made."""

    note: str = ""
    seen: str = ""


@router.get("")
def list_callbacks(visit: Reader, state: str = "") -> Response:
    wanted = CallbackState.DONE if state == CallbackState.DONE else CallbackState.OPEN
    return visit.page("callbacks/page.html", callbacks_view(visit, wanted), room=ROOM)


@router.post("/{callback_id}/note")
def note_callback(callback_id: RowId, form: Annotated[NoteForm, Form()], visit: CallbackWriter) -> Response:
    with visit.writing() as session:
        request = accessible_callback(session, visit, callback_id)
        problem = problem_of(request, form)
        if problem is None and is_changed(request, form):
            note(request, form.note)
            visit.record(session, "callback.note", f"callback:{callback_id}")
    return answer(visit, request, form, problem, "callback_noted")


@router.post("/{callback_id}/finish")
def finish_callback(callback_id: RowId, form: Annotated[NoteForm, Form()], visit: CallbackWriter) -> Response:
    """What stands in the note's field is kept, too. A second click changes nothing."""
    with visit.writing() as session:
        request = accessible_callback(session, visit, callback_id)
        is_open = request.state == CallbackState.OPEN
        problem = problem_of(request, form) if is_open else None
        if is_open and problem is None:
            note(request, form.note)
            finish(request, by=visit.visitor.name, now=visit.now)
            visit.record(session, "callback.finish", f"callback:{callback_id}")
    return answer(visit, request, form, problem, "callback_finished")


@router.post("/{callback_id}/reopen")
def reopen_callback(callback_id: RowId, visit: CallbackWriter) -> Response:
    with visit.writing() as session:
        request = accessible_callback(session, visit, callback_id)
        if request.state == CallbackState.DONE:
            reopen(request)
            visit.record(session, "callback.reopen", f"callback:{callback_id}")
    return answer(visit, request, None, None, "callback_reopened")


def accessible_callback(session: Session, visit: Visit, callback_id: int) -> CallbackRequest:
    """Locked until the transaction ends, so that of two clicks the second sees what the first did. Raises NotHereError."""
    request = callback_in(session, visit.municipality_id, callback_id, shown=visible_callbacks(visit))
    if request is None:
        raise NotHereError(f"no call-back request {callback_id} here")
    session.refresh(request, with_for_update=True)
    return request


def problem_of(request: CallbackRequest, form: NoteForm) -> str | None:
    if len(form.note.strip()) > NOTE_LIMIT:
        return say("problem.note_long", count=len(form.note.strip()), limit=NOTE_LIMIT)
    if is_changed(request, form) and form.seen.strip() != request.note:
        return say("problem.note_changed")
    return None


def is_changed(request: CallbackRequest, form: NoteForm) -> bool:
    return form.note.strip() != request.note


def answer(visit: Visit, request: CallbackRequest, form: NoteForm | None, problem: str | None, notice: str) -> Response:
    """The changed request; with a problem it keeps what was typed."""
    if problem is None:
        view = shown(visit, request, is_fresh=True)
        tab = f"{PATH}?state=done" if view.is_done and notice == "callback_noted" else PATH
        return visit.fragment_or_redirect(FRAGMENT, view, room=ROOM, to=tab, notice=notice)
    view = shown(visit, request, typed=form.note if form else None, problem=problem)
    if visit.wants_fragment:
        return visit.fragment(FRAGMENT, view, room=ROOM, status=422)
    return visit.page("callbacks/one.html", view, room=ROOM, status=422)


def shown(
    visit: Visit, request: CallbackRequest, *, typed: str | None = None, problem: str | None = None, is_fresh: bool = False
) -> CallbackView:
    may_handle = visit.may(Permission.HANDLE_CALLBACKS)
    return callback_view(request, pack=visit.pack, now=visit.now, may_handle=may_handle, typed=typed, problem=problem, is_fresh=is_fresh)


def callbacks_view(visit: Visit, state: CallbackState) -> CallbacksView:
    with visit.reading() as session:
        requests = callbacks(session, visit.municipality_id, state, shown=visible_callbacks(visit), limit=MOST)
        return CallbacksView(
            is_done=state == CallbackState.DONE,
            open_count=open_callback_count(session, visit.municipality_id, shown=visible_callbacks(visit)),
            callbacks=tuple(shown(visit, request) for request in requests),
            is_cut=len(requests) == MOST,
        )
