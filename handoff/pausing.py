"""Pausing the intake of the counter or of one department, and taking it up again."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.changes import QUEUE
from core.pack import Pack
from handoff import queries
from handoff.changing import tell
from handoff.desk_models import IntakePause
from handoff.errors import ReasonMissingError, TargetError
from handoff.models import Staff


def pause_intake(session: Session, pack: Pack, reason: str, *, by: Staff, now: datetime, department_id: str | None = None) -> IntakePause:
    """From the next offer on nobody is given a case of the department (None: of any), and residents are told. Twice is once.

    Raises ReasonMissingError, TargetError.
    """
    if not reason.strip():
        raise ReasonMissingError("a pause needs a reason")
    if department_id is not None and department_id not in pack.departments:
        raise TargetError(f"no department '{department_id}'")
    for pause in queries.active_pauses(session, pack.id):
        if pause.department_id == department_id:
            return pause
    pause = IntakePause(municipality_id=pack.id, department_id=department_id, reason=reason.strip()[:200], staff_id=by.id, began_at=now)
    session.add(pause)
    session.flush()
    tell(session, pack.id, QUEUE, now=now)
    return pause


def resume_intake(session: Session, pause: IntakePause, *, now: datetime) -> None:
    """A second click changes nothing."""
    if pause.ended_at is None:
        pause.ended_at = now
        session.flush()
        tell(session, pause.municipality_id, QUEUE, now=now)
