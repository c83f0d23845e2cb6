"""Tables of the console: sessions of staff, what forms have done, and filters that somebody keeps."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Identifier


class StaffSession(Base):
    """A logged-in browser. The token itself is only in its cookie."""

    __tablename__ = "staff_session"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    csrf_token: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    """Within a few minutes; not every request writes it."""
    expires_at: Mapped[datetime]
    """The end however busy it is; idleness ends it earlier."""

    __table_args__ = (Index("ix_staff_session_staff_id", "staff_id"),)


class FormSubmission(Base):
    """What a form has done, under a key that its page made: sent twice it is done once, and some of it can be undone."""

    __tablename__ = "form_submission"

    submission: Mapped[str] = mapped_column(String(36), primary_key=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    kind: Mapped[str] = mapped_column(String(32))
    detail: Mapped[dict[str, Any]]
    """What came of it, for the page that follows and for undoing."""
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_form_submission_at", "at"),)


class SavedFilter(Base):
    """A way in which somebody likes to look at a list."""

    __tablename__ = "saved_filter"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    room: Mapped[str] = mapped_column(String(20), server_default="cases")
    """Which list: cases, or applications."""
    name: Mapped[str] = mapped_column(String(40))
    query: Mapped[str] = mapped_column(String(500))
    """As it stands in the address."""

    __table_args__ = (UniqueConstraint("staff_id", "room", "name"),)
