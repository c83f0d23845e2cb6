"""Whether new cases are taken: pausing the whole counter or one department, and going on."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.changes import PRESENCE, QUEUE, announce
from handoff.desk_models import IntakePause
from handoff.models import Staff


def open_pauses(session: Session, municipality_id: str) -> Sequence[IntakePause]:
    """What is paused now, the whole counter first."""
    statement = select(IntakePause).where(IntakePause.municipality_id == municipality_id, IntakePause.ended_at.is_(None))
    return sorted(session.scalars(statement), key=lambda pause: (pause.department_id is not None, pause.id))


def pause_of(session: Session, municipality_id: str, department_id: str | None) -> IntakePause | None:
    """The pause that keeps new cases from this department: its own, or that of the whole counter."""
    statement = select(IntakePause).where(
        IntakePause.municipality_id == municipality_id,
        IntakePause.ended_at.is_(None),
        or_(IntakePause.department_id.is_(None), IntakePause.department_id == department_id),
    )
    return session.scalars(statement.order_by(IntakePause.id).limit(1)).one_or_none()


def pause_intake(session: Session, staff: Staff, reason: str, *, department_id: str | None, now: datetime) -> IntakePause:
    """The pause that holds from now on; where the same is paused already, that one."""
    for pause in open_pauses(session, staff.municipality_id):
        if pause.department_id == department_id:
            return pause
    pause = IntakePause(
        municipality_id=staff.municipality_id, department_id=department_id, reason=reason.strip(), staff_id=staff.id, began_at=now
    )
    session.add(pause)
    session.flush()
    announce(session, staff.municipality_id, QUEUE, PRESENCE, now=now)
    return pause


def resume_intake(session: Session, pause: IntakePause, now: datetime) -> None:
    """A second time changes nothing."""
    if pause.ended_at is None:
        pause.ended_at = now
        session.flush()
        announce(session, pause.municipality_id, QUEUE, PRESENCE, now=now)
