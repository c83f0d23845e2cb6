"""What is done with a case: claiming, declining, giving it on, putting it aside, ending it. Each is a form that a stale page can't send."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Response
from sqlalchemy.orm import Session

from console.access import accessible_case, acting_staff
from console.case_pages import NoMomentError, case_path, show_refused
from console.case_reading import Reading
from console.forms import TextForm
from console.security import PREFIX
from console.views.case_moves import snooze_choices
from console.visiting import CaseWriter, NotHereError, RowId, Visit
from core.clock import JAPAN
from handoff import cases
from handoff.cases import Closing, ToDepartment, ToStaff
from handoff.errors import CaseError, TargetError
from handoff.holidays import is_national_holiday
from handoff.models import Case, Priority, Staff

LIST = f"{PREFIX}/cases"
MOST_MINUTES = 24 * 60

router = APIRouter(prefix="/cases")

Act = Callable[[Session, Case, Staff], object]


class MoveForm(TextForm):
    """`version` is that of the case as the page showed it."""

    version: str = ""

    @property
    def seen(self) -> int | None:
        """None for a form without it, which is compared with nothing."""
        return int(self.version) if self.version.isascii() and self.version.isdecimal() and len(self.version) < 10 else None

    @property
    def values(self) -> Mapping[str, str]:
        """What was typed, to be shown again."""
        return {name: value for name, value in self.model_dump().items() if name != "version" and value}


class ReasonForm(MoveForm):
    """Why an offer is declined."""

    reason: str = ""


class NoteForm(MoveForm):
    """With a word for whoever comes next."""

    note: str = ""


class TransferForm(NoteForm):
    """`target` is department:ID or staff:ID."""

    target: str = ""
    is_warm: str = ""


class SnoozeForm(MoveForm):
    """`choice` is the key of an offered moment; without it `until` counts, as the browser writes it, in Japan time."""

    choice: str = ""
    until: str = ""


class CloseForm(MoveForm):
    """How it ended."""

    reason: str = ""
    minutes: str = ""
    is_faq_candidate: str = ""
    wrap_up: str = ""


class PriorityForm(MoveForm):
    """How urgent it is."""

    priority: str = ""


@router.post("/{case_id}/claim")
def claim_case(case_id: RowId, form: Annotated[MoveForm, Form()], visit: CaseWriter) -> Response:
    """Whatever else changed meanwhile: whoever comes first has it."""

    def act(session: Session, case: Case, staff: Staff) -> None:
        visit.counter.claim(session, case, staff, now=visit.now)

    return moved(visit, case_id, "claim", form, act, "case_claimed")


@router.post("/{case_id}/decline")
def decline_case(case_id: RowId, form: Annotated[ReasonForm, Form()], visit: CaseWriter) -> Response:
    def act(session: Session, case: Case, staff: Staff) -> None:
        visit.counter.decline(session, case, staff, form.reason, now=visit.now)

    return moved(visit, case_id, "decline", form, act, "case_declined")


@router.post("/{case_id}/transfer")
def transfer_case(case_id: RowId, form: Annotated[TransferForm, Form()], visit: CaseWriter) -> Response:
    def act(session: Session, case: Case, staff: Staff) -> None:
        target = target_of(session, visit, form.target)
        is_warm = form.is_warm == "1"
        visit.counter.transfer(session, case, target, form.note, by=staff, now=visit.now, is_warm=is_warm, seen_version=form.seen)

    return moved(visit, case_id, "transfer", form, act, "case_transferred")


@router.post("/{case_id}/release")
def release_case(case_id: RowId, form: Annotated[NoteForm, Form()], visit: CaseWriter) -> Response:
    def act(session: Session, case: Case, staff: Staff) -> None:
        visit.counter.release(session, case, staff, form.note, now=visit.now, seen_version=form.seen)

    return moved(visit, case_id, "release", form, act, "case_released")


@router.post("/{case_id}/snooze")
def snooze_case(case_id: RowId, form: Annotated[SnoozeForm, Form()], visit: CaseWriter) -> Response:
    def act(session: Session, case: Case, staff: Staff) -> None:
        until = moment_of(visit, case, form)
        visit.counter.snooze(session, case, until, by=staff, now=visit.now, seen_version=form.seen)

    return moved(visit, case_id, "snooze", form, act, "case_snoozed")


@router.post("/{case_id}/wake")
def wake_case(case_id: RowId, form: Annotated[MoveForm, Form()], visit: CaseWriter) -> Response:
    def act(session: Session, case: Case, staff: Staff) -> None:
        visit.counter.wake(session, case, by=staff, now=visit.now, seen_version=form.seen)

    return moved(visit, case_id, "wake", form, act, "case_woken")


@router.post("/{case_id}/close")
def close_case(case_id: RowId, form: Annotated[CloseForm, Form()], visit: CaseWriter) -> Response:
    def act(session: Session, case: Case, staff: Staff) -> None:
        closing = Closing(
            reason=form.reason,
            minutes=minutes_of(form.minutes),
            is_faq_candidate=form.is_faq_candidate == "1",
            wrap_up=form.wrap_up,
        )
        visit.counter.close(session, case, closing, by=staff, now=visit.now, seen_version=form.seen)

    return moved(visit, case_id, "close", form, act, "case_closed")


@router.post("/{case_id}/return")
def return_case(case_id: RowId, form: Annotated[MoveForm, Form()], visit: CaseWriter) -> Response:
    def act(session: Session, case: Case, staff: Staff) -> None:
        visit.counter.return_to_bot(session, case, staff, now=visit.now, seen_version=form.seen)

    return moved(visit, case_id, "return", form, act, "case_returned")


@router.post("/{case_id}/reopen")
def reopen_case(case_id: RowId, form: Annotated[MoveForm, Form()], visit: CaseWriter) -> Response:
    def act(session: Session, case: Case, staff: Staff) -> None:
        visit.counter.reopen(session, case, by=staff, now=visit.now, seen_version=form.seen)

    return moved(visit, case_id, "reopen", form, act, "case_reopened")


@router.post("/{case_id}/priority")
def prioritise_case(case_id: RowId, form: Annotated[PriorityForm, Form()], visit: CaseWriter) -> Response:
    def act(session: Session, case: Case, staff: Staff) -> None:
        level = next((level for level in Priority if level.name.lower() == form.priority), Priority(case.priority))
        cases.set_priority(session, visit.pack, case, level, by=staff, now=visit.now, seen_version=form.seen)

    return moved(visit, case_id, "priority", form, act, "case_prioritised")


def moved(visit: Visit, case_id: int, name: str, form: MoveForm, act: Act, notice: str) -> Response:
    """Back to the case, or to the list where the visitor may not see it any more; refused, to the page with what was typed."""
    try:
        with visit.writing() as session:
            act(session, accessible_case(session, visit, case_id), acting_staff(session, visit))
            visit.record(session, f"case.{name}", f"case:{case_id}")
    except CaseError as error:
        return show_refused(visit, case_id, name, form.values, error)
    return visit.redirect(case_path(case_id) if may_still_see(visit, case_id) else LIST, notice)


def may_still_see(visit: Visit, case_id: int) -> bool:
    with visit.reading() as session:
        try:
            Reading.of(session, visit, case_id)
        except NotHereError:
            return False
    return True


def target_of(session: Session, visit: Visit, target: str) -> ToStaff | ToDepartment:
    """Raises TargetError for somebody who is not here, or is nobody."""
    kind, _, key = target.partition(":")
    if kind == "department" and key in visit.pack.departments:
        return ToDepartment(department_id=key)
    if kind == "staff" and key.isascii() and key.isdecimal() and len(key) < 19:
        staff = session.get(Staff, int(key))
        if staff is not None and staff.municipality_id == visit.municipality_id:
            return ToStaff(staff=staff)
    raise TargetError("no such target of a transfer here")


def moment_of(visit: Visit, case: Case, form: SnoozeForm) -> datetime:
    """Raises NoMomentError for what is no moment, or has passed."""
    offered = snooze_choices(visit.pack.department(case.department_id), visit.pack, visit.now, is_national_holiday)
    chosen = next((choice.until for choice in offered if choice.key == form.choice), None)
    if chosen is not None:
        return chosen
    try:
        until = datetime.fromisoformat(form.until).replace(tzinfo=JAPAN)
    except ValueError:
        raise NoMomentError("the form holds no moment") from None
    if until <= visit.now:
        raise NoMomentError("the moment has passed")
    return until


def minutes_of(text: str) -> int | None:
    """What nobody can mean is left open, to be measured."""
    is_number = text.isascii() and text.isdecimal() and len(text) < 5
    return int(text) if is_number and int(text) <= MOST_MINUTES else None
