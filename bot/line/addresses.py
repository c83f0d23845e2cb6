"""Our conversations ↔ LINE's user, group and room ids."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import Table, delete, select
from sqlalchemy.orm import Session

from bot.line.models import LineAddress
from core.statements import prepared_insert

ADD_ADDRESS = prepared_insert(cast(Table, LineAddress.__table__), "municipality_id", "conversation_id", "line_id")


def conversation_of(session: Session, municipality_id: str, line_id: str) -> int | None:
    statement = select(LineAddress.conversation_id).where(LineAddress.municipality_id == municipality_id, LineAddress.line_id == line_id)
    return session.scalar(statement)


def remember(session: Session, municipality_id: str, conversation_id: int, line_id: str) -> None:
    ADD_ADDRESS.run(session, {"municipality_id": municipality_id, "conversation_id": conversation_id, "line_id": line_id})


def forget_addresses(session: Session, conversation_ids: Sequence[int]) -> None:
    session.execute(delete(LineAddress).where(LineAddress.conversation_id.in_(conversation_ids)))
