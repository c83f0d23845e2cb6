"""Tables of a resident's conversation: who talks, what arrived, which turns were taken, what was said."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Identifier
from handoff.desk_models import Media
from handoff.models import Staff


class Resident(Base):
    """A person who talks with a municipality, under our own id."""

    __tablename__ = "resident"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    language: Mapped[str | None] = mapped_column(String(16))
    """Chosen by the resident, or written in twice; None until then."""
    is_friend: Mapped[bool] = mapped_column(default=False)
    blocked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (Index("ix_resident_municipality_id", "municipality_id"),)


class ConversationKind(StrEnum):
    """Where a talk takes place."""

    PERSON = "person"
    GROUP = "group"
    ROOM = "room"


class Conversation(Base):
    """A talk with one resident, or in one group; its turns run one at a time."""

    __tablename__ = "conversation"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    key: Mapped[str] = mapped_column(String(64))
    """Derived from the channel's address of the talk by bot/line; what jobs and events carry."""
    kind: Mapped[str] = mapped_column(String(16))
    resident_id: Mapped[int | None] = mapped_column(ForeignKey("resident.id"))
    state: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str] = mapped_column(String(64), default="bot")
    fencing_token: Mapped[int] = mapped_column(default=0)
    """Grows with each change of owner; a message of an earlier owner is refused."""
    spare_tokens: Mapped[list[Any]] = mapped_column(default=list)
    """Reply tokens of turns that said nothing: `token`, and `until` when it is young (milliseconds since 1970); the newest last."""
    crisis_at: Mapped[datetime | None]
    """When the crisis message was last said."""
    introduced_at: Mapped[datetime | None]
    last_turn_at: Mapped[datetime | None]
    last_occurred_at: Mapped[int] = mapped_column(BigInteger, default=0)
    """Timestamp of the newest event that was handled; what comes later but happened earlier must not undo it."""
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("municipality_id", "key"),
        Index("ix_conversation_municipality_id_last_turn_at", "municipality_id", "last_turn_at"),
        Index("ix_conversation_resident_id", "resident_id"),
    )


class EventState(StrEnum):
    """What became of an event."""

    ARRIVED = "arrived"
    """Stored, and not yet given to its conversation."""
    WAITING = "waiting"
    HANDLED = "handled"
    IGNORED = "ignored"
    FAILED = "failed"
    BLANKED = "blanked"


class InboundEvent(Base):
    """An event as the channel sent it, individual numbers masked, encrypted, dropped after the municipality's time."""

    __tablename__ = "inbound_event"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    webhook_event_id: Mapped[str] = mapped_column(String(64))
    conversation_key: Mapped[str | None] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(64))
    message_id: Mapped[str | None] = mapped_column(String(64))
    occurred_at: Mapped[int] = mapped_column(BigInteger)
    """The event's timestamp, in milliseconds since 1970; kept on redelivery."""
    received_at: Mapped[int] = mapped_column(BigInteger)
    is_redelivered: Mapped[bool] = mapped_column(default=False)
    payload: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The event's JSON, encrypted."""
    state: Mapped[str] = mapped_column(String(16), default=EventState.WAITING)
    turn_id: Mapped[int | None] = mapped_column(Identifier)

    __table_args__ = (
        UniqueConstraint("municipality_id", "webhook_event_id"),
        Index(
            "ix_inbound_event_waiting",
            "conversation_key",
            "occurred_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_inbound_event_arrived", "id", sqlite_where=text("state = 'arrived'"), postgresql_where=text("state = 'arrived'")),
        Index("ix_inbound_event_message_id", "message_id"),
    )


class TurnRow(Base):
    """One turn: what was understood, what was decided, how long it took."""

    __tablename__ = "turn"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    """Made before the turn is decided, so that buttons can name it."""
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    route: Mapped[str] = mapped_column(String(32))
    status: Mapped[str | None] = mapped_column(String(64))
    decision: Mapped[str | None] = mapped_column(String(16))
    entries: Mapped[list[Any]]
    """The entries that the reply stands on: `entry` (id), `version`, `quoted` (or only offered)."""
    trace: Mapped[dict[str, Any]]
    """What the answer was found by: normalised text, tokens, hits, times of the steps."""
    milliseconds: Mapped[float]
    feedback: Mapped[str | None] = mapped_column(String(16))
    at: Mapped[datetime]

    __table_args__ = (Index("ix_turn_conversation_id_id", "conversation_id", "id"), Index("ix_turn_at", "at"))


class Verdict(StrEnum):
    """What a resident says of an answer."""

    HELPED = "helped"
    NOT_HELPED = "not_helped"


class FeedbackReason(StrEnum):
    """Why an answer did not help."""

    OTHER_QUESTION = "other_question"
    """Something else was asked."""
    WRONG = "wrong"
    """What it says is old or not true."""
    UNCLEAR = "unclear"


class Feedback(Base):
    """What a resident said of one answer, for the editors; the turn keeps by what the answer was found."""

    __tablename__ = "feedback"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    turn_id: Mapped[int] = mapped_column(ForeignKey("turn.id"))
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    verdict: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(String(16))
    comment: Mapped[str] = mapped_column(Text, default="")
    """The reason in the resident's words, personal data masked."""
    comment_turn_id: Mapped[int | None] = mapped_column(Identifier)
    """The turn in which the comment was said."""
    question: Mapped[str] = mapped_column(Text)
    """As it was understood, personal data masked; empty once taken back."""
    entries: Mapped[list[Any]]
    """Of the answer: `entry` (id), `version`, `quoted` (or only offered)."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    handled_by: Mapped[str | None] = mapped_column(String(100))

    __table_args__ = (
        UniqueConstraint("turn_id"),
        Index("ix_feedback_municipality_id_created_at", "municipality_id", "created_at"),
        Index("ix_feedback_conversation_id", "conversation_id"),
    )


class Direction(StrEnum):
    """Who said it."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class MessageRow(Base):
    """The ledger: everything that was said, both ways. An outbound message's state is that of its call."""

    __tablename__ = "message"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    turn_id: Mapped[int | None] = mapped_column(ForeignKey("turn.id"))
    call_id: Mapped[int | None] = mapped_column(ForeignKey("outgoing_call.id"))
    direction: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text)
    """Its words, or its alt text; empty once taken back."""
    channel_message_id: Mapped[str | None] = mapped_column(String(64))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey(Staff.id))
    """Who said it, where a person did."""
    media_id: Mapped[int | None] = mapped_column(ForeignKey(Media.id))
    is_taken_back: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]

    __table_args__ = (
        Index("ix_message_conversation_id_id", "conversation_id", "id"),
        Index("ix_message_channel_message_id", "channel_message_id"),
        Index("ix_message_call_id", "call_id"),
        Index("ix_message_at", "at"),
    )


class CallState(StrEnum):
    """The truth about one call to the channel."""

    READY = "ready"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    UNDELIVERABLE = "undeliverable"


class OutgoingCall(Base):
    """One call of at most five messages, written in the transaction that causes it and sent after it."""

    __tablename__ = "outgoing_call"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True, autoincrement=True)
    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"))
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    body: Mapped[list[Any]]
    """The messages as the channel takes them."""
    state: Mapped[str] = mapped_column(String(16), default=CallState.READY)
    via: Mapped[str | None] = mapped_column(String(16))
    reply_token: Mapped[str | None] = mapped_column(String(128))
    reply_until: Mapped[int | None] = mapped_column(BigInteger)
    """Until when the reply token is young, in milliseconds since 1970."""
    retry_key: Mapped[str] = mapped_column(String(36))
    reply_was_uncertain: Mapped[bool] = mapped_column(default=False)
    """An attempt to reply had no clear outcome, so a push may double it."""
    reply_attempts: Mapped[int] = mapped_column(default=0)
    push_attempts: Mapped[int] = mapped_column(default=0)
    cost: Mapped[int] = mapped_column(default=0)
    """How many messages the channel counts for it: none for a reply, one per recipient for a push."""
    is_fallback: Mapped[bool] = mapped_column(default=False)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey(Staff.id))
    """Whose words it carries, where a person's."""
    error: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_outgoing_call_state", "state"), Index("ix_outgoing_call_conversation_id", "conversation_id"))


class Quota(Base):
    """How many messages the channel still sends this month, as last read."""

    __tablename__ = "quota"

    municipality_id: Mapped[str] = mapped_column(ForeignKey("municipality.id"), primary_key=True)
    limit: Mapped[int | None]
    """None means unlimited."""
    used: Mapped[int]
    read_at: Mapped[datetime]
