"""Verbs at the end of a case: closing, writing up, satisfaction, opening again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.pack import Pack
from handoff import clocks, queries
from handoff.changing import become, begin, finish, has_room_for, is_supervising, lock_staff, require_open
from handoff.errors import CaseError, NotHolderError, NotInStateError, ReasonMissingError
from handoff.events import EventKind, record
from handoff.models import HELD_STATES, Case, CaseReason, CaseState, Priority, Staff
from handoff.notices import Notice, NoticeKey
from handoff.promising import closed_notice, is_staffed

WRAP_UP_LIMIT = 2000


@dataclass(frozen=True, kw_only=True)
class Closing:
    """How a case ended, as the person says it."""

    reason: str
    """Id of one of the pack's `close_reasons`."""
    minutes: int | None = None
    """Spent on it; None lets the person write it up within some minutes, then it is measured."""
    is_faq_candidate: bool = False
    wrap_up: str = ""


def close(
    session: Session, pack: Pack, case: Case, closing: Closing, *, by: Staff | None, now: datetime, seen_version: int | None = None
) -> Notice:
    """Ends it; all clocks stop. `by` is None where it closes by itself. Raises ReasonMissingError, NotInStateError, NotHolderError."""
    begin(session, case, seen_version, by)
    reason = pack.counter.reasons.get(closing.reason)
    if reason is None:
        raise ReasonMissingError(f"case {case.id}: '{closing.reason}' is no reason to close")
    require_open(case, "be closed again")
    if by is not None and case.state in HELD_STATES and case.holder_id != by.id and not is_supervising(by):
        raise NotHolderError(case.id, case.holder_id)
    holder = case.holder_id if case.state != CaseState.OFFERED else None
    clocks.pause(case)
    become(case, CaseState.CLOSED, "be closed")
    case.holder_id, case.offered_until, case.snoozed_until = holder, None, None
    case.closed_at, case.closed_by, case.close_reason = now, by.id if by else None, closing.reason
    case.minutes = closing.minutes if by is not None else _measured(case, now)
    case.is_faq_candidate, case.wrap_up = closing.is_faq_candidate, closing.wrap_up.strip()[:WRAP_UP_LIMIT]
    case.is_escalated = False
    asks = may_ask_satisfaction(pack, case)
    record(
        session,
        case,
        EventKind.CLOSED,
        staff_id=by.id if by else None,
        now=now,
        reason=closing.reason,
        open_seconds=int((now - case.opened_at).total_seconds()),
        is_late=case.resolve_by is not None and now > case.resolve_by,
    )
    finish(session, case, now=now, staff=[holder, by.id if by else None])
    if by is None:
        return Notice(key=NoticeKey.ENDED_IDLE, values={"reopen_hours": pack.counter.reopen_hours, "asks_satisfaction": asks})
    return Notice(key=NoticeKey.ENDED, values={"asks_satisfaction": asks})


def write_up(session: Session, pack: Pack, case: Case, closing: Closing, *, by: Staff | None, now: datetime) -> None:
    """Completes what closing left open; by itself (`by` None) with measured minutes. Once complete, nothing is overwritten by itself."""
    begin(session, case)
    if case.state != CaseState.CLOSED:
        raise NotInStateError(case.id, case.state, "be written up")
    if by is None and case.minutes is not None:
        return
    if by is not None and case.closed_by != by.id and not is_supervising(by):
        raise NotHolderError(case.id, case.closed_by)
    if closing.reason:
        if closing.reason not in pack.counter.reasons:
            raise ReasonMissingError(f"case {case.id}: '{closing.reason}' is no reason to close")
        case.close_reason = closing.reason
    case.minutes = closing.minutes if closing.minutes is not None else _measured(case, case.closed_at or now)
    if by is not None:
        case.is_faq_candidate, case.wrap_up = closing.is_faq_candidate, closing.wrap_up.strip()[:WRAP_UP_LIMIT]
    record(session, case, EventKind.WRAPPED_UP, staff_id=by.id if by else None, now=now, minutes=case.minutes)
    finish(session, case, now=now, staff=[case.closed_by])


def reopen(session: Session, pack: Pack, case: Case, *, by: Staff | None, now: datetime, seen_version: int | None = None) -> Notice:
    """The same matter goes on: with who had it where they are there and have room, else in the queue. `by` None: the resident wrote."""
    holder = queries.present_staff_member(session, pack, case.holder_id, now=now)
    lock_staff(session, holder.id if holder else None)
    begin(session, case, seen_version, by)
    if case.state != CaseState.CLOSED:
        raise NotInStateError(case.id, case.state, "be reopened")
    other = queries.open_case_of(session, case.conversation_id) if case.conversation_id is not None else None
    if other is not None:
        raise CaseError(f"the resident's case {other.id} is open: case {case.id} stays closed")
    if holder is not None and not has_room_for(session, holder, case, pack.counter):
        holder = None
    become(case, CaseState.HELD if holder else CaseState.WAITING, "be reopened")
    case.holder_id = holder.id if holder else None
    case.closed_at, case.closed_by, case.close_reason, case.minutes = None, None, None, None
    case.nudged_at, case.declined, case.transfers, case.promised_at = None, [], 0, None
    case.reopened += 1
    if by is None:
        case.last_resident_at = now
    clocks.start(pack, case, now=now)
    clocks.start_resolution(pack, case, now=now)
    record(session, case, EventKind.REOPENED, staff_id=by.id if by else None, now=now, to=case.holder_id)
    if holder is None and not is_staffed(pack, case.department_id, now):
        notice = closed_notice(pack, case, now=now)
    else:
        values = {"department": case.department_id, "staff": holder.name if holder else None}
        notice = Notice(key=NoticeKey.REOPENED, values=values)
    finish(session, case, now=now, staff=[case.holder_id])
    return notice


def may_ask_satisfaction(pack: Pack, case: Case) -> bool:
    """Once per case, never after a crisis, and only where a person spoke with the resident in the talk."""
    reason = pack.counter.reasons.get(case.close_reason or "")
    return (
        case.conversation_id is not None
        and case.satisfaction_asked_at is None
        and case.first_reply_at is not None
        and case.reason != CaseReason.CRISIS
        and case.priority != Priority.CRISIS
        and reason is not None
        and reason.asks_satisfaction
    )


def ask_satisfaction(session: Session, pack: Pack, case: Case, *, now: datetime) -> bool:
    """Whether the question may be put now; true once per case."""
    begin(session, case)
    if not may_ask_satisfaction(pack, case):
        return False
    case.satisfaction_asked_at = now
    record(session, case, EventKind.SATISFACTION_ASKED, now=now)
    finish(session, case, now=now)
    return True


def rate(session: Session, case: Case, score: int, *, now: datetime, comment: str = "") -> bool:
    """What the resident tapped, 1 to 5; a later tap or comment replaces it. False where nobody asked."""
    begin(session, case)
    if case.satisfaction_asked_at is None or not 1 <= score <= 5:
        return False
    case.satisfaction, case.satisfaction_comment = score, comment.strip()[:WRAP_UP_LIMIT] or case.satisfaction_comment
    case.reviewed_at, case.reviewed_by = None, None
    record(session, case, EventKind.SATISFACTION, now=now, score=score)
    finish(session, case, now=now, staff=[case.closed_by])
    return True


def review(session: Session, case: Case, *, by: Staff, now: datetime) -> None:
    """Somebody looked at a low score; a second click changes nothing."""
    begin(session, case)
    if case.reviewed_at is not None:
        return
    case.reviewed_at, case.reviewed_by = now, by.id
    record(session, case, EventKind.REVIEWED, staff_id=by.id, now=now)
    finish(session, case, now=now)


def settle_wish(session: Session, case: Case, *, now: datetime) -> bool:
    """An entry was written, or none is needed; a second click changes nothing, and says so."""
    begin(session, case)
    if not case.is_faq_candidate:
        return False
    case.is_faq_candidate = False
    finish(session, case, now=now)
    return True


def _measured(case: Case, until: datetime) -> int:
    """Minutes since a person first took it, at least one; 0 where nobody did."""
    if case.claimed_at is None:
        return 0
    return max(1, round((until - case.claimed_at) / timedelta(minutes=1)))
