"""Seeing at the counter who somebody is: a code for their LINE account, and drafts that wait for it."""

from typing import Annotated

from fastapi import APIRouter, Form, Response
from sqlalchemy.orm import Session

from bot.procedure_facts import facts_for
from console.forms import TextForm
from console.security import PREFIX
from console.texts import named, say
from console.views.choices import Choice
from console.views.identity import DraftView, IdentityView
from console.visiting import ApplicationHandler, ApplicationWriter, Visit
from core.messages import Language
from procedures.applications import Desk
from procedures.assurance import LIFETIME, give_code, read_code
from procedures.drafts import draft_with, filling_in, submit_draft
from procedures.facts import Facts
from procedures.keys import ForgottenError
from procedures.models import CounterDraft
from procedures.progress import Progress
from procedures.state import Filling
from procedures.versions import definition_of
from procedures.wording import Wording

ROOM = "identity"
METHODS = ("my_number_card", "licence", "passport", "residence_card", "two_documents")
"""By which document somebody shows who they are; of what stands in it nothing is kept."""

router = APIRouter(prefix="/identity")


class MethodForm(TextForm):
    method: str = ""


class DraftForm(TextForm):
    code: str = ""
    method: str = ""


@router.get("")
def show(visit: ApplicationHandler, code: str = "") -> Response:
    if not code:
        return visit.page("identity/page.html", _view(), room=ROOM)
    with visit.writing() as session:
        draft = _draft(session, visit, code)
        view = _view(looked_for=code, draft=draft, draft_problem="" if draft else say("problem.no_draft"))
    return visit.page("identity/page.html", view, room=ROOM, status=200 if draft else 404)


@router.post("/code")
def make_code(form: Annotated[MethodForm, Form()], visit: ApplicationWriter) -> Response:
    """Shown on this page and never again."""
    if form.method not in METHODS:
        return visit.page("identity/page.html", _view(method_problem=say("problem.no_method")), room=ROOM, status=422)
    with visit.writing() as session:
        seals = _desk(visit).seals
        code = give_code(
            session, seals, municipality_id=visit.municipality_id, staff_id=visit.visitor.staff_id, method=form.method, now=visit.now
        )
        visit.record(session, "identity.code", form.method)
    return visit.page("identity/page.html", _view(method=form.method, code=code), room=ROOM)


@router.post("/draft")
def accept(form: Annotated[DraftForm, Form()], visit: ApplicationWriter) -> Response:
    """The draft becomes an application, once; whoever does it has seen the document."""
    with visit.writing() as session:
        shown = _draft(session, visit, form.code)
        if shown is None:
            view = _view(looked_for=form.code, draft_problem=say("problem.no_draft"))
            return visit.page("identity/page.html", view, room=ROOM, status=404)
        if form.method not in METHODS:
            view = _view(looked_for=form.code, draft=shown, draft_problem=say("problem.no_method"))
            return visit.page("identity/page.html", view, room=ROOM, status=422)
        draft = draft_with(session, visit.municipality_id, shown.code, visit.now)
        assert draft is not None
        desk = _desk(visit)
        filling = filling_in(session, desk, draft)
        submitted = submit_draft(session, desk, draft, now=visit.now, facts=_facts(session, visit, desk, draft, filling))
        assert visit.console.receiving is not None
        visit.console.receiving.teller.received(session, submitted.application, now=visit.now)
        visit.record(session, "identity.accept", f"application:{submitted.application.id} {form.method}")
        view = _view(application=submitted.application.number, application_address=f"{PREFIX}/applications/{submitted.application.id}")
    return visit.page("identity/page.html", view, room=ROOM)


def _desk(visit: Visit) -> Desk:
    assert visit.console.receiving is not None
    return visit.console.receiving.desk(visit.municipality_id)


def _draft(session: Session, visit: Visit, typed: str) -> DraftView | None:
    """None where there is none that can still be read."""
    code = read_code(typed)
    draft = draft_with(session, visit.municipality_id, code, visit.now) if code is not None else None
    if draft is None:
        return None
    desk = _desk(visit)
    try:
        filling = filling_in(session, desk, draft)
    except ForgottenError:
        return None
    definition = definition_of(session, desk.municipality_id, desk.procedures, filling.procedure_id, filling.digest)
    facts = _facts(session, visit, desk, draft, filling)
    progress = Progress(definition=definition, state=filling, facts=facts, now=visit.now)
    wording = Wording(definition, visit.pack, Language.JAPANESE, progress)
    own = visit.visitor.department_id
    return DraftView(
        code=draft.code,
        title=definition.title,
        rows=tuple((row.label, row.text) for row in wording.summary()),
        is_own=own is None or own == definition.department,
    )


def _facts(session: Session, visit: Visit, desk: Desk, draft: CounterDraft, filling: Filling) -> Facts:
    definition = definition_of(session, desk.municipality_id, desk.procedures, filling.procedure_id, filling.digest)
    return facts_for(session, desk.seals, visit.pack, desk.procedures, definition, draft.resident_id, visit.now)


def _view(
    *,
    method: str = "",
    code: str = "",
    method_problem: str = "",
    looked_for: str = "",
    draft: DraftView | None = None,
    draft_problem: str = "",
    application: str = "",
    application_address: str = "",
) -> IdentityView:
    return IdentityView(
        methods=tuple(Choice(value=name, label=named("identity_method", name)) for name in METHODS),
        method=method,
        code=code,
        minutes=LIFETIME.seconds // 60,
        method_problem=method_problem,
        looked_for=looked_for,
        draft=draft,
        draft_problem=draft_problem,
        application=application,
        application_address=application_address,
    )
