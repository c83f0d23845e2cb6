"""Named reads over conversations, events and the ledger."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from bot.models import (
    CallState,
    Conversation,
    ConversationKind,
    Direction,
    InboundEvent,
    MessageRow,
    OutgoingCall,
    Quota,
    Resident,
    TurnRow,
)

ANSWERING = ("answer", "choices")
"""Decisions that a resident can find right or wrong."""
QUESTIONS = ("answer", "correction", "feedback", "tap", "facility", "waste_item", "collection_days")
"""Routes by which something is asked of the content."""

SILENT_KINDS = ("followed", "unfollowed")
"""Rows of the ledger in which a resident says nothing."""


def resident_of(session: Session, conversation: Conversation | None) -> Resident | None:
    return session.get(Resident, conversation.resident_id) if conversation is not None and conversation.resident_id is not None else None


def talk_of_resident(session: Session, resident_id: int) -> Conversation | None:
    """The one between two; groups belong to nobody alone."""
    return session.scalars(
        select(Conversation).where(Conversation.resident_id == resident_id, Conversation.kind == ConversationKind.PERSON).limit(1)
    ).one_or_none()


def events_with_message(session: Session, municipality_id: str, message_id: str) -> Sequence[InboundEvent]:
    """The event that brought a message, if it is still kept."""
    statement = select(InboundEvent).where(
        InboundEvent.municipality_id == municipality_id, InboundEvent.message_id == message_id, InboundEvent.kind != "unsend"
    )
    return session.scalars(statement).all()


def ledger_rows_of_message(session: Session, municipality_id: str, message_id: str) -> Sequence[MessageRow]:
    statement = select(MessageRow).where(MessageRow.municipality_id == municipality_id, MessageRow.channel_message_id == message_id)
    return session.scalars(statement).all()


def utterances_of_turn(session: Session, turn_id: int) -> Sequence[MessageRow]:
    """What the resident said in a turn, in its order."""
    statement = select(MessageRow).where(MessageRow.turn_id == turn_id, MessageRow.direction == Direction.INBOUND)
    return session.scalars(statement.order_by(MessageRow.id)).all()


def utterances_since(session: Session, conversation_id: int, message_row_id: int, *, limit: int = 200) -> Sequence[str]:
    """The resident's words from this message on, as far as they were not taken back."""
    statement = select(MessageRow.text).where(
        MessageRow.conversation_id == conversation_id,
        MessageRow.id >= message_row_id,
        MessageRow.direction == Direction.INBOUND,
        MessageRow.text != "",
    )
    return session.scalars(statement.order_by(MessageRow.id).limit(limit)).all()


def call_with_key(session: Session, conversation_id: int, retry_key: str) -> OutgoingCall | None:
    statement = select(OutgoingCall).where(OutgoingCall.conversation_id == conversation_id, OutgoingCall.retry_key == retry_key)
    return session.scalars(statement).first()


def newest_message_id(session: Session, conversation_id: int) -> int:
    """0 where nothing was said."""
    return session.scalar(select(func.max(MessageRow.id)).where(MessageRow.conversation_id == conversation_id)) or 0


def decided_turns(session: Session, conversation_id: int, since: datetime, *, limit: int) -> Sequence[TurnRow]:
    """The newest turns that answered, offered or found nothing, the oldest first."""
    statement = select(TurnRow).where(
        TurnRow.conversation_id == conversation_id, TurnRow.at >= since, TurnRow.decision.in_((*ANSWERING, "refuse", "handoff"))
    )
    rows = session.scalars(statement.where(TurnRow.route.in_(QUESTIONS)).order_by(TurnRow.id.desc()).limit(limit)).all()
    return rows[::-1]


def media_rows_since(
    session: Session, conversation_id: int, since: datetime, kinds: Sequence[str], *, limit: int = 20
) -> Sequence[MessageRow]:
    """Photos and files that a resident sent, without those that were taken back, the oldest first."""
    statement = select(MessageRow).where(
        MessageRow.conversation_id == conversation_id,
        MessageRow.at >= since,
        MessageRow.direction == Direction.INBOUND,
        MessageRow.kind.in_(kinds),
        MessageRow.channel_message_id.is_not(None),
        MessageRow.is_taken_back.is_(False),
    )
    return session.scalars(statement.order_by(MessageRow.id.desc()).limit(limit)).all()[::-1]


def said_count(session: Session, conversation_id: int, since: datetime) -> int:
    """How many messages a resident sent since then."""
    statement = select(func.count()).where(
        MessageRow.conversation_id == conversation_id, MessageRow.direction == Direction.INBOUND, MessageRow.at >= since
    )
    return session.scalar(statement) or 0


def friends_after(session: Session, municipality_id: str, conversation_id: int, *, limit: int) -> Sequence[Conversation]:
    """Talks with residents who can be written to, by id."""
    statement = (
        select(Conversation)
        .join(Resident, Resident.id == Conversation.resident_id)
        .where(
            Conversation.municipality_id == municipality_id,
            Conversation.id > conversation_id,
            Resident.is_friend.is_(True),
            Resident.blocked_at.is_(None),
        )
    )
    return session.scalars(statement.order_by(Conversation.id).limit(limit)).all()


def friend_count(session: Session, municipality_id: str) -> int:
    statement = select(func.count()).where(
        Resident.municipality_id == municipality_id, Resident.is_friend.is_(True), Resident.blocked_at.is_(None)
    )
    return session.scalar(statement) or 0


def messages_after(session: Session, conversation_id: int, message_id: int, *, limit: int = 50) -> Sequence[MessageRow]:
    """What was said both ways since then, in its order."""
    statement = select(MessageRow).where(MessageRow.conversation_id == conversation_id, MessageRow.id > message_id)
    return session.scalars(statement.order_by(MessageRow.id).limit(limit)).all()


def has_written_since(session: Session, conversation_id: int, moment: datetime) -> bool:
    """Whether the resident said something in the talk."""
    statement = select(MessageRow.id).where(
        MessageRow.conversation_id == conversation_id,
        MessageRow.direction == Direction.INBOUND,
        MessageRow.kind.not_in(SILENT_KINDS),
        MessageRow.at > moment,
    )
    return session.scalar(statement.limit(1)) is not None


def replies_that_quote(session: Session, conversation_id: int, words: str) -> Sequence[MessageRow]:
    statement = select(MessageRow).where(
        MessageRow.conversation_id == conversation_id,
        MessageRow.direction == Direction.OUTBOUND,
        MessageRow.text.contains(words, autoescape=True),
    )
    return session.scalars(statement).all()


def turn_by_uid(session: Session, municipality_id: str, uid: str) -> TurnRow | None:
    return session.scalars(select(TurnRow).where(TurnRow.municipality_id == municipality_id, TurnRow.uid == uid)).one_or_none()


def last_answered_turn(session: Session, conversation_id: int, *, before: int) -> TurnRow | None:
    """The newest one that is older than the turn with this id."""
    statement = (
        select(TurnRow)
        .where(TurnRow.conversation_id == conversation_id, TurnRow.id < before, TurnRow.decision.in_(ANSWERING))
        .order_by(TurnRow.id.desc())
        .limit(1)
    )
    return session.scalars(statement).one_or_none()


def answered_turn(session: Session, conversation: Conversation, uid: str, *, before: int) -> TurnRow | None:
    """The turn of this talk by its uid, if it answered or offered something; an empty uid means the newest before `before` that did."""
    if not uid:
        return last_answered_turn(session, conversation.id, before=before)
    row = turn_by_uid(session, conversation.municipality_id, uid)
    return row if row is not None and row.conversation_id == conversation.id and row.decision in ANSWERING else None


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
    session: Session, municipality_id: str, *, words: str = "", shown: ColumnElement[bool] | None = None, limit: int = 50, offset: int = 0
) -> Sequence[ConversationSummary]:
    """The latest talk first; `words` keeps those in whose ledger they stand, `shown` those that meet a condition."""
    statement = (
        select(Conversation, Resident)
        .outerjoin(Resident, Resident.id == Conversation.resident_id)
        .where(Conversation.municipality_id == municipality_id, true() if shown is None else shown)
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


def conversation_in(session: Session, municipality_id: str, conversation_id: int, shown: ColumnElement[bool]) -> Conversation | None:
    """The conversation, if it belongs to the municipality and meets the condition."""
    own = (Conversation.id == conversation_id, Conversation.municipality_id == municipality_id)
    return session.scalars(select(Conversation).where(*own, shown)).one_or_none()


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


def quoted_counts(session: Session, municipality_id: str, since: datetime, *, limit: int = 20_000) -> Mapping[str, int]:
    """How often each entry was the answer since then, in the newest `limit` answers."""
    statement = (
        select(TurnRow.entries)
        .where(TurnRow.municipality_id == municipality_id, TurnRow.at >= since, TurnRow.decision == "answer")
        .order_by(TurnRow.at.desc())
        .limit(limit)
    )
    return Counter(str(entry["entry"]) for entries in session.scalars(statement) for entry in entries if entry.get("quoted"))


def quota_of(session: Session, municipality_id: str) -> Quota | None:
    return session.get(Quota, municipality_id)


def question_of(session: Session, turn: TurnRow) -> str:
    """What was asked in a turn as it was understood; empty where nobody asked anything in words."""
    continued = turn.trace.get("continued")
    understood = turn.trace.get("question") or (continued.get("question") if isinstance(continued, dict) else None)
    if understood:
        return str(understood)
    statement = select(MessageRow.text).where(
        MessageRow.turn_id == turn.id, MessageRow.direction == Direction.INBOUND, MessageRow.kind == "text", MessageRow.text != ""
    )
    return "\n".join(session.scalars(statement.order_by(MessageRow.id))) or str(turn.trace.get("normalised") or "")
