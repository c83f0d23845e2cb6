"""Residents who abuse the counter: warned, limited, or blocked, the last only with a second person's approval."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.changes import PRESENCE, announce
from core.errors import ProjectError
from handoff.desk_models import ContactLimit
from handoff.models import Case, Staff


class LimitStep(StrEnum):
    """How far a resident's contact is limited."""

    WARNED = "warned"
    LIMITED = "limited"
    BLOCKED = "blocked"
    """Holds only once somebody else has approved it."""


class SamePersonError(ProjectError):
    """Who asked for a block can't approve it."""


@dataclass(frozen=True, kw_only=True)
class AskedLimit:
    """A limit with the case that it is about and the name of who asked for it."""

    limit: ContactLimit
    case: Case
    asker: str


def ask_limit(session: Session, case: Case, step: LimitStep, reason: str, *, by: Staff, now: datetime) -> ContactLimit:
    """The case must be that of a known resident. A warning and a limit hold at once, a block waits for approval."""
    if case.resident_id is None:
        raise ValueError(f"case {case.id} has no resident whose contact could be limited")
    limit = ContactLimit(
        municipality_id=case.municipality_id,
        resident_id=case.resident_id,
        case_id=case.id,
        step=step,
        reason=reason.strip(),
        asked_by=by.id,
        at=now,
    )
    session.add(limit)
    session.flush()
    announce(session, case.municipality_id, PRESENCE, now=now)
    return limit


def approve_limit(session: Session, limit: ContactLimit, *, by: Staff, now: datetime) -> None:
    """A second time changes nothing. Raises SamePersonError."""
    if limit.approved_by is not None or limit.ended_at is not None:
        return
    if limit.asked_by == by.id:
        raise SamePersonError(f"staff {by.id} asked for limit {limit.id}")
    limit.approved_by = by.id
    session.flush()
    announce(session, limit.municipality_id, PRESENCE, now=now)


def end_limit(session: Session, limit: ContactLimit, now: datetime) -> None:
    """It is lifted, or was not approved."""
    if limit.ended_at is None:
        limit.ended_at = now
        session.flush()
        announce(session, limit.municipality_id, PRESENCE, now=now)


def limits_waiting(session: Session, municipality_id: str) -> Sequence[AskedLimit]:
    """Blocks that nobody has approved, the oldest first."""
    statement = (
        select(ContactLimit, Case, Staff.name)
        .join(Case, Case.id == ContactLimit.case_id)
        .join(Staff, Staff.id == ContactLimit.asked_by)
        .where(
            ContactLimit.municipality_id == municipality_id,
            ContactLimit.step == LimitStep.BLOCKED,
            ContactLimit.approved_by.is_(None),
            ContactLimit.ended_at.is_(None),
        )
    )
    rows = session.execute(statement.order_by(ContactLimit.at, ContactLimit.id))
    return [AskedLimit(limit=limit, case=case, asker=name) for limit, case, name in rows]


def limit_in_force(session: Session, resident_id: int) -> ContactLimit | None:
    """The newest that holds for the resident."""
    statement = select(ContactLimit).where(
        ContactLimit.resident_id == resident_id,
        ContactLimit.ended_at.is_(None),
        or_(ContactLimit.step != LimitStep.BLOCKED, ContactLimit.approved_by.is_not(None)),
    )
    return session.scalars(statement.order_by(ContactLimit.id.desc()).limit(1)).one_or_none()
