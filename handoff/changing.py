"""The frame of every change of a case: rows locked in one order, a form's version compared, pages told last.

Rows are locked in this order: conversation (whoever moves its owner, before calling a verb), staff by id, cases by id, the
municipality's row (by telling pages). Whoever keeps to it waits, but never for somebody who waits for them.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.changes import QUEUE, WHOLE_QUEUE, announce_last, case_topic, queue_topic, staff_topic
from core.counter_rules import CounterRules
from handoff.desk_models import Mention
from handoff.errors import CapacityError, NotHolderError, NotInStateError, NotThereError, StaleCaseError, TargetError
from handoff.events import EventKind
from handoff.lifecycle import may_become
from handoff.models import HELD_STATES, Case, CaseEvent, CaseState, Presence, PresenceState, Staff

OWN_WORDS = frozenset({EventKind.FIRST_REPLY, EventKind.REPLIED, EventKind.NOTED})
"""No news to who wrote them."""
OF_THE_CLOCKS = frozenset({EventKind.PROMISE_KEPT, EventKind.WARNED, EventKind.ESCALATED})
"""No news to anybody who acts on the case now."""

TAKEN_STATES = (CaseState.OFFERED, *HELD_STATES)
"""States that count towards somebody's capacity."""

LockTalks = Callable[[Session, Sequence[int]], None]
"""Locks the rows of these conversations, in the order of their ids, before cases are locked; `bot` gives it where owners will move."""


def leave_talks(session: Session, conversation_ids: Sequence[int]) -> None:
    """Locks nothing: for callers that move no owner."""


def lock_staff(session: Session, *staff_ids: int | None) -> Sequence[Staff]:
    """In the order of their ids. Until the end of the transaction nobody else gives them a case, or takes one from all they hold."""
    ids = sorted({staff_id for staff_id in staff_ids if staff_id is not None})
    if not ids:
        return ()
    statement = select(Staff).where(Staff.id.in_(ids)).order_by(Staff.id)
    return session.scalars(statement.with_for_update(key_share=True), execution_options={"populate_existing": True}).all()


def lock_cases(session: Session, case_ids: Collection[int]) -> Sequence[Case]:
    """In the order of their ids, as they are now."""
    if not case_ids:
        return ()
    statement = select(Case).where(Case.id.in_(sorted(case_ids))).order_by(Case.id)
    return session.scalars(statement.with_for_update(key_share=True), execution_options={"populate_existing": True}).all()


def begin(session: Session, case: Case, seen_version: int | None = None, by: Staff | None = None) -> None:
    """The row is locked and `case` is as it is now.

    Raises StaleCaseError where the form was made from another version and something happened since that `by` may not know of. A person's
    own words are known to them: they leave when they can no longer be taken back, which may be while the form is filled in, and a note is
    saved without the forms beside it.
    """
    session.flush()
    lock_cases(session, [case.id])
    if seen_version is not None and case.version != seen_version and not _is_no_news(session, case, seen_version, by):
        raise StaleCaseError(case.id, seen_version, case.version)


def _is_no_news(session: Session, case: Case, seen_version: int, by: Staff | None) -> bool:
    since = select(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.version > seen_version)
    happened = session.scalars(since).all()
    is_whole = {event.version for event in happened} == set(range(seen_version + 1, case.version + 1))
    return is_whole and all(
        event.kind in OF_THE_CLOCKS or (by is not None and event.staff_id == by.id and event.kind in OWN_WORDS) for event in happened
    )


def finish(
    session: Session, case: Case, *, now: datetime, staff: Collection[int | None] = (), departments: Collection[str | None] = ()
) -> None:
    """The version grows, and pages are told when everything else is written: those that show the case, the lists in which it stands or
    stood (`departments` that it has left), and those of its holder, of whoever was asked about it, and of these staff."""
    case.version += 1
    session.flush()
    places = {case.department_id, *departments}
    lists = (QUEUE,) if None in places else (WHOLE_QUEUE, *sorted(queue_topic(place) for place in places if place is not None))
    people = dict.fromkeys((*staff, case.holder_id, *asked_about(session, case)))
    topics = (*lists, case_topic(case.id), *(staff_topic(one) for one in people if one is not None))
    tell(session, case.municipality_id, *topics, now=now)


def asked_about(session: Session, case: Case) -> Sequence[int]:
    """Who sees it because a colleague asked for their word."""
    return session.scalars(select(Mention.staff_id).where(Mention.case_id == case.id).distinct().order_by(Mention.staff_id)).all()


def tell(session: Session, municipality_id: str, *topics: str, now: datetime) -> None:
    """Announces at the end of the transaction, whatever else it does until then."""
    announce_last(session, municipality_id, *topics, now=now)


def become(case: Case, target: CaseState, verb: str) -> None:
    """Raises NotInStateError where lifecycle.py does not allow it."""
    if not may_become(case.state, target):
        raise NotInStateError(case.id, case.state, verb)
    case.state = target


def require_open(case: Case, verb: str) -> None:
    if case.state == CaseState.CLOSED:
        raise NotInStateError(case.id, case.state, verb)


def require_held(case: Case, verb: str) -> None:
    if case.state not in HELD_STATES:
        raise NotInStateError(case.id, case.state, verb)


def require_holder(case: Case, staff: Staff) -> None:
    """Who has it, or a supervisor."""
    if case.holder_id != staff.id and not is_supervising(staff):
        raise NotHolderError(case.id, case.holder_id)


def is_supervising(staff: Staff) -> bool:
    return staff.role in ("supervisor", "administrator")


def require_room(session: Session, staff: Staff, case: Case, rules: CounterRules) -> None:
    """Raises CapacityError where one case more would be too many. The person's row is locked by the caller."""
    others = (Case.holder_id == staff.id, Case.state.in_(TAKEN_STATES), Case.id != case.id)
    if (session.scalar(select(func.count()).select_from(Case).where(*others)) or 0) >= staff.capacity:
        raise CapacityError(staff.id, staff.capacity)
    limit = channel_limit(rules, case.channel)
    if limit is not None:
        same = select(func.count()).select_from(Case).where(*others, Case.channel == case.channel)
        if (session.scalar(same) or 0) >= limit:
            raise CapacityError(staff.id, limit, case.channel)


def has_room_for(session: Session, staff: Staff, case: Case, rules: CounterRules) -> bool:
    try:
        require_room(session, staff, case, rules)
    except CapacityError:
        return False
    return True


def channel_limit(rules: CounterRules, channel: str) -> int | None:
    return next((limit for name, limit in rules.channel_capacity.items() if name == channel), None)


def require_here(case: Case, staff: Staff) -> None:
    """Raises TargetError for somebody of another municipality, or whose account is switched off."""
    if staff.municipality_id != case.municipality_id or not staff.is_active:
        raise TargetError(f"staff {staff.id} can't take case {case.id}")


def require_there(session: Session, staff: Staff) -> None:
    """Raises NotThereError for somebody who is off: whoever is off has nothing. Their row is locked by the caller."""
    presence = session.get(Presence, staff.id, populate_existing=True)
    if presence is None or presence.state == PresenceState.OFF:
        raise NotThereError(f"staff {staff.id} is off")
