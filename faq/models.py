"""Tables of content: entries, and every version of what they said."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Date, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Identifier


class EntryKind(StrEnum):
    """A question with its answer, or a page with headings."""

    FAQ = "faq"
    GUIDE = "guide"


class Entry(Base):
    """What residents may find under one id; what it says is in its versions.

    Its current version is the published one, or else the one that was touched last.
    """

    __tablename__ = "entry"

    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"), primary_key=True)
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    """Of the current version."""
    current_number: Mapped[int]
    last_number: Mapped[int]
    """The highest that was ever given to a version of this entry."""
    position: Mapped[int]
    """Orders entries within a category, and categories by their first entry."""
    pack_number: Mapped[int | None]
    """The version that the pack gave last; when another one is current, an editor has taken over."""
    pack_digest: Mapped[str | None] = mapped_column(String(64))
    """Of what the pack gave; None once the pack no longer holds this entry."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (
        Index("ix_entry_municipality_id_state_position", "municipality_id", "state", "position"),
        Index("ix_entry_municipality_id_position", "municipality_id", "position"),
    )


class EntryVersion(Base):
    """What an entry said or will say. A published version never changes, but for being archived."""

    __tablename__ = "entry_version"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(String(64))
    entry_id: Mapped[str] = mapped_column(String(64))
    number: Mapped[int]
    based_on: Mapped[int | None]
    """The published version that its author saw; None where nothing was published."""
    state: Mapped[str] = mapped_column(String(16))
    question: Mapped[str] = mapped_column(Text)
    """The question of an FAQ entry, or the title of a guide."""
    body: Mapped[str] = mapped_column(Text)
    """The answer, or the Markdown of a guide; may hold {{ value.key }} placeholders."""
    phrasings: Mapped[list[Any]]
    category: Mapped[str] = mapped_column(String(100))
    """As it is shown to people."""
    department_id: Mapped[str | None] = mapped_column(String(64))
    source_url: Mapped[str | None] = mapped_column(Text)
    """None where the entry is its own source."""
    checked_on: Mapped[date | None] = mapped_column(Date)
    links: Mapped[list[Any]]
    related: Mapped[list[Any]]
    translations: Mapped[dict[str, Any]]
    valid_from: Mapped[date | None] = mapped_column(Date)
    """First and last day in Japan; both inclusive."""
    valid_until: Mapped[date | None] = mapped_column(Date)
    words: Mapped[str] = mapped_column(Text)
    """Id, question, phrasings and body in normal form, for the editors' search."""
    author: Mapped[str] = mapped_column(String(100))
    note: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(["municipality_id", "entry_id"], ["entry.municipality_id", "entry.id"]),
        UniqueConstraint("municipality_id", "entry_id", "number"),
        # The database itself keeps an entry from being published twice at once, or being worked on in two versions.
        Index(
            "uq_entry_version_published",
            "municipality_id",
            "entry_id",
            unique=True,
            sqlite_where=text("state = 'published'"),
            postgresql_where=text("state = 'published'"),
        ),
        Index(
            "uq_entry_version_open",
            "municipality_id",
            "entry_id",
            unique=True,
            sqlite_where=text("state IN ('draft', 'in_review', 'approved', 'scheduled')"),
            postgresql_where=text("state IN ('draft', 'in_review', 'approved', 'scheduled')"),
        ),
        Index("ix_entry_version_municipality_id_category", "municipality_id", "category"),
    )
