"""Tables of retrieval: passages that can be found, what was computed of their texts once, and what residents judged."""

from datetime import date, datetime
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
    """With the id of its section, where the source has one."""
    anchor: Mapped[str] = mapped_column(String(32), default="")
    """Of its section on our own page of the guide; empty for the beginning."""
    place: Mapped[str] = mapped_column(String(200), default="")
    """Where its section stands in the source, in words ("3ページ"); empty for a source without pages."""
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


class StoredWords(Base):
    """A cache, so that no text is cut into words at every start; it may be emptied at any time."""

    __tablename__ = "stored_words"

    text_hash: Mapped[str] = mapped_column(String(32), primary_key=True)
    """Of all texts of a passage, the dictionary and the rules by which they are cut."""
    words: Mapped[bytes] = mapped_column(LargeBinary)


class JudgedQuestion(Base):
    """A resident's question with an entry that answered it or did not, which the order of entries is learned from.

    Personal data is masked. What residents judged goes with their ledger; what is learned from it stays.
    """

    __tablename__ = "judged_question"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    question: Mapped[str] = mapped_column(String(500))
    entry_id: Mapped[str] = mapped_column(String(128))
    is_right: Mapped[bool]
    origin: Mapped[str] = mapped_column(String(16))
    turn_uid: Mapped[str | None] = mapped_column(String(32))
    """The turn that was judged; a second verdict on it replaces the first."""
    conversation_id: Mapped[int | None] = mapped_column(Identifier)
    """In which it was asked, so that words that are taken back can be found."""
    at: Mapped[datetime]

    __table_args__ = (
        Index("ix_judged_question_municipality_id_at", "municipality_id", "at"),
        Index("ix_judged_question_turn_uid", "turn_uid"),
        Index("ix_judged_question_conversation_id", "conversation_id"),
    )


class LearnedRanker(Base):
    """What was learned for one municipality and mode of search; versions count from 1, and 0 means the shipped one."""

    __tablename__ = "learned_ranker"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    mode: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    replaces: Mapped[int]
    """The version that was in use when this one was learned."""
    rankers: Mapped[dict[str, Any]]
    questions: Mapped[int]
    before: Mapped[float]
    """Mean reciprocal rank over held-out questions under the version that it replaces, and under this one."""
    after: Mapped[float]
    is_used: Mapped[bool]
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("municipality_id", "mode", "version"),)


class ModelUsage(Base):
    """What a municipality's questions to the language model cost in a month, so that a restart does not forget it."""

    __tablename__ = "model_usage"

    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    """In Japan, as 2026-11."""
    calls: Mapped[int] = mapped_column(default=0)
    prompt_tokens: Mapped[int] = mapped_column(BigInteger, default=0)
    completion_tokens: Mapped[int] = mapped_column(BigInteger, default=0)
