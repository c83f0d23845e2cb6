"""Tables of the desk on which cases are worked: notes, drafts, messages on their way, photos and files, prepared replies, pauses."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Identifier


class CaseNote(Base):
    """What staff write to each other about a case; it never leaves the console."""

    __tablename__ = "case_note"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]

    __table_args__ = (Index("ix_case_note_case_id_id", "case_id", "id"),)


class Mention(Base):
    """Somebody is asked for a word in a note; told once."""

    __tablename__ = "mention"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    note_id: Mapped[int] = mapped_column(ForeignKey("case_note.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
    seen_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("note_id", "staff_id"), Index("ix_mention_staff_id_seen_at", "staff_id", "seen_at"))


class Draft(Base):
    """What somebody has typed for a case and not sent."""

    __tablename__ = "draft"

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True, autoincrement=False)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True, default="reply")
    """reply or note."""
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class Viewing(Base):
    """Somebody has, or had, a case open; told by heartbeats."""

    __tablename__ = "viewing"

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True, autoincrement=False)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    """When they last looked."""
    typed_at: Mapped[datetime | None]
    is_here: Mapped[bool] = mapped_column(default=True)
    """False once the page was closed."""


class StaffMessageState(StrEnum):
    """What became of what staff wanted to say."""

    PENDING = "pending"
    """Can still be undone."""
    UNDONE = "undone"
    SENT = "sent"
    """In the ledger; whether it arrived is told there."""
    REFUSED = "refused"
    """The conversation was no longer theirs when its time came."""


class StaffMessage(Base):
    """What a person wants to say to a resident, until it enters the ledger."""

    __tablename__ = "staff_message"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    submission: Mapped[str] = mapped_column(String(36))
    """Made by the form, so that a double click says it once."""
    text: Mapped[str] = mapped_column(Text)
    media_id: Mapped[int | None] = mapped_column(ForeignKey("media.id"))
    fencing_token: Mapped[int]
    state: Mapped[str] = mapped_column(String(16), default=StaffMessageState.PENDING)
    send_at: Mapped[datetime]
    created_at: Mapped[datetime]
    call_id: Mapped[int | None] = mapped_column(Identifier)
    then: Mapped[str] = mapped_column(String(80), default="", server_default="")
    """What is done with the case once it was said: see handoff/canned.py."""

    __table_args__ = (UniqueConstraint("submission"), Index("ix_staff_message_case_id_id", "case_id", "id"))


class Media(Base):
    """A photo or file of a talk, either way; its bytes lie encrypted in the data folder until it ends."""

    __tablename__ = "media"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversation.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id", ondelete="SET NULL"))
    """Of the application that it belongs to, and with whose answers it goes."""
    channel_message_id: Mapped[str | None] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    """Safe: no path, no control characters."""
    content_type: Mapped[str] = mapped_column(String(100), default="")
    """As its bytes say."""
    size: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(16))
    """waiting, ready, refused, gone."""
    problem: Mapped[str] = mapped_column(String(64), default="")
    """Why it was refused: a key of texts."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    __table_args__ = (
        Index("ix_media_channel_message_id", "channel_message_id"),
        Index("ix_media_conversation_id", "conversation_id"),
        Index("ix_media_case_id", "case_id"),
        Index("ix_media_application_id", "application_id"),
        Index("ix_media_municipality_id_expires_at", "municipality_id", "expires_at"),
    )


class CaseTask(Base):
    """Something to be done outside the talk: telephone, or send a letter, because a message could not be delivered."""

    __tablename__ = "case_task"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[str] = mapped_column(String(32))
    call_id: Mapped[int | None] = mapped_column(Identifier)
    """The call that failed; one task each."""
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    __table_args__ = (
        UniqueConstraint("call_id"),
        Index("ix_case_task_municipality_id_done_at", "municipality_id", "done_at"),
        Index("ix_case_task_case_id", "case_id"),
    )


class CannedReply(Base):
    """A prepared answer, of a department, of all, or of one person."""

    __tablename__ = "canned_reply"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    department_id: Mapped[str | None] = mapped_column(String(64))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    shortcut: Mapped[str] = mapped_column(String(32))
    title: Mapped[str] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(Text)
    """With {{ gaps }}: values of the pack, and of the case."""
    then: Mapped[str] = mapped_column(String(80), default="", server_default="")
    """What is done with the case once it was said; empty where nothing is: see handoff/canned.py."""
    valid_from: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]
    used: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[datetime]

    __table_args__ = (Index("ix_canned_reply_municipality_id_shortcut", "municipality_id", "shortcut"),)


class IntakePause(Base):
    """For now the counter, or one department of it, takes no new cases; residents are told."""

    __tablename__ = "intake_pause"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    department_id: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(200))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_intake_pause_municipality_id_ended_at", "municipality_id", "ended_at"),)


class HandoverNote(Base):
    """What somebody leaves for the next shift."""

    __tablename__ = "handover_note"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    department_id: Mapped[str | None] = mapped_column(String(64))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]

    __table_args__ = (Index("ix_handover_note_municipality_id_at", "municipality_id", "at"),)


class EmergencyMessage(Base):
    """Words that stand before whatever the bot says while they hold, and that may be pushed to all friends."""

    __tablename__ = "emergency_message"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    texts: Mapped[dict[str, Any]]
    """By language tag; `ja` always."""
    is_pushed: Mapped[bool] = mapped_column(default=False)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    __table_args__ = (Index("ix_emergency_message_municipality_id_ended_at", "municipality_id", "ended_at"),)


class ContactLimit(Base):
    """A resident who abuses the counter: warned, limited, or blocked with a second person's approval."""

    __tablename__ = "contact_limit"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    step: Mapped[str] = mapped_column(String(16))
    """warned, limited, blocked."""
    reason: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_contact_limit_resident_id_ended_at", "resident_id", "ended_at"),
        Index("ix_contact_limit_case_id", "case_id"),
    )
