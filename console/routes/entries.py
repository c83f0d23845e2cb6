"""One entry: reading it, editing and publishing at once, making a new one, a preview, archiving."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Response
from sqlalchemy.orm import Session

from console.entry_form import EntryForm, Problems, draft_and_problems
from console.forms import clean
from console.permissions import Permission
from console.routes.content import PATH, ROOM
from console.security import PREFIX
from console.texts import say
from console.views.entry import EntryView, entry_view, new_entry_view
from console.views.entry_form import Conflict, FieldProblem, FormView, changes, department_choices, languages_in_words, limit_of, values_of
from console.visiting import ContentReader, ContentWriter, NotHereError, Reader, Visit
from core.database import after_commit
from core.errors import ConflictError
from faq.entries import Refused, archive, edit_and_publish
from faq.models import EntryKind, EntryVersion
from faq.queries import EntryHistory, category_counts, entry_history

NEW_PATH = f"{PREFIX}/new-content"
PAGE = "content/entry.html"
FRAGMENT = "content/_entry.html"
PREVIEW = "content/_preview.html"

router = APIRouter()


@router.get("/content/{entry_id}")
def show_entry(entry_id: str, visit: Reader) -> Response:
    with visit.reading() as session:
        view = stored_entry(session, visit, accessible_entry(session, visit, entry_id))
    return visit.page(PAGE, view, room=ROOM)


@router.post("/content/{entry_id}/publish")
def publish_entry(entry_id: str, form: Annotated[EntryForm, Form()], visit: ContentWriter) -> Response:
    try:
        with visit.writing() as session:
            history = accessible_entry(session, visit, entry_id)
            problems = published(session, visit, history, form)
            view = typed_entry(session, visit, history, form, problems) if problems else None
    except ConflictError:
        return answer(visit, conflicting_entry(visit, entry_id, form), status=409)
    if view is not None:
        return answer(visit, view, status=422)
    return changed(visit, entry_id, "entry_published")


@router.post("/content/{entry_id}/preview")
def preview_entry(entry_id: str, form: Annotated[EntryForm, Form()], visit: ContentWriter) -> Response:
    with visit.reading() as session:
        view = typed_entry(session, visit, accessible_entry(session, visit, entry_id), form, ())
    return visit.fragment(PREVIEW, view.bubble, room=ROOM) if visit.wants_fragment else visit.page(PAGE, view, room=ROOM)


@router.post("/content/{entry_id}/archive")
def archive_entry(entry_id: str, form: Annotated[EntryForm, Form()], visit: ContentWriter) -> Response:
    """A second click changes nothing; what somebody else published meanwhile is shown first."""
    with visit.writing() as session:
        history = accessible_entry(session, visit, entry_id)
        is_other = history.published is not None and str(history.published.number) != form.edited
        if history.published is not None and not is_other:
            archive(session, visit.municipality_id, entry_id, visit.now)
            visit.record(session, "entry.archive", f"entry:{entry_id}")
            tell_search(session, visit)
    if is_other:
        return answer(visit, conflicting_entry(visit, entry_id, None, begun_with=form.edited), status=409)
    return changed(visit, entry_id, "entry_archived")


@router.get("/new-content")
def show_new_entry(visit: ContentReader, question: str = "") -> Response:
    form = EntryForm(question=clean(question)[:300])
    with visit.reading() as session:
        view = new_entry(session, visit, form, ())
    return visit.page(PAGE, view, room=ROOM)


@router.post("/new-content")
def publish_new_entry(form: Annotated[EntryForm, Form()], visit: ContentWriter) -> Response:
    with visit.writing() as session:
        draft, problems = draft_and_problems(form, None, visit.pack, visit.now)
        outcome = edit_and_publish(session, visit.pack, draft, visit.visitor.name, visit.now) if not problems else Refused(problems=())
        if isinstance(outcome, Refused):
            problems += tuple((problem.field, problem.text) for problem in outcome.problems)
            view = new_entry(session, visit, form, problems)
        else:
            visit.record(session, "entry.publish", f"entry:{outcome.entry_id}#{outcome.number}")
            tell_search(session, visit)
    if isinstance(outcome, Refused):
        return visit.page(PAGE, view, room=ROOM, status=422)
    return visit.redirect(address_of(outcome.entry_id), "entry_published")


@router.post("/new-content/preview")
def preview_new_entry(form: Annotated[EntryForm, Form()], visit: ContentWriter) -> Response:
    with visit.reading() as session:
        view = new_entry(session, visit, form, ())
    return visit.fragment(PREVIEW, view.bubble, room=ROOM) if visit.wants_fragment else visit.page(PAGE, view, room=ROOM)


def accessible_entry(session: Session, visit: Visit, entry_id: str) -> EntryHistory:
    """Raises NotHereError."""
    history = entry_history(session, visit.municipality_id, entry_id) if clean(entry_id) == entry_id else None
    if history is None:
        raise NotHereError("no such entry here")
    return history


def published(session: Session, visit: Visit, history: EntryHistory, form: EntryForm) -> Problems:
    """Problems, or nothing when it is published. Raises ConflictError."""
    base = history.version(form.edited_number)
    if base is None:
        raise ConflictError("the form began with a version that is not there")
    draft, problems = draft_and_problems(form, base, visit.pack, visit.now, EntryKind(history.entry.kind))
    if problems:
        return problems
    outcome = edit_and_publish(session, visit.pack, draft, visit.visitor.name, visit.now, form.edited_number)
    if isinstance(outcome, Refused):
        return tuple((problem.field, problem.text) for problem in outcome.problems)
    visit.record(session, "entry.publish", f"entry:{outcome.entry_id}#{outcome.number}")
    tell_search(session, visit)
    return ()


def tell_search(session: Session, visit: Visit) -> None:
    search_changed, municipality_id = visit.console.search_changed, visit.municipality_id
    if search_changed is not None:
        after_commit(session, lambda: search_changed(municipality_id))


def answer(visit: Visit, view: EntryView, *, status: int) -> Response:
    return visit.page_or_fragment(PAGE, FRAGMENT, view, room=ROOM, status=status)


def changed(visit: Visit, entry_id: str, notice: str) -> Response:
    with visit.reading() as session:
        view = stored_entry(session, visit, accessible_entry(session, visit, entry_id), notice=say(f"notice.{notice}"))
    return visit.fragment_or_redirect(FRAGMENT, view, room=ROOM, to=address_of(entry_id), notice=notice)


def address_of(entry_id: str) -> str:
    return f"{PATH}/{quote(entry_id, safe='')}"


def current_version(history: EntryHistory) -> EntryVersion:
    """What residents see, or else what was touched last."""
    return next(version for version in history.versions if version.number == history.entry.current_number)


def stored_entry(session: Session, visit: Visit, history: EntryHistory, *, notice: str = "") -> EntryView:
    current = current_version(history)
    form = EntryForm(**values_of(current), edited=str(current.number))
    return entry_view(history, current, visit.pack, visit.now, form_view(session, visit, form, history), notice=notice)


def typed_entry(
    session: Session, visit: Visit, history: EntryHistory, form: EntryForm, problems: Problems, conflict: Conflict | None = None
) -> EntryView:
    """The stored entry with a form that keeps what was typed, and the bubble that it would make."""
    shown = form_view(session, visit, form, history, problems, conflict)
    base = history.version(form.edited_number) or current_version(history)
    draft, _ = draft_and_problems(form, base, visit.pack, visit.now, EntryKind(history.entry.kind))
    return entry_view(history, current_version(history), visit.pack, visit.now, shown, draft=draft)


def conflicting_entry(visit: Visit, entry_id: str, form: EntryForm | None, begun_with: str = "") -> EntryView:
    """What was typed stays; once somebody has seen what changed meanwhile, they may publish over it."""
    with visit.reading() as session:
        history = accessible_entry(session, visit, entry_id)
        current = current_version(history)
        typed = form or EntryForm(**values_of(current), edited=begun_with)
        base = history.version(typed.edited_number)
        conflict = Conflict(
            author=current.author,
            at=current.published_at or current.created_at,
            changes=changes(base, current) if base is not None else (),
            keeps_typed=form is not None,
        )
        return typed_entry(session, visit, history, typed.model_copy(update={"edited": str(current.number)}), (), conflict)


def new_entry(session: Session, visit: Visit, form: EntryForm, problems: Problems) -> EntryView:
    draft, _ = draft_and_problems(form, None, visit.pack, visit.now)
    return new_entry_view(draft, visit.pack, visit.now, form_view(session, visit, form, None, problems))


def form_view(
    session: Session,
    visit: Visit,
    form: EntryForm,
    history: EntryHistory | None,
    problems: Problems = (),
    conflict: Conflict | None = None,
) -> FormView | None:
    if not visit.may(Permission.EDIT_CONTENT):
        return None
    current = current_version(history) if history is not None else None
    return FormView(
        action=address_of(history.entry.id) if history is not None else NEW_PATH,
        edited=form.edited,
        values=form.values,
        limit=limit_of(history.entry.kind if history is not None else EntryKind.FAQ),
        categories=tuple(category_counts(session, visit.municipality_id)),
        departments=department_choices(visit.pack),
        languages=languages_in_words(current),
        keeps_translations=bool(form.keep_translations),
        problems=tuple(FieldProblem.of(field, text) for field, text in problems),
        conflict=conflict,
    )
