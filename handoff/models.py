"""Tables of what people, not the bot, take care of."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Identifier


class CallbackState(StrEnum):
    """Whether somebody has called back."""

    OPEN = "open"
    DONE = "done"


class CallbackRequest(Base):
    """A resident asked to be called back."""

    __tablename__ = "callback_request"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    department_id: Mapped[str | None] = mapped_column(String(64))
    phone: Mapped[str] = mapped_column(String(32))
    """Empty once the resident took it back."""
    preferred_time: Mapped[str] = mapped_column(String(64))
    topic: Mapped[str] = mapped_column(Text)
    """What it is about, in the resident's words; empty when they did not say."""
    state: Mapped[str] = mapped_column(String(16), default=CallbackState.OPEN)
    note: Mapped[str] = mapped_column(Text, default="")
    promised_from: Mapped[datetime]
    """The opening time that the resident was told."""
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(String(100))

    __table_args__ = (Index("ix_callback_request_municipality_id_state", "municipality_id", "state"),)
