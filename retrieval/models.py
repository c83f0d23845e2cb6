"""Tables of retrieval: passages that can be found, and vectors that were computed once."""

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Date, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Identifier


class PassageKind(StrEnum):
    """What a passage was cut from."""

    FAQ = "faq"
    GUIDE = "guide"


class PassageRow(Base):
    """A piece of published content that can answer a question.

    A removed passage stays as a tombstone without text, so that every process that follows learns of the removal; publishing the
    entry again takes the same row.
    """

    __tablename__ = "passage"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    entry_id: Mapped[str] = mapped_column(String(128))
    position: Mapped[int]
    version_id: Mapped[int | None]
    """The entry_version that it was cut from."""
    kind: Mapped[str] = mapped_column(String(16))
    question: Mapped[str] = mapped_column(Text)
    """The question of an FAQ entry, or "guide title › heading"."""
    phrasings: Mapped[list[Any]]
    body: Mapped[str] = mapped_column(Text)
    """May hold {{ value.key }} placeholders."""
    category: Mapped[str] = mapped_column(String(128), default="")
    department_id: Mapped[str | None] = mapped_column(String(64))
    source_url: Mapped[str | None] = mapped_column(Text)
    checked_on: Mapped[date | None] = mapped_column(Date)
    links: Mapped[list[Any]]
    translations: Mapped[dict[str, Any]]
    valid_from: Mapped[date | None] = mapped_column(Date)
    """First and last day in Japan on which it may be found; both inclusive."""
    valid_until: Mapped[date | None] = mapped_column(Date)
    is_removed: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column(BigInteger)
    """The municipality's content revision that wrote this row last."""

    __table_args__ = (
        UniqueConstraint("municipality_id", "entry_id", "position"),
        Index("ix_passage_municipality_id_revision", "municipality_id", "revision"),
    )


class StoredVector(Base):
    """A cache, so that no model ever embeds the same text twice; it may be emptied at any time."""

    __tablename__ = "stored_vector"

    model: Mapped[str] = mapped_column(String(64), primary_key=True)
    text_hash: Mapped[str] = mapped_column(String(32), primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)
    """Little-endian float16, of unit length."""


class ModelUsage(Base):
    """What a municipality's questions to the language model cost in a month, so that a restart does not forget it."""

    __tablename__ = "model_usage"

    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    """In Japan, as 2026-11."""
    calls: Mapped[int] = mapped_column(default=0)
    prompt_tokens: Mapped[int] = mapped_column(BigInteger, default=0)
    completion_tokens: Mapped[int] = mapped_column(BigInteger, default=0)
