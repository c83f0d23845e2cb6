"""Notes that somebody leaves for the next shift."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from handoff.desk_models import HandoverNote
from handoff.models import Staff


@dataclass(frozen=True, kw_only=True)
class SignedNote:
    """A note with the name of who left it."""

    note: HandoverNote
    author: str


def leave_note(session: Session, staff: Staff, text: str, *, department_id: str | None, now: datetime) -> HandoverNote:
    """For one department, or for everybody."""
    note = HandoverNote(municipality_id=staff.municipality_id, department_id=department_id, staff_id=staff.id, text=text.strip(), at=now)
    session.add(note)
    session.flush()
    return note


def notes_left(
    session: Session,
    municipality_id: str,
    *,
    department_id: str | None,
    is_everywhere: bool = False,
    since: datetime | None = None,
    limit: int = 50,
    offset: int = 0,
) -> Sequence[SignedNote]:
    """Those for the department and for everybody, or for all departments; the newest first."""
    statement = (
        select(HandoverNote, Staff.name)
        .join(Staff, Staff.id == HandoverNote.staff_id)
        .where(HandoverNote.municipality_id == municipality_id)
    )
    if not is_everywhere:
        statement = statement.where(or_(HandoverNote.department_id == department_id, HandoverNote.department_id.is_(None)))
    if since is not None:
        statement = statement.where(HandoverNote.at >= since)
    rows = session.execute(statement.order_by(HandoverNote.at.desc(), HandoverNote.id.desc()).limit(limit).offset(offset))
    return [SignedNote(note=note, author=name) for note, name in rows]
