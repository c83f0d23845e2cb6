"""Reading who could take cases, and what each waiting case asks, as the values on which assignment.py decides."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.counter_rules import CounterRules
from core.pack import Pack
from handoff import clocks
from handoff.assignment import Candidate, Wanted
from handoff.changing import TAKEN_STATES
from handoff.events import EventKind
from handoff.models import Case, CaseEvent, CaseState, Presence, PresenceState, Priority, Role, Staff

TAKING_ROLES = (Role.STAFF, Role.SUPERVISOR)


def available(session: Session, municipality_id: str, rules: CounterRules, *, now: datetime) -> Sequence[Candidate]:
    """Everybody who takes cases now, with what they hold, by id; nobody where none of them has room for one more."""
    since = now - timedelta(seconds=rules.grace_seconds)
    people = session.execute(
        select(Staff, Presence)
        .join(Presence, Presence.staff_id == Staff.id)
        .where(
            Staff.municipality_id == municipality_id,
            Staff.is_active,
            Staff.role.in_(TAKING_ROLES),
            Presence.state == PresenceState.AVAILABLE,
            Presence.heartbeat_at >= since,
        )
        .order_by(Staff.id)
    ).all()
    ids = [row[0].id for row in people]
    if not ids:
        return ()
    loads = _loads(session, ids)
    if all(sum(loads.get(row[0].id, {}).values()) >= row[0].capacity for row in people):
        return ()
    resolved = _resolved(session, municipality_id, ids, since=now - timedelta(days=rules.skilled_days))
    offers = _offers(session, municipality_id, since=now - timedelta(hours=1))
    wrapping = _wrapping_up(session, ids, since=now - timedelta(minutes=rules.wrap_up_minutes))
    return [
        Candidate(
            staff_id=staff.id,
            department_id=staff.department_id,
            role=staff.role,
            languages=frozenset(staff.languages),
            skills=frozenset(staff.skills),
            resolved=resolved.get(staff.id, {}),
            load=sum(loads.get(staff.id, {}).values()),
            capacity=staff.capacity,
            channel_load=loads.get(staff.id, {}),
            offers_last_hour=offers.get(staff.id, 0),
            offered_at=presence.offered_at,
            is_wrapping_up=staff.id in wrapping,
        )
        for staff, presence in ((row[0], row[1]) for row in people)
    ]


class Wishes:
    """What waiting cases ask of people at one moment; equal cases ask the same, so that a long queue is not decided case by case."""

    def __init__(self, pack: Pack, before: Mapping[int, int], *, now: datetime) -> None:
        self._pack, self._before, self._now = pack, before, now
        self._helped: dict[tuple[str | None, datetime, bool], bool] = {}

    def of(self, case: Case) -> Wanted:
        """Minutes only as far as they decide something: before or after the moment when others are asked."""
        rules = self._pack.counter
        return Wanted(
            department_id=case.department_id,
            category=case.category,
            language=case.language,
            channel=case.channel,
            before=self._before.get(case.id),
            declined=frozenset(case.declined),
            needs_supervisor=case.transfers >= rules.transfer_limit,
            waited_minutes=rules.overflow.after_minutes if self._is_helped(case) else 0,
            minutes_since_asked=self._since_asked(case),
        )

    def _is_helped(self, case: Case) -> bool:
        since, after = case.due_from or case.opened_at, self._pack.counter.overflow.after_minutes
        if self._now - since < timedelta(minutes=after):
            return False
        # To the minute, which is what the rule is given in.
        key = (case.department_id, since.replace(second=0, microsecond=0), case.priority == Priority.CRISIS)
        if key not in self._helped:
            self._helped[key] = clocks.working_time(self._pack, case).between(since, self._now) >= timedelta(minutes=after)
        return self._helped[key]

    def _since_asked(self, case: Case) -> float | None:
        if case.offered_until is None:
            return None
        again = self._pack.counter.ask_again_minutes
        return again if self._now - case.offered_until >= timedelta(minutes=again) else 0


def holders_before(session: Session, cases: Collection[Case]) -> Mapping[int, int]:
    """By case, who last had it, or else the resident's last closed case."""
    found: dict[int, int] = {}
    residents = {case.resident_id for case in cases if case.resident_id is not None}
    closed = session.execute(
        select(Case.resident_id, Case.holder_id)
        .where(Case.resident_id.in_(residents), Case.state == CaseState.CLOSED, Case.holder_id.is_not(None))
        .order_by(Case.closed_at, Case.id)
    )
    by_resident: dict[int | None, int | None] = {row[0]: row[1] for row in closed}
    for case in cases:
        holder_id = by_resident.get(case.resident_id)
        if holder_id is not None:
            found[case.id] = holder_id
    ids = [case.id for case in cases if case.claimed_at is not None]
    claims = session.execute(
        select(CaseEvent.case_id, CaseEvent.staff_id, CaseEvent.detail)
        .where(CaseEvent.case_id.in_(ids), CaseEvent.kind.in_((EventKind.CLAIMED, EventKind.ASSIGNED)))
        .order_by(CaseEvent.id)
    )
    return {**found, **{case_id: detail.get("to", staff_id) for case_id, staff_id, detail in claims}}


def _loads(session: Session, ids: Sequence[int]) -> Mapping[int, Mapping[str, int]]:
    found: dict[int, dict[str, int]] = defaultdict(dict)
    statement = select(Case.holder_id, Case.channel, func.count()).where(Case.holder_id.in_(ids), Case.state.in_(TAKEN_STATES))
    for holder_id, channel, count in session.execute(statement.group_by(Case.holder_id, Case.channel)):
        if holder_id is not None:
            found[holder_id][channel] = count
    return found


def _resolved(session: Session, municipality_id: str, ids: Sequence[int], *, since: datetime) -> Mapping[int, Mapping[str, int]]:
    found: dict[int, dict[str, int]] = defaultdict(dict)
    statement = select(Case.closed_by, Case.category, func.count()).where(
        Case.municipality_id == municipality_id, Case.closed_by.in_(ids), Case.closed_at > since, Case.category != ""
    )
    for staff_id, category, count in session.execute(statement.group_by(Case.closed_by, Case.category)):
        if staff_id is not None:
            found[staff_id][category] = count
    return found


def _offers(session: Session, municipality_id: str, *, since: datetime) -> Mapping[int, int]:
    """Offers and assignments of the last hour, by whom they were made to."""
    found: dict[int, int] = defaultdict(int)
    statement = select(CaseEvent.detail).where(
        CaseEvent.municipality_id == municipality_id, CaseEvent.at > since, CaseEvent.kind.in_((EventKind.OFFERED, EventKind.ASSIGNED))
    )
    for detail in session.scalars(statement):
        found[detail["to"]] += 1
    return found


def _wrapping_up(session: Session, ids: Sequence[int], *, since: datetime) -> frozenset[int]:
    statement = select(Case.closed_by).where(Case.closed_by.in_(ids), Case.closed_at > since, Case.minutes.is_(None))
    return frozenset(staff_id for staff_id in session.scalars(statement) if staff_id is not None)
