"""Our conversations ↔ LINE's user, group and room ids."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.line.models import LineAddress


def line_id_of(session: Session, conversation_id: int) -> str | None:
    return session.scalar(select(LineAddress.line_id).where(LineAddress.conversation_id == conversation_id))


def conversation_of(session: Session, municipality_id: str, line_id: str) -> int | None:
    statement = select(LineAddress.conversation_id).where(LineAddress.municipality_id == municipality_id, LineAddress.line_id == line_id)
    return session.scalar(statement)


def remember(session: Session, municipality_id: str, conversation_id: int, line_id: str) -> None:
    session.add(LineAddress(municipality_id=municipality_id, conversation_id=conversation_id, line_id=line_id))


def forget_addresses(session: Session, conversation_ids: Sequence[int]) -> None:
    session.execute(delete(LineAddress).where(LineAddress.conversation_id.in_(conversation_ids)))
