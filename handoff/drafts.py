"""What somebody has typed for a case and not sent: kept per person, so that neither a reload nor another computer loses it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from handoff.desk_models import Draft


class DraftKind(StrEnum):
    """Where it was typed."""

    REPLY = "reply"
    NOTE = "note"


def keep_draft(session: Session, case_id: int, staff_id: int, kind: DraftKind, text: str, *, now: datetime) -> None:
    """The newest words replace earlier ones; none at all remove it."""
    row = session.get(Draft, (case_id, staff_id, kind.value))
    if not text.strip():
        if row is not None:
            session.delete(row)
    elif row is None:
        session.add(Draft(case_id=case_id, staff_id=staff_id, kind=kind.value, text=text, at=now))
    elif row.text != text:
        row.text, row.at = text, now


def draft_of(session: Session, case_id: int, staff_id: int, kind: DraftKind) -> Draft | None:
    return session.get(Draft, (case_id, staff_id, kind.value))
