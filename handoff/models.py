"""Tables of what people, not the bot, take care of: who works at the counter, cases with their history, and call-backs."""

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Identifier


class Role(StrEnum):
    """What a member of staff is there for; console/permissions.py says what each may do."""

    VIEWER = "viewer"
    STAFF = "staff"
    SUPERVISOR = "supervisor"
    EDITOR = "editor"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"


class Staff(Base):
    """A person who works at a municipality's counter."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    login: Mapped[str] = mapped_column(String(64))
    """Lower case; unique within the municipality."""
    name: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(16))
    department_id: Mapped[str | None] = mapped_column(String(64))
    password_hash: Mapped[str] = mapped_column(String(255))
    is_active: Mapped[bool] = mapped_column(default=True)
    """An account is switched off, never deleted: the audit log names it."""
    capacity: Mapped[int] = mapped_column(default=4)
    """How many cases the person may hold at once, offers included."""
    languages: Mapped[list[Any]] = mapped_column(default=list)
    """Tags of languages other than Japanese in which the person can serve."""
    skills: Mapped[list[Any]] = mapped_column(default=list)
    """Categories of content that the person's profile names; what they resolved is counted beside it."""
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("municipality_id", "login"),)


class PresenceState(StrEnum):
    """Whether somebody takes cases now."""

    AVAILABLE = "available"
    BUSY = "busy"
    """There, and takes no further case."""
    AWAY = "away"
    OFF = "off"
    """Gone home; nothing stays with them."""


class Presence(Base):
    """Where a member of staff stands; one row each, made when they first come."""

    __tablename__ = "presence"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    state: Mapped[str] = mapped_column(String(16), default=PresenceState.OFF)
    since: Mapped[datetime]
    heartbeat_at: Mapped[datetime]
    """When an open page last said that the person is there."""
    offered_at: Mapped[datetime | None]
    """Of the last offer, for fairness."""
    missed: Mapped[int] = mapped_column(default=0)
    """Offers that they let pass in a row."""

    __table_args__ = (Index("ix_presence_municipality_id_state", "municipality_id", "state"),)


class CaseState(StrEnum):
    """Where a case stands."""

    WAITING = "waiting"
    """In the queue; nobody has it."""
    OFFERED = "offered"
    """Shown to one person, who may accept it until the offer ends."""
    HELD = "held"
    """A person works on it and owes the resident the next word."""
    WAITING_FOR_RESIDENT = "waiting_for_resident"
    """The person has answered; clocks pause."""
    SNOOZED = "snoozed"
    """Put aside until a moment, by the person who keeps it."""
    CLOSED = "closed"


OPEN_STATES = tuple(state for state in CaseState if state is not CaseState.CLOSED)
QUEUED_STATES = (CaseState.WAITING, CaseState.OFFERED)
HELD_STATES = (CaseState.HELD, CaseState.WAITING_FOR_RESIDENT, CaseState.SNOOZED)
"""States in which a person holds the conversation, so that the bot is silent."""


class CaseReason(StrEnum):
    """Why a case was opened."""

    ASKED = "asked"
    NOTHING_FOUND = "nothing_found"
    REJECTED = "rejected"
    SENSITIVE = "sensitive"
    STUCK = "stuck"
    CRISIS = "crisis"
    ERROR = "error"
    BY_HAND = "by_hand"


class CaseChannel(StrEnum):
    """By which way the resident is reached."""

    LINE = "line"
    TELEPHONE = "telephone"
    COUNTER = "counter"


class Priority(IntEnum):
    """What comes first; waiting raises a case within its level and, in time, above others."""

    ORDINARY = 1
    DEADLINE = 2
    VULNERABLE = 3
    CRISIS = 4


class Case(Base):
    """One matter of one resident that a person has taken or should take."""

    __tablename__ = "case"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversation.id"))
    """None for a matter that came by telephone or at the counter."""
    resident_id: Mapped[int | None] = mapped_column(ForeignKey("resident.id"))
    channel: Mapped[str] = mapped_column(String(16), default=CaseChannel.LINE)
    reason: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(200))
    """The matter in few words; numbers of persons are masked."""
    packet: Mapped[dict[str, Any]]
    """What was known when it was opened: handoff/packet.py."""
    department_id: Mapped[str | None] = mapped_column(String(64))
    category: Mapped[str] = mapped_column(String(100), default="")
    """Of content, by which skills are told; empty when unknown."""
    language: Mapped[str] = mapped_column(String(16), default="ja")
    priority: Mapped[int] = mapped_column(default=Priority.ORDINARY)
    state: Mapped[str] = mapped_column(String(24), default=CaseState.WAITING)
    version: Mapped[int] = mapped_column(default=0)
    """Grows with every change; a form that was made from an older one is refused."""
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """Who has it, or to whom it is offered."""
    offered_until: Mapped[datetime | None]
    """When the offer ends, or the last one ended; None once somebody has it."""
    declined: Mapped[list[Any]] = mapped_column(default=list)
    """Ids of staff who let an offer pass or declined it; they are asked again only when nobody else is there."""
    routing: Mapped[list[Any]] = mapped_column(default=list)
    """Why it went where it is, step by step, as keys and values that handoff/texts.yaml says."""
    transfers: Mapped[int] = mapped_column(default=0)
    snoozed_until: Mapped[datetime | None]
    is_escalated: Mapped[bool] = mapped_column(default=False)
    warned: Mapped[int] = mapped_column(default=0)
    """The highest share of the running clock, in percent, that staff were warned of."""
    promised_at: Mapped[datetime | None]
    """The moment that the resident was told; kept or apologised for."""
    is_apologised: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    """First taken by a person."""
    first_reply_at: Mapped[datetime | None]
    last_staff_at: Mapped[datetime | None]
    last_resident_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    """When the running clock ends: the first or the next reply; None while it pauses."""
    due_from: Mapped[datetime | None]
    """When the running clock began; None while the resident owes the next word."""
    warn_at: Mapped[datetime | None]
    """When the running clock reaches the next share that staff are warned at."""
    resolve_by: Mapped[datetime | None]
    is_overdue: Mapped[bool] = mapped_column(default=False)
    """The time for resolving has passed, and a supervisor was told."""
    nudged_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """None where it closed by itself."""
    close_reason: Mapped[str | None] = mapped_column(String(32))
    minutes: Mapped[int | None]
    is_faq_candidate: Mapped[bool] = mapped_column(default=False)
    wrap_up: Mapped[str] = mapped_column(Text, default="")
    reopened: Mapped[int] = mapped_column(default=0)
    satisfaction: Mapped[int | None]
    """1 to 5, as the resident said after closing."""
    satisfaction_comment: Mapped[str] = mapped_column(Text, default="")
    satisfaction_asked_at: Mapped[datetime | None]
    reviewed_at: Mapped[datetime | None]
    """When somebody looked at a low score."""
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    contact: Mapped[str] = mapped_column(String(200), default="")
    """How to reach the resident besides LINE: a telephone number, a name at the counter."""

    __table_args__ = (
        Index("ix_case_municipality_id_state_opened_at", "municipality_id", "state", "opened_at"),
        Index("ix_case_conversation_id_state", "conversation_id", "state"),
        Index("ix_case_holder_id_state", "holder_id", "state"),
        Index("ix_case_resident_id", "resident_id"),
        Index(
            "ix_case_unwritten",
            "municipality_id",
            "closed_at",
            sqlite_where=text("state = 'closed' AND minutes IS NULL"),
            postgresql_where=text("state = 'closed' AND minutes IS NULL"),
        ),
        Index("ix_case_municipality_id_closed_at", "municipality_id", "closed_at"),
        Index(
            "uq_case_open_conversation_id",
            "conversation_id",
            unique=True,
            sqlite_where=text("state != 'closed'"),
            postgresql_where=text("state != 'closed'"),
        ),
    )


class CaseEvent(Base):
    """One thing that happened to a case; never changed, never shown to residents."""

    __tablename__ = "case_event"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[str] = mapped_column(String(32))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """Who did it; None for the system and the resident."""
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=0, server_default="0")
    """Of the case, as this made it."""
    at: Mapped[datetime]

    __table_args__ = (
        Index("ix_case_event_case_id_id", "case_id", "id"),
        Index("ix_case_event_municipality_id_at", "municipality_id", "at"),
    )


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
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    """The case that staff work on."""
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
    apologised_at: Mapped[datetime | None]
    """Once, when that day had passed without a call."""
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(String(100))

    __table_args__ = (
        Index("ix_callback_request_municipality_id_state", "municipality_id", "state"),
        Index("ix_callback_request_conversation_id", "conversation_id"),
        Index("ix_callback_request_case_id", "case_id"),
    )
