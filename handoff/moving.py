"""Verbs of a case that a person has: answering, asking others to go on, putting aside."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.pack import Pack
from handoff import clocks
from handoff.changing import (
    become,
    begin,
    finish,
    is_supervising,
    lock_staff,
    require_held,
    require_here,
    require_holder,
    require_open,
    require_room,
    require_there,
)
from handoff.claiming import NOTE_LIMIT, count_offer
from handoff.errors import NoteMissingError, NotInStateError, TargetError
from handoff.escalating import escalate
from handoff.events import EventKind, record
from handoff.lifecycle import held_state
from handoff.models import HELD_STATES, QUEUED_STATES, Case, CaseState, Staff
from handoff.notices import Notice, NoticeKey


@dataclass(frozen=True, kw_only=True)
class ToStaff:
    """To one person."""

    staff: Staff


@dataclass(frozen=True, kw_only=True)
class ToDepartment:
    """To whoever of the department takes it."""

    department_id: str


def replied(session: Session, case: Case, *, by: Staff, now: datetime) -> None:
    """A person's words entered the ledger: the resident owes the next word, and the clock pauses.

    A case in the queue, whose answer its former holder wrote for later, stays there until the resident or somebody else goes on with it.
    """
    begin(session, case)
    if case.state not in QUEUED_STATES:
        require_held(case, "be answered")
    is_first = case.first_reply_at is None
    record(
        session,
        case,
        EventKind.FIRST_REPLY if is_first else EventKind.REPLIED,
        staff_id=by.id,
        now=now,
        is_late=case.due_at is not None and now > case.due_at,
        waited_seconds=int((now - (case.due_from or case.opened_at)).total_seconds()),
    )
    if is_first:
        case.first_reply_at = now
    if case.promised_at is not None and now <= case.promised_at:
        record(session, case, EventKind.PROMISE_KEPT, now=now, promised_at=case.promised_at.isoformat())
    case.promised_at = None
    case.last_staff_at = now
    case.nudged_at, case.is_escalated = None, False
    clocks.pause(case)
    if case.state not in QUEUED_STATES:
        become(case, CaseState.WAITING_FOR_RESIDENT, "be answered")
    case.snoozed_until = None
    finish(session, case, now=now, staff=[case.holder_id])


def transfer(
    session: Session,
    pack: Pack,
    case: Case,
    target: ToStaff | ToDepartment,
    note: str,
    *,
    by: Staff,
    now: datetime,
    is_warm: bool = False,
    seen_version: int | None = None,
) -> Notice:
    """Somebody else goes on with it; the clocks run on from where they began.

    Cold: into the queue of the department, or as an offer to the person. Warm: the person has agreed and has it at once. The transfer that
    reaches the limit goes to a supervisor instead. Raises NoteMissingError, TargetError, NotThereError, CapacityError, NotHolderError.
    """
    if not note.strip():
        raise NoteMissingError(f"case {case.id}: a transfer needs a note")
    person = target.staff if isinstance(target, ToStaff) else None
    lock_staff(session, person.id if person else None)
    begin(session, case, seen_version, by)
    require_open(case, "be transferred")
    if case.state in HELD_STATES:
        require_holder(case, by)
    if isinstance(target, ToDepartment) and target.department_id not in pack.departments:
        raise TargetError(f"no department '{target.department_id}'")
    if person is not None:
        require_here(case, person)
        require_there(session, person)
    former, former_department = case.holder_id, case.department_id
    case.transfers = 0 if is_supervising(by) else case.transfers + 1
    is_stopped = case.transfers >= pack.counter.transfer_limit
    case.department_id = (person.department_id or case.department_id) if person else target.department_id  # type: ignore[union-attr]
    # Whoever gives it away is not asked next, even where it stays in their department.
    case.declined, case.snoozed_until = [former] if former is not None and person is None else [], None
    clocks.start(pack, case, now=now)
    if is_stopped or person is None:
        _wait(case)
    else:
        require_room(session, person, case, pack.counter)
        _give(session, pack, case, person, is_warm=is_warm, now=now)
    clocks.reckon(pack, case)
    record(
        session,
        case,
        EventKind.TRANSFERRED,
        staff_id=by.id,
        now=now,
        former=former,
        former_department=former_department,
        to=person.id if person else None,
        department=case.department_id,
        note=note.strip()[:NOTE_LIMIT],
        is_warm=is_warm,
    )
    if is_stopped:
        escalate(session, case, "transfers", now=now)
    named = person.name if person is not None and is_warm and not is_stopped else None
    finish(session, case, now=now, staff=[former, person.id if person else None], departments=[former_department])
    return Notice(key=NoticeKey.TRANSFERRED, values={"department": case.department_id, "staff": named})


def snooze(session: Session, case: Case, until: datetime, *, by: Staff, now: datetime, seen_version: int | None = None) -> None:
    """Put aside until then; an answer that is owed stays owed, so that nothing is hidden. Raises NotInStateError, NotHolderError."""
    begin(session, case, seen_version, by)
    require_held(case, "be put aside")
    require_holder(case, by)
    if until <= now:
        raise NotInStateError(case.id, case.state, "be put aside until a moment that has passed")
    become(case, CaseState.SNOOZED, "be put aside")
    case.snoozed_until = until
    record(session, case, EventKind.SNOOZED, staff_id=by.id, now=now, until=until.isoformat())
    finish(session, case, now=now, staff=[case.holder_id])


def wake(session: Session, pack: Pack, case: Case, *, now: datetime, by: Staff | None = None, seen_version: int | None = None) -> None:
    """Back on the desk of who keeps it, or due in the queue: the next word is owed from now on. One that is awake stays as it is."""
    begin(session, case, seen_version, by)
    if case.snoozed_until is None or case.state == CaseState.CLOSED:
        return
    case.snoozed_until = None
    if case.state == CaseState.SNOOZED:
        become(case, CaseState.HELD, "be woken")
    clocks.start(pack, case, now=now)
    record(session, case, EventKind.WOKEN, staff_id=by.id if by else None, now=now)
    finish(session, case, now=now, staff=[case.holder_id])


def _wait(case: Case) -> None:
    become(case, CaseState.WAITING, "be transferred")
    case.holder_id, case.offered_until = None, None


def _give(session: Session, pack: Pack, case: Case, person: Staff, *, is_warm: bool, now: datetime) -> None:
    if is_warm:
        case.state = held_state(case.due_from)
        case.holder_id, case.offered_until = person.id, None
        case.claimed_at = case.claimed_at or now
    else:
        become(case, CaseState.OFFERED, "be transferred")
        case.holder_id = person.id
        case.offered_until = now + timedelta(seconds=pack.counter.offer_seconds)
    count_offer(session, person, now=now)
