"""Residents who abuse the counter: a warning, then a limit, then a block that a second person approves; all of it in the history."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.pack import Pack
from handoff import queries
from handoff.changing import begin, finish, is_supervising
from handoff.desk_models import ContactLimit
from handoff.errors import ApprovalError, CaseError, ReasonMissingError
from handoff.events import EventKind, record
from handoff.models import Case, Staff
from handoff.notices import Notice, NoticeKey

REASON_LIMIT = 2000


class Step(StrEnum):
    """How far it has come with a resident; each step comes after the one before."""

    WARNED = "warned"
    LIMITED = "limited"
    BLOCKED = "blocked"


ORDER = tuple(Step)


def warn(session: Session, case: Case, reason: str, *, by: Staff, now: datetime) -> Notice:
    """The first step. Raises ReasonMissingError, CaseError where the case has no resident."""
    limit = _add(session, case, Step.WARNED, reason, by=by, now=now)
    record(session, case, EventKind.CONTACT_WARNED, staff_id=by.id, now=now, limit=limit.id, reason=limit.reason)
    finish(session, case, now=now)
    return Notice(key=NoticeKey.WARNED)


def limit(session: Session, pack: Pack, case: Case, reason: str, *, by: Staff, now: datetime) -> Notice:
    """For some hours only so many messages are read. Raises CaseError without a warning before."""
    rules = pack.counter.abuse
    added = _add(session, case, Step.LIMITED, reason, by=by, now=now)
    added.ended_at = now + timedelta(hours=rules.limit_hours)
    record(session, case, EventKind.CONTACT_LIMITED, staff_id=by.id, now=now, limit=added.id, reason=added.reason)
    finish(session, case, now=now)
    return Notice(key=NoticeKey.LIMITED, values={"until": added.ended_at, "per_hour": rules.limited_messages_per_hour})


def ask_block(session: Session, case: Case, reason: str, *, by: Staff, now: datetime) -> ContactLimit:
    """Asks a second person to block. Nothing changes for the resident yet. Raises CaseError without a limit before."""
    asked = _add(session, case, Step.BLOCKED, reason, by=by, now=now)
    record(session, case, EventKind.BLOCK_ASKED, staff_id=by.id, now=now, limit=asked.id, reason=asked.reason)
    finish(session, case, now=now)
    return asked


def approve_block(session: Session, pack: Pack, asked: ContactLimit, *, by: Staff, now: datetime) -> Notice:
    """From now on, for some days, no case is opened for them. Raises ApprovalError for who asked, or who supervises nobody."""
    case = _decide(session, asked, by)
    asked.approved_by = by.id
    asked.ended_at = now + timedelta(days=pack.counter.abuse.block_days)
    record(session, case, EventKind.CONTACT_BLOCKED, staff_id=by.id, now=now, limit=asked.id, asked_by=asked.asked_by)
    finish(session, case, now=now)
    return Notice(key=NoticeKey.BLOCKED, values={"until": asked.ended_at, "department": case.department_id})


def refuse_block(session: Session, asked: ContactLimit, *, by: Staff, now: datetime) -> None:
    """The block does not come. Raises ApprovalError as `approve_block` does."""
    case = _decide(session, asked, by)
    asked.ended_at = now
    record(session, case, EventKind.BLOCK_REFUSED, staff_id=by.id, now=now, limit=asked.id, asked_by=asked.asked_by)
    finish(session, case, now=now)


def free(session: Session, case: Case, *, by: Staff, now: datetime) -> None:
    """Whatever stands against the resident ends. Raises ApprovalError for who supervises nobody."""
    if not is_supervising(by):
        raise ApprovalError(f"staff {by.id} can't lift limits")
    begin(session, case)
    if case.resident_id is None:
        return
    standing = queries.active_limits(session, case.resident_id, now=now)
    for one in standing:
        one.ended_at = now
    if standing:
        record(session, case, EventKind.CONTACT_FREED, staff_id=by.id, now=now, limits=[one.id for one in standing])
        finish(session, case, now=now)


def standing_step(session: Session, resident_id: int, *, now: datetime) -> Step | None:
    """The furthest step that holds now; a block that waits for its second person does not."""
    steps = [
        Step(one.step)
        for one in queries.active_limits(session, resident_id, now=now)
        if one.step != Step.BLOCKED or one.approved_by is not None
    ]
    return max(steps, key=ORDER.index, default=None)


def evidence(session: Session, resident_id: int) -> Sequence[Mapping[str, Any]]:  # Any: JSON.
    """Every step against a resident with who asked, who approved and why, the oldest first; the talk itself is exported with the ledger."""
    limits = session.scalars(select(ContactLimit).where(ContactLimit.resident_id == resident_id).order_by(ContactLimit.id)).all()
    return [
        {
            "id": one.id,
            "case": one.case_id,
            "step": one.step,
            "reason": one.reason,
            "asked_by": queries.name_of_staff(session, one.asked_by),
            "approved_by": queries.name_of_staff(session, one.approved_by),
            "at": one.at.isoformat(),
            "ended_at": one.ended_at.isoformat() if one.ended_at else None,
        }
        for one in limits
    ]


def _add(session: Session, case: Case, step: Step, reason: str, *, by: Staff, now: datetime) -> ContactLimit:
    if not reason.strip():
        raise ReasonMissingError(f"case {case.id}: a step against a resident needs a reason")
    begin(session, case)
    if case.resident_id is None:
        raise CaseError(f"case {case.id} has no resident whom a step could be taken against")
    before = ORDER[ORDER.index(step) - 1] if step != ORDER[0] else None
    taken = {one["step"] for one in evidence(session, case.resident_id)}
    if before is not None and before not in taken:
        raise CaseError(f"case {case.id}: '{step}' comes after '{before}'")
    added = ContactLimit(
        municipality_id=case.municipality_id,
        resident_id=case.resident_id,
        case_id=case.id,
        step=step,
        reason=reason.strip()[:REASON_LIMIT],
        asked_by=by.id,
        at=now,
    )
    session.add(added)
    session.flush()
    return added


def _decide(session: Session, asked: ContactLimit, by: Staff) -> Case:
    case = session.get_one(Case, asked.case_id)
    begin(session, case)
    session.refresh(asked)
    if by.id == asked.asked_by or not is_supervising(by):
        raise ApprovalError(f"block {asked.id} needs another person who supervises")
    if asked.step != Step.BLOCKED or asked.approved_by is not None or asked.ended_at is not None:
        raise ApprovalError(f"block {asked.id} was decided before")
    return case
