"""What happens at the counter by itself as time passes: offers, absences, clocks, promises, silence."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, literal_column, or_, select
from sqlalchemy.orm import Session, defer

from core.pack import Pack
from handoff import clocks, queries
from handoff.assignment import Choice, Wanted, choose
from handoff.candidates import Wishes, available, holders_before
from handoff.changing import LockTalks, finish, has_room_for, leave_talks, lock_cases, lock_staff
from handoff.claiming import offer, pass_offer
from handoff.closing import Closing, close, write_up
from handoff.escalating import escalate
from handoff.estimating import waiting_of
from handoff.events import EventKind, record
from handoff.models import HELD_STATES, OPEN_STATES, Case, CaseState, Presence, PresenceState, Priority, Staff
from handoff.moving import wake
from handoff.notices import Notice, NoticeKey
from handoff.presence import is_lost, lose
from handoff.priorities import in_order
from handoff.promising import closed_notice, is_staffed

AT_ONCE = 50
"""Cases that one transaction changes at most; the rest waits for the next, a second later."""
FULL = 100


@dataclass(frozen=True, kw_only=True)
class Happening:
    """What happened to a case, and what its resident must hear."""

    case_id: int
    notice: Notice | None = None
    releases_ownership: bool = False
    """A person held the talk, which is the bot's again."""


@dataclass(frozen=True, kw_only=True)
class Due:
    """What there is to do now, as ids; read without a lock, so that each is looked at again before it is done."""

    lost: Sequence[int] = ()
    """Staff whose pages fell silent."""
    passed: Sequence[int] = ()
    """Cases whose offer is over."""
    woken: Sequence[int] = ()
    warned: Sequence[int] = ()
    overdue: Sequence[int] = ()
    broken: Sequence[int] = ()
    """Cases whose promised time has passed."""
    promised: Sequence[int] = ()
    """Cases that wait while their department has closed, and that nobody promised a time."""
    nudged: Sequence[int] = ()
    closed: Sequence[int] = ()
    written_up: Sequence[int] = ()
    choices: Sequence[tuple[int, Choice]] = field(default_factory=tuple)
    """Cases for which somebody was found, or whose explanation changed."""

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in self.__dataclass_fields__)

    @property
    def case_ids(self) -> frozenset[int]:
        ids = (self.passed, self.woken, self.warned, self.overdue, self.broken, self.promised, self.nudged, self.closed, self.written_up)
        return frozenset(case_id for found in ids for case_id in found) | {case_id for case_id, _ in self.choices}


def look(session: Session, pack: Pack, now: datetime) -> Due:
    """Reads only; a few indexed queries when nothing is to do."""

    def ids(*conditions: ColumnElement[bool]) -> Sequence[int]:
        statement = select(Case.id).where(Case.municipality_id == pack.id, *conditions).order_by(Case.id).limit(AT_ONCE)
        return session.scalars(statement).all()

    def in_hours(*conditions: ColumnElement[bool]) -> Sequence[int]:
        """What speaks to residents of its own accord does so while the department is open."""
        return by_hours(True, *conditions)

    def by_hours(is_wanted_open: bool, *conditions: ColumnElement[bool]) -> Sequence[int]:
        statement = select(Case.id, Case.department_id).where(Case.municipality_id == pack.id, *conditions).order_by(Case.id)
        rows = session.execute(statement).all()
        staffed = {department_id: is_staffed(pack, department_id, now) for department_id in {row[1] for row in rows}}
        return [case_id for case_id, department_id in rows if staffed[department_id] is is_wanted_open][:AT_ONCE]

    rules = pack.counter
    is_unclosed = Case.state.in_(OPEN_STATES)
    is_silent = and_(Case.due_from.is_(None), Case.state.in_((CaseState.WAITING, CaseState.WAITING_FOR_RESIDENT)))
    presences = session.scalars(select(Presence).where(Presence.municipality_id == pack.id, Presence.state != PresenceState.OFF)).all()
    return Due(
        lost=[presence.staff_id for presence in presences if is_lost(presence, rules, now=now)],
        passed=ids(Case.state == CaseState.OFFERED, Case.offered_until <= now),
        woken=ids(is_unclosed, Case.snoozed_until <= now),
        warned=ids(is_unclosed, Case.warn_at <= now),
        overdue=ids(is_unclosed, Case.due_from.is_not(None), Case.resolve_by <= now, Case.is_overdue.is_(False)),
        broken=ids(is_unclosed, Case.promised_at <= now, Case.is_apologised.is_(False)),
        promised=by_hours(
            False,
            Case.state == CaseState.WAITING,
            Case.due_from.is_not(None),
            Case.conversation_id.is_not(None),
            or_(Case.promised_at.is_(None), Case.promised_at <= now),
        ),
        nudged=in_hours(is_silent, Case.last_staff_at <= now - timedelta(hours=rules.nudge_hours), Case.nudged_at.is_(None)),
        closed=in_hours(is_silent, Case.nudged_at <= now - timedelta(hours=rules.close_hours)),
        written_up=ids(
            # As it stands in the index of such cases.
            Case.state == literal_column("'closed'"),
            Case.minutes.is_(None),
            Case.closed_at <= now - timedelta(minutes=rules.wrap_up_minutes),
        ),
        choices=_choices(session, pack, now) if any(presence.state == PresenceState.AVAILABLE for presence in presences) else (),
    )


def tend(session: Session, pack: Pack, now: datetime, *, lock_talks: LockTalks = leave_talks) -> Sequence[Happening]:
    """Does what is due, in the caller's transaction. What changed meanwhile it leaves alone; a second run does nothing more."""
    due = look(session, pack, now)
    if not due:
        return ()
    happenings: list[Happening] = []
    staff = [choice.staff_id for _, choice in due.choices]
    held = [case.id for staff_id in due.lost for case in queries.cases_with(session, staff_id, HELD_STATES)]
    lock_talks(session, _talks(session, due.case_ids | set(held)))
    asked = [case.holder_id for case in session.scalars(select(Case).where(Case.id.in_(due.passed)))]
    lock_staff(session, *due.lost, *staff, *asked)
    cases = {case.id: case for case in lock_cases(session, due.case_ids | set(held))}
    for member in session.scalars(select(Staff).where(Staff.id.in_(due.lost)).order_by(Staff.id)):
        handed = lose(session, member, pack.counter, now=now)
        happenings += [Happening(case_id=one.case_id, notice=one.notice, releases_ownership=one.releases_ownership) for one in handed]
    for wanted, act in (
        (due.passed, _pass),
        (due.woken, _wake),
        (due.broken, _apologise),
        (due.promised, _promise),
        (due.warned, _warn),
        (due.overdue, _overdue),
        (due.closed, _close_idle),
        (due.nudged, _nudge),
        (due.written_up, _write_up),
    ):
        happenings += _each(session, pack, wanted, cases, act, now)
    for case_id, choice in due.choices:
        _offer(session, pack, cases[case_id], choice, now=now)
    return happenings


Act = Callable[[Session, Pack, Case, datetime], Happening | None]


def _each(session: Session, pack: Pack, ids: Collection[int], cases: dict[int, Case], act: Act, now: datetime) -> Iterator[Happening]:
    for case_id in ids:
        happening = act(session, pack, cases[case_id], now)
        if happening is not None:
            yield happening


def _talks(session: Session, case_ids: Collection[int]) -> Sequence[int]:
    statement = select(Case.conversation_id).where(Case.id.in_(case_ids), Case.conversation_id.is_not(None))
    return sorted(found for found in session.scalars(statement) if found is not None)


def _choices(session: Session, pack: Pack, now: datetime) -> Sequence[tuple[int, Choice]]:
    """For the waiting cases in their order, each person's load growing with what they are given. A pause holds no crisis up."""
    pauses = {pause.department_id for pause in queries.active_pauses(session, pack.id)}
    statement = select(Case).where(
        Case.municipality_id == pack.id,
        Case.state == CaseState.WAITING,
        Case.due_from.is_not(None),
        or_(Case.snoozed_until.is_(None), Case.snoozed_until <= now),
    )
    # A long queue is read each second: without its packets, which nothing here needs.
    statement = statement.options(defer(Case.packet), defer(Case.wrap_up), defer(Case.satisfaction_comment))
    waiting = {
        case.id: case
        for case in session.scalars(statement)
        if case.priority == Priority.CRISIS or pauses.isdisjoint({None, case.department_id})
    }
    people = {person.staff_id: person for person in available(session, pack.id, pack.counter, now=now)} if waiting else {}
    if not people:
        return ()
    wishes = Wishes(pack, holders_before(session, waiting.values()), now=now)
    nobody: dict[Wanted, Choice] = {}
    found: list[tuple[int, Choice]] = []
    for one in in_order(map(waiting_of, waiting.values()), now, pack.counter):
        case = waiting[one.case_id]
        wanted = wishes.of(case)
        # Whoever is given a case has less room afterwards, so that a wish which nobody met is met by nobody later on.
        choice = nobody.get(wanted) or choose(wanted, list(people.values()), pack.counter)
        if choice.staff_id is not None:
            people[choice.staff_id] = people[choice.staff_id].with_one_more(case.channel, now)
        else:
            nobody[wanted] = choice
        if choice.staff_id is not None or case.routing != choice.dump():
            found.append((case.id, choice))
        if len(found) >= AT_ONCE:
            break
    return found


def _offer(session: Session, pack: Pack, case: Case, choice: Choice, *, now: datetime) -> None:
    if case.state != CaseState.WAITING:
        return
    if choice.staff_id is None:
        case.routing = choice.dump()
        return
    staff = session.get_one(Staff, choice.staff_id)
    presence = session.get(Presence, staff.id, populate_existing=True)
    if presence is None or presence.state != PresenceState.AVAILABLE or not has_room_for(session, staff, case, pack.counter):
        return
    offer(session, pack, case, staff, choice.steps, now=now)


def _pass(session: Session, pack: Pack, case: Case, now: datetime) -> None:
    if case.state == CaseState.OFFERED and case.offered_until is not None and case.offered_until <= now:
        pass_offer(session, pack, case, now=now)


def _wake(session: Session, pack: Pack, case: Case, now: datetime) -> None:
    if case.snoozed_until is not None and case.snoozed_until <= now and case.state != CaseState.CLOSED:
        wake(session, pack, case, now=now)


def _warn(session: Session, pack: Pack, case: Case, now: datetime) -> None:
    """Each share once; at 100 % a supervisor is told."""
    if case.warn_at is None or case.warn_at > now or case.state == CaseState.CLOSED:
        return
    before = case.warned
    while case.warn_at is not None and case.warn_at <= now:
        # The rules may have fewer shares than when it was planned.
        case.warned = next((share for share in pack.counter.warnings if share > case.warned), case.warned)
        clocks.plan_warning(pack, case)
    if case.warned == before:
        return
    record(session, case, EventKind.WARNED, now=now, percent=case.warned, holder=case.holder_id)
    if case.warned >= FULL:
        escalate(session, case, "late", now=now)
    finish(session, case, now=now, staff=[case.holder_id])


def _overdue(session: Session, pack: Pack, case: Case, now: datetime) -> None:
    if case.is_overdue or case.resolve_by is None or case.resolve_by > now or case.due_from is None or case.state == CaseState.CLOSED:
        return
    case.is_overdue = True
    escalate(session, case, "unresolved", now=now)
    finish(session, case, now=now, staff=[case.holder_id])


def _apologise(session: Session, pack: Pack, case: Case, now: datetime) -> Happening | None:
    if case.is_apologised or case.promised_at is None or case.promised_at > now or case.state == CaseState.CLOSED:
        return None
    case.is_apologised = True
    record(session, case, EventKind.PROMISE_BROKEN, now=now, promised_at=case.promised_at.isoformat())
    finish(session, case, now=now, staff=[case.holder_id])
    values = {"department": case.department_id, "promised_at": case.promised_at}
    return Happening(case_id=case.id, notice=Notice(key=NoticeKey.APOLOGY, values=values))


def _promise(session: Session, pack: Pack, case: Case, now: datetime) -> Happening | None:
    """The department closed over a waiting resident: they hear when it opens and by when somebody answers."""
    if case.state != CaseState.WAITING or case.due_from is None or (case.promised_at is not None and case.promised_at > now):
        return None
    if is_staffed(pack, case.department_id, now):
        return None
    notice = closed_notice(pack, case, now=now)
    if case.promised_at is None:
        return None
    record(session, case, EventKind.PROMISED, now=now, promised_at=case.promised_at.isoformat())
    finish(session, case, now=now)
    return Happening(case_id=case.id, notice=notice)


def _nudge(session: Session, pack: Pack, case: Case, now: datetime) -> Happening | None:
    if case.nudged_at is not None or case.due_from is not None or case.state == CaseState.CLOSED:
        return None
    case.nudged_at = now
    record(session, case, EventKind.NUDGED, now=now)
    finish(session, case, now=now, staff=[case.holder_id])
    if case.conversation_id is None:
        return None
    return Happening(case_id=case.id, notice=Notice(key=NoticeKey.NUDGE, values={"close_hours": pack.counter.close_hours}))


def _close_idle(session: Session, pack: Pack, case: Case, now: datetime) -> Happening | None:
    if case.nudged_at is None or case.due_from is not None or case.state == CaseState.CLOSED:
        return None
    was_held = case.state in HELD_STATES
    notice = close(session, pack, case, Closing(reason=pack.counter.idle_reason), by=None, now=now)
    return Happening(case_id=case.id, notice=notice if case.conversation_id is not None else None, releases_ownership=was_held)


def _write_up(session: Session, pack: Pack, case: Case, now: datetime) -> None:
    if case.state == CaseState.CLOSED and case.minutes is None:
        write_up(session, pack, case, Closing(reason=""), by=None, now=now)
