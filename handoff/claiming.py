"""Verbs by which a case finds its holder, or goes back into the queue."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.changes import PRESENCE, staff_topic
from core.pack import Pack
from handoff import queries
from handoff.assignment import Step
from handoff.changing import (
    become,
    begin,
    finish,
    lock_staff,
    require_here,
    require_holder,
    require_open,
    require_room,
    require_there,
    tell,
)
from handoff.errors import ClaimLostError, NotHolderError, NotInStateError
from handoff.events import EventKind, record
from handoff.lifecycle import held_state
from handoff.models import HELD_STATES, Case, CaseState, Presence, PresenceState, Staff
from handoff.notices import Notice, NoticeKey

NOTE_LIMIT = 2000


def claim(session: Session, pack: Pack, case: Case, staff: Staff, *, now: datetime, seen_version: int | None = None) -> Notice:
    """The case is the person's; a second click of the same person changes nothing.

    Raises ClaimLostError where somebody else has it or is just being asked, CapacityError, StaleCaseError.
    """
    lock_staff(session, staff.id)
    begin(session, case)
    if case.holder_id == staff.id and case.state in HELD_STATES:
        return _claimed(case, staff)
    # Who lost it to somebody else is told that, rather than that their page is old.
    if case.state in (CaseState.OFFERED, *HELD_STATES) and case.holder_id != staff.id:
        raise ClaimLostError(case.id, case.holder_id, queries.name_of_staff(session, case.holder_id))
    begin(session, case, seen_version, staff)
    require_open(case, "be claimed")
    require_here(case, staff)
    require_room(session, staff, case, pack.counter)
    _hold(session, case, staff, now=now)
    _be_there(session, staff, now=now)
    record(session, case, EventKind.CLAIMED, staff_id=staff.id, now=now, waited_seconds=int((now - case.opened_at).total_seconds()))
    finish(session, case, now=now, staff=[staff.id])
    return _claimed(case, staff)


def assign(session: Session, pack: Pack, case: Case, staff: Staff, *, by: Staff, now: datetime, seen_version: int | None = None) -> Notice:
    """A supervisor gives the case to somebody, whoever had it. Raises CapacityError, TargetError, NotThereError."""
    lock_staff(session, staff.id)
    begin(session, case, seen_version, by)
    require_open(case, "be assigned")
    require_here(case, staff)
    require_there(session, staff)
    require_room(session, staff, case, pack.counter)
    former = case.holder_id
    _hold(session, case, staff, now=now)
    case.transfers = 0
    count_offer(session, staff, now=now)
    record(session, case, EventKind.ASSIGNED, staff_id=by.id, now=now, to=staff.id, former=former)
    finish(session, case, now=now, staff=[staff.id, former])
    return _claimed(case, staff)


def offer(session: Session, pack: Pack, case: Case, staff: Staff, steps: Sequence[Step], *, now: datetime) -> None:
    """Shows the case to one person, who may take it until the offer ends. Both rows are locked by the caller."""
    if case.state != CaseState.WAITING:
        raise NotInStateError(case.id, case.state, "be offered")
    require_room(session, staff, case, pack.counter)
    become(case, CaseState.OFFERED, "be offered")
    case.holder_id = staff.id
    case.offered_until = now + timedelta(seconds=pack.counter.offer_seconds)
    case.routing = [step.dump() for step in steps]
    count_offer(session, staff, now=now)
    record(session, case, EventKind.OFFERED, now=now, to=staff.id, until=case.offered_until.isoformat())
    finish(session, case, now=now, staff=[staff.id])


def decline(session: Session, case: Case, staff: Staff, reason: str, *, now: datetime, seen_version: int | None = None) -> None:
    """The offer goes to the next person. Raises NotHolderError where it is no longer theirs any more."""
    begin(session, case, seen_version, staff)
    if case.state != CaseState.OFFERED or case.holder_id != staff.id:
        raise NotHolderError(case.id, case.holder_id)
    _take_offer_back(case, now)
    _answered(session, staff)
    record(session, case, EventKind.DECLINED, staff_id=staff.id, now=now, reason=reason.strip()[:NOTE_LIMIT])
    finish(session, case, now=now, staff=[staff.id])


def pass_offer(session: Session, pack: Pack, case: Case, *, now: datetime) -> None:
    """Its time is over: the next person is asked. Who lets several pass in a row counts as away. The row is locked by the caller."""
    asked = case.holder_id
    _take_offer_back(case, now)
    record(session, case, EventKind.OFFER_PASSED, now=now, to=asked)
    presence = session.get(Presence, asked, populate_existing=True) if asked is not None else None
    if presence is not None:
        presence.missed += 1
        if presence.missed >= pack.counter.missed_offers and presence.state == PresenceState.AVAILABLE:
            presence.state, presence.since, presence.missed = PresenceState.AWAY, now, 0
            tell(session, case.municipality_id, PRESENCE, now=now)
    finish(session, case, now=now, staff=[asked])


def release(session: Session, case: Case, staff: Staff, note: str, *, now: datetime, seen_version: int | None = None) -> Notice | None:
    """Back into the queue. None where the resident need not hear of it, because the next word is theirs. Raises NotHolderError."""
    begin(session, case, seen_version, staff)
    require_holder(case, staff)
    if case.state not in HELD_STATES:
        raise NotInStateError(case.id, case.state, "be released")
    former = case.holder_id
    put_back(case)
    case.declined = [*case.declined, former]
    record(session, case, EventKind.RELEASED, staff_id=staff.id, now=now, former=former, note=note.strip()[:NOTE_LIMIT])
    finish(session, case, now=now, staff=[former])
    return _requeued(case)


def requeue(session: Session, case: Case, why: str, *, now: datetime) -> Notice | None:
    """Who had it or was asked is gone: the next one is wanted. The row is locked by the caller. None where the resident never knew them,
    or owes the next word."""
    was_held = case.state in HELD_STATES
    former = case.holder_id
    put_back(case)
    record(session, case, EventKind.REQUEUED, now=now, former=former, why=why)
    finish(session, case, now=now, staff=[former])
    return _requeued(case) if was_held else None


def put_back(case: Case) -> None:
    become(case, CaseState.WAITING, "go back into the queue")
    case.holder_id, case.offered_until = None, None


def count_offer(session: Session, staff: Staff, *, now: datetime) -> None:
    presence = session.get(Presence, staff.id)
    if presence is not None:
        presence.offered_at = now


def _take_offer_back(case: Case, now: datetime) -> None:
    case.declined = [*case.declined, case.holder_id]
    put_back(case)
    case.offered_until = now


def _be_there(session: Session, staff: Staff, *, now: datetime) -> None:
    """Who takes a case is there, though they may not have said so; offers they get only once they say that they take them."""
    presence = session.get(Presence, staff.id, populate_existing=True)
    if presence is None:
        presence = Presence(staff_id=staff.id, municipality_id=staff.municipality_id, state=PresenceState.OFF, since=now, missed=0)
        session.add(presence)
    presence.heartbeat_at, presence.missed = now, 0
    if presence.state == PresenceState.OFF:
        presence.state, presence.since = PresenceState.BUSY, now
        tell(session, staff.municipality_id, PRESENCE, staff_topic(staff.id), now=now)


def _answered(session: Session, staff: Staff) -> None:
    presence = session.get(Presence, staff.id, populate_existing=True)
    if presence is not None:
        presence.missed = 0


def _requeued(case: Case) -> Notice | None:
    """Whoever waits for an answer hears that somebody else goes on with it."""
    return Notice(key=NoticeKey.REQUEUED, values={"department": case.department_id}) if case.due_from is not None else None


def _hold(session: Session, case: Case, staff: Staff, *, now: datetime) -> None:
    case.state = held_state(case.due_from)
    case.holder_id, case.offered_until, case.snoozed_until = staff.id, None, None
    case.declined = []
    case.claimed_at = case.claimed_at or now
    session.flush()


def _claimed(case: Case, staff: Staff) -> Notice:
    return Notice(key=NoticeKey.CLAIMED, values={"staff": staff.name, "department": staff.department_id or case.department_id})
