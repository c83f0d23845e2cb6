"""Who is there: said by the person, kept alive by heartbeats of their pages, and what happens to their cases when they go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.changes import PRESENCE, staff_topic
from core.counter_rules import CounterRules
from handoff import queries
from handoff.changing import TAKEN_STATES, LockTalks, leave_talks, lock_cases, lock_staff, tell
from handoff.claiming import requeue
from handoff.models import HELD_STATES, Case, CaseState, Presence, PresenceState, Staff
from handoff.notices import Notice

HERE = (PresenceState.AVAILABLE, PresenceState.BUSY)
WENT_OFF, LOST = "off", "lost"
"""Why cases went back into the queue: they said so, or their pages fell silent."""
NOT_TAKING = "not_taking"
"""Why an offer went back: they take no further case."""


@dataclass(frozen=True, kw_only=True)
class Handed:
    """A case that went back into the queue, and what its resident must hear."""

    case_id: int
    notice: Notice | None
    releases_ownership: bool
    """The person held the talk, which is the bot's again."""


def set_presence(
    session: Session, staff: Staff, state: PresenceState, *, now: datetime, lock_talks: LockTalks = leave_talks
) -> Sequence[Handed]:
    """Says where somebody stands. Going off hands over everything they held; whoever takes no case gives an offer back."""
    return _change(session, staff, state, now=now, why=WENT_OFF, lock_talks=lock_talks)


def lose(session: Session, staff: Staff, rules: CounterRules, *, now: datetime, lock_talks: LockTalks = leave_talks) -> Sequence[Handed]:
    """Their pages fell silent: they count as gone, unless a heartbeat came meanwhile."""
    lock_staff(session, staff.id)
    presence = session.get(Presence, staff.id, populate_existing=True)
    if presence is None or not is_lost(presence, rules, now=now):
        return ()
    return _change(session, staff, PresenceState.OFF, now=now, why=LOST, lock_talks=lock_talks)


def heartbeat(session: Session, staff_id: int, *, now: datetime) -> PresenceState:
    """An open page says that the person is there; returns where they stand. Coming back after being lost is for them to say."""
    session.execute(
        update(Presence).where(Presence.staff_id == staff_id).values(heartbeat_at=now), execution_options={"synchronize_session": False}
    )
    state = session.scalar(select(Presence.state).where(Presence.staff_id == staff_id))
    return PresenceState(state) if state is not None else PresenceState.OFF


def present(session: Session, municipality_id: str) -> Sequence[tuple[Staff, Presence]]:
    """Everybody who is not off, by name."""
    statement = (
        select(Staff, Presence)
        .join(Presence, Presence.staff_id == Staff.id)
        .where(Staff.municipality_id == municipality_id, Staff.is_active, Presence.state != PresenceState.OFF)
    )
    return [(row[0], row[1]) for row in session.execute(statement.order_by(Staff.name, Staff.id))]


def presence_of(session: Session, staff_id: int) -> Presence | None:
    return session.get(Presence, staff_id)


def is_lost(presence: Presence, rules: CounterRules, *, now: datetime) -> bool:
    silence = now - presence.heartbeat_at
    if presence.state in HERE:
        return silence > timedelta(seconds=rules.grace_seconds)
    return presence.state == PresenceState.AWAY and silence > timedelta(minutes=rules.away_minutes)


def _change(session: Session, staff: Staff, state: PresenceState, *, now: datetime, why: str, lock_talks: LockTalks) -> Sequence[Handed]:
    states = TAKEN_STATES if state is PresenceState.OFF else (CaseState.OFFERED,) if state is not PresenceState.AVAILABLE else ()
    lock_talks(
        session, [case.conversation_id for case in queries.cases_with(session, staff.id, states) if case.conversation_id is not None]
    )
    lock_staff(session, staff.id)
    # Nobody can give them another case from here on.
    cases = lock_cases(session, [case.id for case in queries.cases_with(session, staff.id, states)])
    handed = [_hand_over(session, case, staff, why if state is PresenceState.OFF else NOT_TAKING, now=now) for case in cases]
    presence = session.get(Presence, staff.id, populate_existing=True)
    if presence is None:
        presence = Presence(staff_id=staff.id, municipality_id=staff.municipality_id, state=state, since=now, heartbeat_at=now)
        session.add(presence)
    elif presence.state != state:
        presence.state, presence.since, presence.missed = state, now, 0
    if why != LOST:
        presence.heartbeat_at = now
    session.flush()
    tell(session, staff.municipality_id, PRESENCE, staff_topic(staff.id), now=now)
    return handed


def _hand_over(session: Session, case: Case, staff: Staff, why: str, *, now: datetime) -> Handed:
    was_held = case.state in HELD_STATES
    notice = requeue(session, case, why, now=now)
    if not was_held:
        case.declined = [*case.declined, staff.id]
    return Handed(case_id=case.id, notice=notice, releases_ownership=was_held)
