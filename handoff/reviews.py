"""Cases whose residents were not content: finding them, and marking them as looked at."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from handoff.models import Case, Staff

LOW = 2
"""Of five; from here down somebody should look at it."""


def low_scores(session: Session, is_visible: ColumnElement[bool], *, is_reviewed: bool, limit: int, offset: int = 0) -> Sequence[Case]:
    """Waiting ones the oldest first, reviewed ones the latest first."""
    statement = select(Case).where(is_visible, Case.satisfaction <= LOW)
    if is_reviewed:
        statement = statement.where(Case.reviewed_at.is_not(None)).order_by(Case.reviewed_at.desc(), Case.id.desc())
    else:
        statement = statement.where(Case.reviewed_at.is_(None)).order_by(Case.closed_at, Case.id)
    return session.scalars(statement.limit(limit).offset(offset)).all()


def unreviewed_count(session: Session, is_visible: ColumnElement[bool]) -> int:
    statement = select(func.count()).select_from(Case).where(is_visible, Case.satisfaction <= LOW, Case.reviewed_at.is_(None))
    return session.scalar(statement) or 0


def mark_reviewed(case: Case, staff: Staff, now: datetime) -> None:
    """Once marked, a second click changes nothing."""
    if case.reviewed_at is None:
        case.reviewed_at, case.reviewed_by = now, staff.id


def unmark_reviewed(case: Case) -> None:
    case.reviewed_at, case.reviewed_by = None, None
