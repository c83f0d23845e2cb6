"""The emergency message: words that stand before whatever the bot says while they hold."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.desk_models import EmergencyMessage
from handoff.models import Staff


def emergency_now(session: Session, municipality_id: str) -> EmergencyMessage | None:
    """The message that holds; the newest, should there be two."""
    statement = select(EmergencyMessage).where(EmergencyMessage.municipality_id == municipality_id, EmergencyMessage.ended_at.is_(None))
    return session.scalars(statement.order_by(EmergencyMessage.id.desc()).limit(1)).one_or_none()


def past_emergencies(session: Session, municipality_id: str, *, limit: int = 10) -> Sequence[EmergencyMessage]:
    statement = select(EmergencyMessage).where(EmergencyMessage.municipality_id == municipality_id, EmergencyMessage.ended_at.is_not(None))
    return session.scalars(statement.order_by(EmergencyMessage.began_at.desc()).limit(limit)).all()


def begin_emergency(session: Session, staff: Staff, texts: Mapping[str, str], *, now: datetime) -> EmergencyMessage:
    """`texts` by language tag, `ja` among them. It takes the place of one that holds."""
    for earlier in session.scalars(
        select(EmergencyMessage).where(EmergencyMessage.municipality_id == staff.municipality_id, EmergencyMessage.ended_at.is_(None))
    ):
        earlier.ended_at = now
    message = EmergencyMessage(municipality_id=staff.municipality_id, texts=dict(texts), is_pushed=False, began_at=now, staff_id=staff.id)
    session.add(message)
    session.flush()
    return message


def end_emergency(message: EmergencyMessage, now: datetime) -> None:
    """A second time changes nothing."""
    if message.ended_at is None:
        message.ended_at = now
