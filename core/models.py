"""Tables that every package builds on: municipalities, changes, editions of what the pack says, jobs, the audit log."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Identifier


class Municipality(Base):
    """A municipality that this deployment serves; its behaviour is in its pack."""

    __tablename__ = "municipality"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    content_revision: Mapped[int] = mapped_column(BigInteger, default=0)
    """Grows with every publication; whoever projects the content compares it with what it has seen."""
    pack_digest: Mapped[str] = mapped_column(String(64), default="")
    """Of the pack's content that was loaded last, so that it is not loaded again."""
    change_number: Mapped[int] = mapped_column(BigInteger, default=0)
    """Of the newest change that pages were told of."""
    edit_revision: Mapped[int] = mapped_column(BigInteger, default=0)
    """Grows with every daily edit; whoever works with the pack compares it with what it has seen."""
    created_at: Mapped[datetime]


class Change(Base):
    """Something that open pages should show; numbered without gaps within a municipality, in the order of the commits."""

    __tablename__ = "change"

    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    topic: Mapped[str] = mapped_column(String(64))
    """What changed: core/changes.py."""
    at: Mapped[datetime]

    __table_args__ = (Index("ix_change_at", "at"),)


class EditionState(StrEnum):
    """Where an edition stands."""

    IN_REVIEW = "in_review"
    """Somebody else has to approve it."""
    PUBLISHED = "published"
    ARCHIVED = "archived"


class Edition(Base):
    """Something of the pack as officers changed it: the text of a procedure, the rows of a value, a stop of intake."""

    __tablename__ = "edition"

    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"), primary_key=True)
    subject: Mapped[str] = mapped_column(String(120), primary_key=True)
    """What it is an edition of: core/edits.py."""
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(16))
    way: Mapped[str] = mapped_column(String(16))
    """How it came about: texts, fees, upload, restored …"""
    text: Mapped[str] = mapped_column(Text)
    is_pack: Mapped[bool] = mapped_column(default=False)
    """It said what the pack says: the pack is followed again, whatever it will say."""
    before: Mapped[str] = mapped_column(Text)
    """What it was made from, for showing the difference."""
    author: Mapped[str] = mapped_column(String(100))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(100))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was refused."""

    __table_args__ = tuple(
        Index(
            f"uq_edition_{state}",
            "municipality_id",
            "subject",
            unique=True,
            sqlite_where=sql(f"state = '{state}'"),
            postgresql_where=sql(f"state = '{state}'"),
        )
        for state in ("published", "in_review")
    )


class JobState(StrEnum):
    """Where a job stands; one that is done is deleted."""

    READY = "ready"
    RUNNING = "running"
    DEAD = "dead"


class JobRow(Base):
    """Background work that waits, runs, or needs an operator."""

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(64))
    key: Mapped[str | None] = mapped_column(String(160))
    """Jobs with the same key run one at a time, in the order in which they were enqueued."""
    payload: Mapped[dict[str, Any]]
    priority: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(16), default=JobState.READY)
    run_at: Mapped[int] = mapped_column(BigInteger)
    """Not before this moment, in milliseconds since 1970."""
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(String(2000))
    municipality_id: Mapped[str | None] = mapped_column(ForeignKey("municipality.id"))
    created_at: Mapped[int] = mapped_column(BigInteger)
    finished_at: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (Index("ix_job_state_priority_id", "state", "priority", "id"), Index("ix_job_key_id", "key", "id"))


class AuditRecord(Base):
    """One thing that somebody did. Each record carries the hash of the one before, so that none can be changed or taken out unseen."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    number: Mapped[int]
    """Its place in the municipality's chain, from 1 without gaps."""
    at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """None for what was done on the command line, or by a resident."""
    action: Mapped[str] = mapped_column(String(64))
    object: Mapped[str] = mapped_column(String(200))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    __table_args__ = (UniqueConstraint("municipality_id", "number"),)
