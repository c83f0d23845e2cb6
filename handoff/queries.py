"""Named reads over what people take care of: call-backs, one case and what belongs to it, who is there."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session

from core.counter_rules import CounterRules
from core.pack import Pack
from handoff.desk_models import CaseNote, CaseTask, ContactLimit, IntakePause, Mention
from handoff.estimating import is_somebody_there, position_of, wait_estimate
from handoff.lifecycle import may_reopen
from handoff.listing import NOBODY, OWN_TABS, CaseFilter, Order, Tab, cases, count_of, topics_of, visible_to
from handoff.models import (
    OPEN_STATES,
    CallbackRequest,
    CallbackState,
    Case,
    CaseEvent,
    CaseState,
    Presence,
    PresenceState,
    Staff,
)
from handoff.tally import tally

__all__ = [
    "NOBODY",
    "OWN_TABS",
    "CaseFilter",
    "Order",
    "Tab",
    "cases",
    "count_of",
    "is_somebody_there",
    "position_of",
    "tally",
    "topics_of",
    "visible_to",
    "wait_estimate",
]

HERE = (PresenceState.AVAILABLE, PresenceState.BUSY)


def callbacks(
    session: Session, municipality_id: str, state: CallbackState, *, shown: ColumnElement[bool] | None = None, limit: int = 200
) -> Sequence[CallbackRequest]:
    """Open ones by the time that was promised, finished ones the latest first; `shown` keeps those that meet a condition."""
    own = (CallbackRequest.municipality_id == municipality_id, CallbackRequest.state == state, true() if shown is None else shown)
    statement = select(CallbackRequest).where(*own)
    order = (CallbackRequest.promised_from, CallbackRequest.id) if state == CallbackState.OPEN else (CallbackRequest.done_at.desc(),)
    return session.scalars(statement.order_by(*order).limit(limit)).all()


def open_callback_count(session: Session, municipality_id: str, *, shown: ColumnElement[bool] | None = None) -> int:
    own = (CallbackRequest.municipality_id == municipality_id, CallbackRequest.state == CallbackState.OPEN)
    return session.scalar(select(func.count()).where(*own, true() if shown is None else shown)) or 0


def callback_in(
    session: Session, municipality_id: str, callback_id: int, *, shown: ColumnElement[bool] | None = None
) -> CallbackRequest | None:
    """The request, if it belongs to the municipality and meets the condition."""
    own = (CallbackRequest.id == callback_id, CallbackRequest.municipality_id == municipality_id)
    return session.scalars(select(CallbackRequest).where(*own, true() if shown is None else shown)).one_or_none()


def open_case_of(session: Session, conversation_id: int) -> Case | None:
    """The one case of the talk that is not closed."""
    return session.scalars(select(Case).where(Case.conversation_id == conversation_id, Case.state.in_(OPEN_STATES))).one_or_none()


def last_closed_of(session: Session, conversation_id: int) -> Case | None:
    statement = select(Case).where(Case.conversation_id == conversation_id, Case.state == CaseState.CLOSED)
    return session.scalars(statement.order_by(Case.closed_at.desc(), Case.id.desc()).limit(1)).one_or_none()


def case_for_words(session: Session, pack: Pack, conversation_id: int, *, now: datetime) -> Case | None:
    """The case that takes what the resident writes: the open one, or one that closed by itself within `reopen_hours`.

    One that a person closed, or gave back to the bot, goes on only when a person is asked for again (`open_case` sees to it).
    """
    case = open_case_of(session, conversation_id)
    if case is not None:
        return case
    last = last_closed_of(session, conversation_id)
    is_idle = last is not None and last.closed_by is None and last.close_reason == pack.counter.idle_reason
    return last if last is not None and is_idle and may_reopen(last.closed_at, now, pack.counter.reopen_hours) else None


def case_in(session: Session, municipality_id: str, case_id: int) -> Case | None:
    """The case, if it belongs to the municipality."""
    case = session.get(Case, case_id)
    return case if case is not None and case.municipality_id == municipality_id else None


def case_seen_by(session: Session, staff: Staff, case_id: int) -> Case | None:
    """The case, if this person may see it: see `visible_to`."""
    return session.scalars(select(Case).where(Case.id == case_id, visible_to(staff))).one_or_none()


def earlier_cases_of(session: Session, case: Case, *, limit: int = 20) -> Sequence[Case]:
    """Other cases of the same resident, the newest first."""
    if case.resident_id is None:
        return ()
    statement = select(Case).where(Case.municipality_id == case.municipality_id, Case.resident_id == case.resident_id, Case.id != case.id)
    return session.scalars(statement.order_by(Case.opened_at.desc(), Case.id.desc()).limit(limit)).all()


def cases_of_resident(session: Session, resident_id: int, *, limit: int = 20) -> Sequence[Case]:
    """The newest first; for the packet of a new one."""
    statement = select(Case).where(Case.resident_id == resident_id)
    return session.scalars(statement.order_by(Case.opened_at.desc(), Case.id.desc()).limit(limit)).all()


def cases_with(session: Session, staff_id: int, states: Collection[CaseState]) -> Sequence[Case]:
    return session.scalars(select(Case).where(Case.holder_id == staff_id, Case.state.in_(states)).order_by(Case.id)).all()


def events_of(session: Session, case_id: int) -> Sequence[CaseEvent]:
    """The history, in its order."""
    return session.scalars(select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.id)).all()


def notes_of(session: Session, case_id: int) -> Sequence[CaseNote]:
    return session.scalars(select(CaseNote).where(CaseNote.case_id == case_id).order_by(CaseNote.id)).all()


def mentions_of(session: Session, staff_id: int, *, case_id: int | None = None, only_unseen: bool = True) -> Sequence[Mention]:
    """Where a colleague asks for this person's word, the oldest first."""
    statement = select(Mention).where(Mention.staff_id == staff_id).order_by(Mention.id)
    if case_id is not None:
        statement = statement.where(Mention.case_id == case_id)
    if only_unseen:
        statement = statement.where(Mention.seen_at.is_(None))
    return session.scalars(statement).all()


def tasks_of(session: Session, case_id: int, *, only_open: bool = False) -> Sequence[CaseTask]:
    statement = select(CaseTask).where(CaseTask.case_id == case_id).order_by(CaseTask.id)
    return session.scalars(statement.where(CaseTask.done_at.is_(None)) if only_open else statement).all()


def open_tasks(session: Session, municipality_id: str, *, limit: int = 200) -> Sequence[CaseTask]:
    statement = select(CaseTask).where(CaseTask.municipality_id == municipality_id, CaseTask.done_at.is_(None))
    return session.scalars(statement.order_by(CaseTask.id).limit(limit)).all()


def low_scores(session: Session, municipality_id: str, rules: CounterRules, *, is_reviewed: bool, limit: int = 200) -> Sequence[Case]:
    """Cases whose resident was dissatisfied: still to be looked at (the oldest first), or looked at (the newest first)."""
    statement = select(Case).where(Case.municipality_id == municipality_id, Case.satisfaction <= rules.low_score)
    if is_reviewed:
        return session.scalars(statement.where(Case.reviewed_at.is_not(None)).order_by(Case.reviewed_at.desc()).limit(limit)).all()
    return session.scalars(statement.where(Case.reviewed_at.is_(None)).order_by(Case.closed_at, Case.id).limit(limit)).all()


def entry_wishes(session: Session, municipality_id: str, *, limit: int = 200) -> Sequence[Case]:
    """Closed cases of which somebody said that the content should answer them, the newest first."""
    statement = select(Case).where(Case.municipality_id == municipality_id, Case.state == CaseState.CLOSED, Case.is_faq_candidate)
    return session.scalars(statement.order_by(Case.closed_at.desc(), Case.id.desc()).limit(limit)).all()


def is_paused(session: Session, municipality_id: str, department_id: str | None) -> bool:
    return active_pause(session, municipality_id, department_id) is not None


def active_pause(session: Session, municipality_id: str, department_id: str | None) -> IntakePause | None:
    """That of the whole counter, or of the department."""
    where: list[ColumnElement[bool]] = [IntakePause.department_id.is_(None)]
    if department_id is not None:
        where.append(IntakePause.department_id == department_id)
    statement = select(IntakePause).where(IntakePause.municipality_id == municipality_id, IntakePause.ended_at.is_(None), or_(*where))
    return session.scalars(statement.order_by(IntakePause.id).limit(1)).one_or_none()


def active_pauses(session: Session, municipality_id: str) -> Sequence[IntakePause]:
    statement = select(IntakePause).where(IntakePause.municipality_id == municipality_id, IntakePause.ended_at.is_(None))
    return session.scalars(statement.order_by(IntakePause.id)).all()


def active_limits(session: Session, resident_id: int, *, now: datetime) -> Sequence[ContactLimit]:
    """What stands against a resident now, the newest first; a block that nobody approved yet is among them."""
    statement = select(ContactLimit).where(
        ContactLimit.resident_id == resident_id, or_(ContactLimit.ended_at.is_(None), ContactLimit.ended_at > now)
    )
    return session.scalars(statement.order_by(ContactLimit.id.desc())).all()


def name_of_staff(session: Session, staff_id: int | None) -> str:
    staff = session.get(Staff, staff_id) if staff_id is not None else None
    return staff.name if staff is not None else ""


def present_staff_member(session: Session, pack: Pack, staff_id: int | None, *, now: datetime) -> Staff | None:
    """The person, if they are there and their page spoke within the grace."""
    if staff_id is None:
        return None
    since = now - timedelta(seconds=pack.counter.grace_seconds)
    statement = select(Staff).join(Presence, Presence.staff_id == Staff.id)
    return session.scalars(
        statement.where(Staff.id == staff_id, Staff.is_active, Presence.state.in_(HERE), Presence.heartbeat_at >= since)
    ).one_or_none()
