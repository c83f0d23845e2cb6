"""Prepared replies: the list, the form with its preview, retiring and taking up again."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Response
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from console import submissions
from console.access import acting_staff
from console.canned_form import CannedForm, may_keep, words_and_problems
from console.entry_form import Problems
from console.forms import TextForm, clean
from console.permissions import Permission
from console.security import PREFIX
from console.texts import named, say
from console.views.canned import (
    TEXT_LIMIT,
    CannedFormView,
    CannedListView,
    Scope,
    Standing,
    canned_view,
    first_day,
    groups_of,
    last_day,
    scope_of,
    scope_value,
    then_choices,
)
from console.views.choices import Choice
from console.views.entry_form import FieldProblem
from console.visiting import CaseReader, CaseWriter, NotHereError, RowId, Visit
from core.text import normalise
from handoff import canned as verbs
from handoff.desk_models import CannedReply
from handoff.models import Staff

PATH = f"{PREFIX}/canned"
NEW_PATH = f"{PREFIX}/new-canned"
ROOM = "canned"
KIND = "canned"
FORM = "canned/form.html"
WORDS_LIMIT = 100

router = APIRouter()


class SeenForm(TextForm):
    """`seen` is when the reply was last changed, as of the page."""

    seen: str = ""


@router.get("/canned")
def list_canned(visit: CaseReader, words: str = "") -> Response:
    view = list_view(visit, clean(words).strip()[:WORDS_LIMIT])
    return visit.page_or_fragment("canned/page.html", "canned/_list.html", view, room=ROOM)


@router.get("/new-canned")
def show_new_canned(visit: CaseReader) -> Response:
    with visit.reading() as session:
        view = form_view(visit, acting_staff(session, visit), CannedForm(submission=submissions.new_key()))
    return visit.page(FORM, view, room=ROOM)


@router.post("/new-canned")
def add_canned(form: Annotated[CannedForm, Form()], visit: CaseWriter) -> Response:
    with visit.writing() as session:
        staff = acting_staff(session, visit)
        words, problems = words_and_problems(form, visit)
        # The first of two clicks has taken the shortcut already.
        if submissions.submission_of(session, visit, form.submission, KIND) is not None:
            return visit.redirect(PATH, "canned_saved")
        if not problems and verbs.has_shortcut(session, visit.municipality_id, words, but=None):
            problems = (("shortcut", say("problem.shortcut_taken", shortcut=words.shortcut)),)
        if not problems and submissions.begin(session, visit, form.submission, KIND):
            reply = verbs.add_reply(session, visit.municipality_id, words, visit.now)
            visit.record(session, "canned.add", f"canned:{reply.id}")
        view = form_view(visit, staff, form, problems) if problems else None
    return visit.page(FORM, view, room=ROOM, status=422) if view else visit.redirect(PATH, "canned_saved")


@router.post("/canned/preview")
def preview_canned(form: Annotated[CannedForm, Form()], visit: CaseWriter) -> Response:
    """The form as it was typed, with the bubble that it would make."""
    with visit.reading() as session:
        view = form_view(visit, acting_staff(session, visit), form, is_previewed=True)
    return visit.page_or_fragment(FORM, "canned/_preview.html", view, room=ROOM)


@router.get("/canned/{canned_id}")
def show_canned(canned_id: RowId, visit: CaseReader) -> Response:
    with visit.reading() as session:
        reply = editable_reply(session, visit, canned_id)
        view = form_view(visit, acting_staff(session, visit), stored_form(reply))
    return visit.page(FORM, view, room=ROOM)


@router.post("/canned/{canned_id}")
def change_canned(canned_id: RowId, form: Annotated[CannedForm, Form()], visit: CaseWriter) -> Response:
    """What is in the form already is no change, so that a second click is none; what somebody else changed meanwhile is told."""
    form = form.model_copy(update={"id": str(canned_id)})
    with visit.writing() as session:
        reply = editable_reply(session, visit, canned_id)
        staff = acting_staff(session, visit)
        session.refresh(reply, with_for_update=True)
        words, problems = words_and_problems(form, visit)
        is_changed = any(getattr(reply, name) != getattr(words, name) for name in vars(words))
        if not problems and is_changed:
            problems = change_problems(session, visit, reply, words, form)
        if not problems and is_changed:
            verbs.change_reply(reply, words, visit.now)
            visit.record(session, "canned.change", f"canned:{canned_id}")
        view = form_view(visit, staff, form, problems) if problems else None
    return visit.page(FORM, view, room=ROOM, status=422) if view else visit.redirect(PATH, "canned_saved")


@router.post("/canned/{canned_id}/retire")
def retire_canned(canned_id: RowId, visit: CaseWriter) -> Response:
    with visit.writing() as session:
        reply = editable_reply(session, visit, canned_id)
        session.refresh(reply, with_for_update=True)
        if verbs.is_usable(reply, visit.now) or (reply.valid_from is not None and reply.valid_from > visit.now):
            verbs.retire_reply(reply, visit.now)
            visit.record(session, "canned.retire", f"canned:{canned_id}")
    return visit.redirect(PATH, "canned_retired")


@router.post("/canned/{canned_id}/restore")
def restore_canned(canned_id: RowId, visit: CaseWriter) -> Response:
    with visit.writing() as session:
        reply = editable_reply(session, visit, canned_id)
        session.refresh(reply, with_for_update=True)
        if reply.valid_until is not None and reply.valid_until <= visit.now:
            verbs.restore_reply(reply, visit.now)
            visit.record(session, "canned.restore", f"canned:{canned_id}")
    return visit.redirect(PATH, "canned_restored")


def change_problems(session: Session, visit: Visit, reply: CannedReply, words: verbs.CannedWords, form: CannedForm) -> Problems:
    if form.seen != reply.updated_at.isoformat():
        return (("text", say("problem.canned_changed")),)
    if verbs.has_shortcut(session, visit.municipality_id, words, but=reply.id):
        return (("shortcut", say("problem.shortcut_taken", shortcut=words.shortcut)),)
    return ()


def editable_reply(session: Session, visit: Visit, canned_id: int) -> CannedReply:
    """Raises NotHereError where the visitor may not change it."""
    reply = session.get(CannedReply, canned_id)
    if reply is None or reply.municipality_id != visit.municipality_id or not may_edit(visit, reply):
        raise NotHereError(f"no prepared reply {canned_id} that staff {visit.visitor.staff_id} may change")
    return reply


def may_edit(visit: Visit, reply: CannedReply) -> bool:
    if reply.owner_id is not None:
        return reply.owner_id == visit.visitor.staff_id
    return may_keep(visit, scope_of(reply), reply.department_id)


def shown_replies(session: Session, visit: Visit, staff: Staff) -> list[CannedReply]:
    """What the visitor may use; a supervisor sees those of every department."""
    if not visit.may(Permission.SUPERVISE):
        return list(verbs.replies_for(session, staff))
    statement = select(CannedReply).where(
        CannedReply.municipality_id == visit.municipality_id, or_(CannedReply.owner_id.is_(None), CannedReply.owner_id == staff.id)
    )
    return list(session.scalars(statement.order_by(CannedReply.department_id, CannedReply.shortcut, CannedReply.id)))


def list_view(visit: Visit, words: str) -> CannedListView:
    with visit.reading() as session:
        staff = acting_staff(session, visit)
        variables = sample_variables(visit, staff)
        replies = [
            canned_view(reply, pack=visit.pack, now=visit.now, variables=variables, may_edit=may_edit(visit, reply))
            for reply in shown_replies(session, visit, staff)
        ]
    flat = normalise(words).lstrip("/")
    found = [reply for reply in replies if flat in normalise(f"{reply.shortcut} {reply.title} {reply.words}")]
    return CannedListView(groups=groups_of(found), words=words, flagged=sum(reply.standing is Standing.INCOMPLETE for reply in replies))


def sample_variables(visit: Visit, staff: Staff) -> Mapping[str, str]:
    """What case and staff fill, with an example where there is no case."""
    example = {verbs.CASE_NUMBER: say("canned_example.number"), verbs.CASE_TITLE: say("canned_example.title")}
    return {**example, **verbs.variables_of(visit.pack, staff.name, None, staff.department_id)}


def stored_form(reply: CannedReply) -> CannedForm:
    first, last = first_day(reply.valid_from), last_day(reply.valid_until)
    return CannedForm(
        id=str(reply.id),
        shortcut=reply.shortcut,
        title=reply.title,
        text=reply.text,
        scope=scope_value(reply),
        valid_from=first.isoformat() if first else "",
        valid_until=last.isoformat() if last else "",
        then=reply.then,
        seen=reply.updated_at.isoformat(),
    )


def form_view(visit: Visit, staff: Staff, form: CannedForm, problems: Problems = (), *, is_previewed: bool = False) -> CannedFormView:
    canned_id = int(form.id) if form.id.isascii() and form.id.isdecimal() and len(form.id) < 19 else None
    variables = sample_variables(visit, staff)
    shown = verbs.render(form.text, visit.pack, visit.now, variables) if form.text.strip() and (is_previewed or canned_id) else None
    return CannedFormView(
        id=canned_id,
        action=f"{PATH}/{canned_id}" if canned_id else NEW_PATH,
        seen=form.seen,
        submission=form.submission,
        values=form.values,
        scopes=tuple(scope_choices(visit)),
        gaps=tuple(Choice(value=name, label=variables.get(name, "")) for name in verbs.VARIABLES),
        preview=shown,
        limit=TEXT_LIMIT,
        thens=then_choices(visit.pack),
        problems=tuple(FieldProblem.of(field, text) for field, text in problems),
    )


def scope_choices(visit: Visit) -> list[Choice]:
    choices = [Choice(value=Scope.OWN.value, label=named("canned_scope", Scope.OWN))]
    for department in visit.pack.departments.values():
        if may_keep(visit, Scope.DEPARTMENT, department.id):
            choices.append(Choice(value=f"{Scope.DEPARTMENT}:{department.id}", label=department.name))
    if may_keep(visit, Scope.ALL, None):
        choices.append(Choice(value=Scope.ALL.value, label=named("canned_scope", Scope.ALL)))
    return choices
