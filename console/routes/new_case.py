"""A case that is opened by hand, for somebody who telephones or stands at the counter."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Response

from console import submissions
from console.access import acting_staff
from console.case_lists import PATH, priority_choices
from console.case_query import PRIORITIES
from console.entry_form import Problems
from console.forms import TextForm
from console.texts import named, say
from console.views.choices import Choice
from console.views.entry_form import FieldProblem, department_choices
from console.views.new_case import FIELDS, NewCaseView
from console.visiting import CaseReader, CaseWriter, Visit
from core.individual_number import mask_individual_numbers
from core.messages import Language
from handoff import cases as verbs
from handoff.errors import CaseError
from handoff.models import CaseChannel, CaseReason, Priority
from handoff.packet import TITLE_LIMIT, Packet

ROOM = "cases"
KIND = "new_case"
TEMPLATE = "new_case/page.html"
MATTER_LIMIT = 4000
CHANNELS = (CaseChannel.TELEPHONE, CaseChannel.COUNTER)

router = APIRouter(prefix="/new-case")


class NewCaseForm(TextForm):
    """Everything as it was typed."""

    channel: str = ""
    title: str = ""
    contact: str = ""
    matter: str = ""
    department: str = ""
    language: str = Language.JAPANESE.value
    priority: str = Priority.ORDINARY.name.lower()
    is_mine: str = ""
    submission: str = ""

    @property
    def values(self) -> Mapping[str, str]:
        return {name: getattr(self, name) for name in FIELDS}


@router.get("")
def show_new_case(visit: CaseReader) -> Response:
    form = NewCaseForm(department=visit.visitor.department_id or "", is_mine="1", submission=submissions.new_key())
    return visit.page(TEMPLATE, form_view(visit, form), room=ROOM)


@router.post("")
def open_by_hand(form: Annotated[NewCaseForm, Form()], visit: CaseWriter) -> Response:
    """A second click leads to the case that the first one made."""
    problems = problems_of(form)
    if problems:
        return visit.page(TEMPLATE, form_view(visit, form, problems), room=ROOM, status=422)
    notice = "case_opened"
    with visit.writing() as session:
        if not submissions.begin(session, visit, form.submission, KIND):
            done = submissions.submission_of(session, visit, form.submission, KIND)
            return visit.redirect(f"{PATH}/{done.detail['case']}" if done and "case" in done.detail else PATH, notice)
        staff = acting_staff(session, visit)
        case = verbs.open_case(session, visit.pack, request_of(form, visit), now=visit.now, by=staff).case
        if form.is_mine:
            try:
                verbs.claim(session, visit.pack, case, staff, now=visit.now)
            except CaseError:
                notice = "case_opened_full"
        submissions.finish(session, form.submission, {"case": case.id})
        visit.record(session, "case.open", f"case:{case.id}")
    return visit.redirect(f"{PATH}/{case.id}", notice)


def request_of(form: NewCaseForm, visit: Visit) -> verbs.CaseRequest:
    """Individual numbers never reach a table, whoever writes them."""
    matter = mask_individual_numbers(form.matter.strip())[0]
    return verbs.CaseRequest(
        reason=CaseReason.BY_HAND,
        title=mask_individual_numbers(form.title.strip())[0],
        packet=Packet(summary=matter, question=matter, language=form.language, is_easy=form.language == "easy"),
        department_id=form.department if form.department in visit.pack.departments else None,
        language=form.language,
        priority=PRIORITIES[form.priority],
        channel=CaseChannel(form.channel),
        contact=mask_individual_numbers(form.contact.strip())[0],
    )


def problems_of(form: NewCaseForm) -> Problems:
    problems: list[tuple[str, str]] = []
    if form.channel not in CHANNELS:
        problems.append(("channel", say("problem.channel_missing")))
    if not form.title.strip() or len(form.title.strip()) > TITLE_LIMIT:
        problems.append(("title", say("problem.title_bad", limit=TITLE_LIMIT)))
    if len(form.contact.strip()) > TITLE_LIMIT:
        problems.append(("contact", say("problem.too_long", limit=TITLE_LIMIT)))
    if len(form.matter.strip()) > MATTER_LIMIT:
        problems.append(("matter", say("problem.too_long", limit=MATTER_LIMIT)))
    for name, known in (("language", {language.value for language in Language}), ("priority", set(PRIORITIES))):
        if getattr(form, name) not in known:
            problems.append((name, say("problem.choice_bad")))
    return tuple(problems)


def form_view(visit: Visit, form: NewCaseForm, problems: Problems = ()) -> NewCaseView:
    return NewCaseView(
        values=form.values,
        submission=form.submission,
        channels=tuple(Choice(value=channel.value, label=named("case_channel", channel)) for channel in CHANNELS),
        departments=department_choices(visit.pack),
        languages=tuple(Choice(value=tag.value, label=named("language", tag.value)) for tag in Language),
        priorities=tuple(reversed(priority_choices())),
        limit=MATTER_LIMIT,
        problems=tuple(FieldProblem.of(field, text) for field, text in problems),
    )
