"""Telling supervisors of a case that needs them."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.changes import staff_topic
from handoff.changing import tell
from handoff.events import EventKind, record
from handoff.models import Case, Role, Staff


def escalate(session: Session, case: Case, why: str, *, now: datetime) -> None:
    """Supervisors of the department are told, or all where it has none. `why`: late, unresolved, transfers, crisis."""
    case.is_escalated = True
    supervisors = session.scalars(
        select(Staff)
        .where(Staff.municipality_id == case.municipality_id, Staff.role == Role.SUPERVISOR, Staff.is_active)
        .order_by(Staff.id)
    ).all()
    told = [staff.id for staff in supervisors if staff.department_id == case.department_id] or [staff.id for staff in supervisors]
    record(session, case, EventKind.ESCALATED, now=now, why=why, to=told)
    tell(session, case.municipality_id, *(staff_topic(staff_id) for staff_id in told), now=now)
