"""Where a case stands in the queue and how long it will take, from what is there and what was measured."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.pack import Pack
from handoff.models import HELD_STATES, Case, CaseState, Presence, PresenceState, Staff
from handoff.priorities import Waiting, in_order
from handoff.waiting import FEWEST_MEASURED, Wait, position_and_wait

MEASURED_DAYS = 30
MEASURED_CASES = 50


def waiting_of(case: Case) -> Waiting:
    return Waiting(case_id=case.id, priority=case.priority, since=case.opened_at, warned=case.warned or 0)


def position_of(session: Session, pack: Pack, case: Case, *, now: datetime) -> int:
    """1 is next, among the cases of its department that wait."""
    return ahead_of(session, pack, case, now=now) + 1


def ahead_of(session: Session, pack: Pack, case: Case, *, now: datetime) -> int:
    same = Case.department_id == case.department_id if case.department_id is not None else Case.department_id.is_(None)
    others = session.scalars(
        select(Case).where(
            Case.municipality_id == case.municipality_id,
            same,
            Case.state.in_((CaseState.WAITING, CaseState.OFFERED)),
            Case.due_from.is_not(None),
            Case.id != case.id,
        )
    )
    own = waiting_of(case)
    return list(in_order([own, *map(waiting_of, others)], now, pack.counter)).index(own)


def wait_estimate(session: Session, pack: Pack, case: Case, *, now: datetime) -> Wait | None:
    """None where nobody of the department is there, or too little was measured."""
    capacity = _people(session, pack, case, now=now)
    held = session.execute(
        select(Case.holder_id, func.count())
        .where(Case.holder_id.in_(capacity), Case.state.in_((CaseState.OFFERED, *HELD_STATES)))
        .group_by(Case.holder_id)
    )
    loads = {row[0]: row[1] for row in held}
    free = sum(max(0, room - loads.get(staff_id, 0)) for staff_id, room in capacity.items())
    return position_and_wait(ahead_of(session, pack, case, now=now), free, len(capacity), handling_minutes(session, case, now=now))


def is_somebody_there(session: Session, pack: Pack, case: Case, *, now: datetime) -> bool:
    """Whether anybody of its department takes cases now."""
    return bool(_people(session, pack, case, now=now))


def handling_minutes(session: Session, case: Case, *, now: datetime) -> Sequence[float]:
    """Of the department's last cases; of all where it has too few."""
    statement = (
        select(Case.minutes)
        .where(
            Case.municipality_id == case.municipality_id,
            Case.closed_at > now - timedelta(days=MEASURED_DAYS),
            Case.closed_by.is_not(None),
            Case.minutes > 0,
        )
        .order_by(Case.closed_at.desc())
        .limit(MEASURED_CASES)
    )
    own = session.scalars(statement.where(Case.department_id == case.department_id)).all()
    found = own if len(own) >= FEWEST_MEASURED else session.scalars(statement).all()
    return [float(minutes) for minutes in found if minutes is not None]


def _people(session: Session, pack: Pack, case: Case, *, now: datetime) -> Mapping[int, int]:
    """The capacity of everybody who takes cases of the department now."""
    since = now - timedelta(seconds=pack.counter.grace_seconds)
    statement = (
        select(Staff.id, Staff.capacity)
        .join(Presence, Presence.staff_id == Staff.id)
        .where(
            Staff.municipality_id == case.municipality_id,
            Staff.is_active,
            Presence.state == PresenceState.AVAILABLE,
            Presence.heartbeat_at >= since,
        )
    )
    if case.department_id is not None:
        statement = statement.where(Staff.department_id == case.department_id)
    return {row[0]: row[1] for row in session.execute(statement)}
