"""Named reads over conversations, events and the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.models import (
    CallState,
    Conversation,
    Direction,
    EventState,
    InboundEvent,
    MessageRow,
    OutgoingCall,
    Quota,
    Resident,
    TurnRow,
)

WAITING_READ = 60
"""More than one turn could ever join; the rest is read by the next turn."""


def conversation_by_key(session: Session, municipality_id: str, key: str) -> Conversation | None:
    return session.scalars(
        select(Conversation).where(Conversation.municipality_id == municipality_id, Conversation.key == key)
    ).one_or_none()


def resident_of(session: Session, conversation: Conversation | None) -> Resident | None:
    return session.get(Resident, conversation.resident_id) if conversation is not None and conversation.resident_id is not None else None


def waiting_events(session: Session, municipality_id: str, key: str) -> Sequence[InboundEvent]:
    """What a conversation still waits for an answer to, the smallest timestamp first."""
    statement = (
        select(InboundEvent)
        .where(
            InboundEvent.municipality_id == municipality_id,
            InboundEvent.conversation_key == key,
            InboundEvent.state == EventState.WAITING,
        )
        .order_by(InboundEvent.occurred_at, InboundEvent.id)
        .limit(WAITING_READ)
    )
    return session.scalars(statement).all()


def events_of_failed_turn(session: Session, turn_uid: str) -> Sequence[InboundEvent]:
    """The events of a turn that ended in an apology, for an operator's retry."""
    statement = (
        select(InboundEvent)
        .join(TurnRow, TurnRow.id == InboundEvent.turn_id)
        .where(TurnRow.uid == turn_uid, InboundEvent.state == EventState.FAILED)
        .order_by(InboundEvent.occurred_at, InboundEvent.id)
    )
    return session.scalars(statement).all()


def events_with_message(session: Session, municipality_id: str, message_id: str) -> Sequence[InboundEvent]:
    """The event that brought a message, if it is still kept."""
    statement = select(InboundEvent).where(
        InboundEvent.municipality_id == municipality_id, InboundEvent.message_id == message_id, InboundEvent.kind != "unsend"
    )
    return session.scalars(statement).all()


def ledger_rows_of_message(session: Session, municipality_id: str, message_id: str) -> Sequence[MessageRow]:
    statement = select(MessageRow).where(MessageRow.municipality_id == municipality_id, MessageRow.channel_message_id == message_id)
    return session.scalars(statement).all()


def turn_by_uid(session: Session, municipality_id: str, uid: str) -> TurnRow | None:
    return session.scalars(select(TurnRow).where(TurnRow.municipality_id == municipality_id, TurnRow.uid == uid)).one_or_none()


def last_answered_turn(session: Session, conversation_id: int, *, before: int) -> TurnRow | None:
    """The newest one that is older than the turn with this id."""
    statement = (
        select(TurnRow)
        .where(TurnRow.conversation_id == conversation_id, TurnRow.id < before, TurnRow.decision.in_(("answer", "choices")))
        .order_by(TurnRow.id.desc())
        .limit(1)
    )
    return session.scalars(statement).one_or_none()


@dataclass(frozen=True, kw_only=True)
class ConversationSummary:
    """A line of the console's list of conversations."""

    id: int
    kind: str
    resident_id: int | None
    language: str | None
    is_blocked: bool
    last_turn_at: datetime | None
    last_words: str
    last_decision: str | None


def recent_conversations(
    session: Session, municipality_id: str, *, words: str = "", limit: int = 50, offset: int = 0
) -> Sequence[ConversationSummary]:
    """The latest talk first; `words` keeps those in whose ledger they stand."""
    statement = (
        select(Conversation, Resident)
        .outerjoin(Resident, Resident.id == Conversation.resident_id)
        .where(Conversation.municipality_id == municipality_id)
        .order_by(Conversation.last_turn_at.desc().nulls_last(), Conversation.id.desc())
        .limit(limit)
        .offset(offset)
    )
    if words:
        pattern = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        found = select(MessageRow.conversation_id).where(
            MessageRow.municipality_id == municipality_id, MessageRow.text.ilike(pattern, escape="\\")
        )
        statement = statement.where(Conversation.id.in_(found))
    rows = session.execute(statement).all()
    ids = [conversation.id for conversation, _ in rows]
    words_by_id = _last_words(session, ids)
    decisions = _last_decisions(session, ids)
    return [
        ConversationSummary(
            id=conversation.id,
            kind=conversation.kind,
            resident_id=conversation.resident_id,
            language=resident.language if resident else None,
            is_blocked=resident is not None and resident.blocked_at is not None,
            last_turn_at=conversation.last_turn_at,
            last_words=words_by_id.get(conversation.id, ""),
            last_decision=decisions.get(conversation.id),
        )
        for conversation, resident in rows
    ]


def _last_words(session: Session, conversation_ids: Sequence[int]) -> Mapping[int, str]:
    newest = (
        select(func.max(MessageRow.id))
        .where(MessageRow.conversation_id.in_(conversation_ids), MessageRow.direction == Direction.INBOUND, MessageRow.text != "")
        .group_by(MessageRow.conversation_id)
    )
    statement = select(MessageRow.conversation_id, MessageRow.text).where(MessageRow.id.in_(newest))
    return {row[0]: row[1] for row in session.execute(statement)}


def _last_decisions(session: Session, conversation_ids: Sequence[int]) -> Mapping[int, str | None]:
    newest = select(func.max(TurnRow.id)).where(TurnRow.conversation_id.in_(conversation_ids)).group_by(TurnRow.conversation_id)
    statement = select(TurnRow.conversation_id, TurnRow.decision).where(TurnRow.id.in_(newest))
    return {row[0]: row[1] for row in session.execute(statement)}


def conversation_in(session: Session, municipality_id: str, conversation_id: int) -> Conversation | None:
    """The conversation, if it belongs to the municipality."""
    conversation = session.get(Conversation, conversation_id)
    return conversation if conversation is not None and conversation.municipality_id == municipality_id else None


@dataclass(frozen=True, kw_only=True)
class LedgerLine:
    """One message of a talk with the truth about its delivery."""

    message: MessageRow
    call: OutgoingCall | None
    turn: TurnRow | None


def ledger(session: Session, conversation_id: int, *, limit: int = 200, before: int | None = None) -> Sequence[LedgerLine]:
    """The newest messages of a talk, in the order in which they were said."""
    statement = (
        select(MessageRow, OutgoingCall, TurnRow)
        .outerjoin(OutgoingCall, OutgoingCall.id == MessageRow.call_id)
        .outerjoin(TurnRow, TurnRow.id == MessageRow.turn_id)
        .where(MessageRow.conversation_id == conversation_id)
        .order_by(MessageRow.id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(MessageRow.id < before)
    lines = [LedgerLine(message=message, call=call, turn=turn) for message, call, turn in session.execute(statement)]
    return lines[::-1]


def turns_after(session: Session, conversation_id: int, turn_id: int, *, limit: int = 50) -> Sequence[TurnRow]:
    statement = (
        select(TurnRow).where(TurnRow.conversation_id == conversation_id, TurnRow.id > turn_id).order_by(TurnRow.id.desc()).limit(limit)
    )
    return session.scalars(statement).all()[::-1]


def messages_of_turn(session: Session, turn_id: int) -> Sequence[LedgerLine]:
    statement = (
        select(MessageRow, OutgoingCall)
        .outerjoin(OutgoingCall, OutgoingCall.id == MessageRow.call_id)
        .where(MessageRow.turn_id == turn_id)
        .order_by(MessageRow.id)
    )
    return [LedgerLine(message=message, call=call, turn=None) for message, call in session.execute(statement)]


def unsettled_calls(session: Session) -> Sequence[OutgoingCall]:
    """Calls that a crash may have left without a job."""
    return session.scalars(select(OutgoingCall).where(OutgoingCall.state.in_((CallState.READY, CallState.SENDING)))).all()


def quota_of(session: Session, municipality_id: str) -> Quota | None:
    return session.get(Quota, municipality_id)
