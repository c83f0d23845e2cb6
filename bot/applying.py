"""Writing a decided turn: conversation, resident, ledger, outgoing call and effects, all in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot import feedback, queries
from bot.incoming import (
    Said,
    SentLocation,
    SentMedia,
    SentSticker,
    Tapped,
)
from bot.ledger import mask_in_replies, record_inbound, record_outbound
from bot.line.channel import LineChannel, RenderedMessage
from bot.models import (
    Conversation,
    ConversationKind,
    EventState,
    InboundEvent,
    MessageRow,
    Resident,
    TurnRow,
    Verdict,
)
from bot.outcome import (
    BlankMessage,
    Effect,
    MarkIntroduced,
    Outcome,
    RecordFeedback,
    RecordReason,
    SetFriendship,
    SetLanguage,
    StoreCallback,
    Turn,
)
from bot.routing import Route
from bot.states import dump_state, load_state, without_words
from core.clock import from_milliseconds
from core.errors import ConflictError
from core.personal_numbers import masked_letters
from core.telephone import phones_in
from handoff.callbacks import forget_phones, forget_words, open_callback
from retrieval.judging import Origin, forget_judged, judge_entry

NEVER_OVERTAKEN = (RecordFeedback, RecordReason, BlankMessage, StoreCallback, MarkIntroduced)
"""Effects that stay true however late they come; the others belong to the newest event."""


@dataclass(frozen=True, kw_only=True)
class TurnToApply:
    """A decided turn with what it was decided from."""

    loaded_conversation: Conversation | None
    municipality_id: str
    key: str
    events: Sequence[InboundEvent]
    dropped: Sequence[int]
    turn: Turn
    outcome: Outcome
    rendered: Sequence[RenderedMessage]
    is_late: bool
    has_failed: bool
    milliseconds: float


@dataclass(frozen=True, kw_only=True)
class Applied:
    """What was written."""

    conversation_id: int
    call_id: int | None


def apply_turn(session: Session, todo: TurnToApply, channel: LineChannel) -> Applied:
    """Raises ConflictError when the conversation is no longer the one that was loaded."""
    conversation = _conversation(session, todo, channel)
    row = _record_turn(session, todo, conversation)
    _settle_events(session, todo, row.id)
    record_inbound(session, todo.turn, conversation, row)
    _note_return(session, todo, conversation)
    _judge_corrected(session, todo, conversation)
    call_id = record_outbound(
        session,
        todo.turn,
        todo.rendered,
        conversation,
        row,
        is_retry=any(event.state == EventState.FAILED for event in todo.events),
        has_failed=todo.has_failed,
    )
    for effect in todo.outcome.effects:
        if not todo.is_late or isinstance(effect, NEVER_OVERTAKEN):
            _carry_out(session, effect, todo, conversation, row)
    return Applied(conversation_id=conversation.id, call_id=call_id)


def _conversation(session: Session, todo: TurnToApply, channel: LineChannel) -> Conversation:
    now, newest = todo.turn.now, max(event.occurred_at for event in todo.events)
    loaded = todo.loaded_conversation
    if loaded is None:
        return _begin_conversation(session, todo, channel, newest)
    values = {"version": loaded.version + 1, "last_turn_at": now, "last_occurred_at": max(loaded.last_occurred_at, newest)}
    if not todo.is_late:
        values["state"] = dump_state(todo.outcome.state)
    changed = session.scalars(
        update(Conversation)
        .where(Conversation.id == loaded.id, Conversation.version == loaded.version)
        .values(**values)
        .returning(Conversation.id)
    ).one_or_none()
    if changed is None:
        raise ConflictError("another turn of this conversation was faster")
    return session.get_one(Conversation, loaded.id)


def _begin_conversation(session: Session, todo: TurnToApply, channel: LineChannel, newest: int) -> Conversation:
    if queries.conversation_by_key(session, todo.municipality_id, todo.key) is not None:
        raise ConflictError("the conversation began meanwhile")
    now, kind = todo.turn.now, todo.turn.conversation_kind
    resident = None
    if kind is ConversationKind.PERSON:
        resident = Resident(municipality_id=todo.municipality_id, created_at=now, is_friend=False)
        session.add(resident)
        session.flush()
    conversation = Conversation(
        municipality_id=todo.municipality_id,
        key=todo.key,
        kind=kind,
        resident_id=resident.id if resident else None,
        state=dump_state(todo.outcome.state),
        version=1,
        owner="bot",
        fencing_token=0,
        last_turn_at=now,
        last_occurred_at=newest,
        created_at=now,
    )
    session.add(conversation)
    session.flush()
    channel.remember_address(session, conversation.id, todo.events[-1])
    return conversation


def _record_turn(session: Session, todo: TurnToApply, conversation: Conversation) -> TurnRow:
    decision = todo.outcome.decision
    row = TurnRow(
        uid=todo.turn.uid,
        municipality_id=todo.municipality_id,
        conversation_id=conversation.id,
        route=decision.route,
        status=decision.status,
        decision=decision.decision,
        entries=[dict(entry) for entry in decision.entries],
        trace=dict(todo.outcome.trace),
        milliseconds=todo.milliseconds,
        at=todo.turn.now,
    )
    session.add(row)
    session.flush()
    return row


def _settle_events(session: Session, todo: TurnToApply, turn_id: int) -> None:
    state = EventState.FAILED if todo.has_failed else EventState.HANDLED if todo.turn.last.may_answer else EventState.IGNORED
    ids = [event.id for event in todo.events]
    values: dict[str, object] = {"state": state, "turn_id": turn_id}
    if _holds_spread_number(todo.turn):
        # Each event alone holds a harmless part; together they would hold the number.
        values["payload"] = None
    session.execute(update(InboundEvent).where(InboundEvent.id.in_(ids)).values(**values))
    if todo.turn.conversation_kind is not ConversationKind.PERSON and todo.outcome.reply is None:
        # Of what others say among themselves nothing is kept.
        session.execute(update(InboundEvent).where(InboundEvent.id.in_(ids)).values(payload=None))
    if todo.dropped:
        session.execute(update(InboundEvent).where(InboundEvent.id.in_(todo.dropped)).values(state=EventState.BLANKED, payload=None))


def _holds_spread_number(turn: Turn) -> bool:
    """A number that only the joined words show."""
    return masked_letters(turn.text) > sum(
        masked_letters(bubble.content.text) for bubble in turn.bubbles if isinstance(bubble.content, Said)
    )


def _note_return(session: Session, todo: TurnToApply, conversation: Conversation) -> None:
    """Who writes has lifted the block, even where we were never told."""
    resident = queries.resident_of(session, conversation)
    newest = from_milliseconds(max(bubble.occurred_at for bubble in todo.turn.bubbles))
    has_acted = isinstance(todo.turn.last.content, Said | SentSticker | SentMedia | SentLocation | Tapped)
    if resident is not None and resident.blocked_at is not None and has_acted and newest > resident.blocked_at:
        resident.blocked_at = None


def _carry_out(session: Session, effect: Effect, todo: TurnToApply, conversation: Conversation, row: TurnRow) -> None:
    resident = queries.resident_of(session, conversation)
    match effect:
        case SetLanguage(language=language) if resident is not None:
            resident.language = language.value
        case SetFriendship(is_friend=is_friend) if resident is not None:
            resident.is_friend = is_friend
            resident.blocked_at = None if is_friend else todo.turn.now
        case MarkIntroduced():
            conversation.introduced_at = conversation.introduced_at or todo.turn.now
        case RecordFeedback(turn_uid=uid, helped=helped):
            rated = queries.answered_turn(session, conversation, uid, before=row.id)
            if rated is not None:
                feedback.record_verdict(session, rated, Verdict.HELPED if helped else Verdict.NOT_HELPED, todo.turn.now)
                _judge_rated(session, todo, rated, is_right=helped)
        case RecordReason(turn_uid=uid, reason=reason, comment=comment):
            rated = queries.answered_turn(session, conversation, uid, before=row.id)
            if rated is not None:
                feedback.record_reason(session, rated, reason, comment, said_in=row, now=todo.turn.now)
        case BlankMessage(message_id=message_id):
            blank_message(session, todo.municipality_id, message_id)
        case StoreCallback() as callback:
            open_callback(
                session,
                municipality_id=todo.municipality_id,
                conversation_id=conversation.id,
                department_id=callback.department_id,
                phone=callback.phone,
                preferred_time=callback.preferred_time,
                topic=callback.topic,
                promised_from=callback.promised_from,
                now=todo.turn.now,
            )
        case _:
            pass


def _judge_rated(session: Session, todo: TurnToApply, rated: TurnRow, *, is_right: bool) -> None:
    """What an answer of one entry was worth for the question it was given to."""
    last = todo.turn.state.last
    quoted = [str(entry["entry"]) for entry in rated.entries if entry.get("quoted")]
    asked = str(rated.trace.get("normalised") or (last.question if last is not None and list(last.entries) == quoted else ""))
    if len(quoted) == 1:
        judge_entry(
            session,
            todo.municipality_id,
            asked,
            quoted[0],
            is_right=is_right,
            origin=Origin.FEEDBACK,
            at=todo.turn.now,
            turn_uid=rated.uid,
            conversation_id=rated.conversation_id,
        )


def _judge_corrected(session: Session, todo: TurnToApply, conversation: Conversation) -> None:
    """「違う、犬じゃなくて猫」 says that what was quoted did not answer."""
    last = todo.turn.state.last
    if todo.outcome.decision.route == Route.CORRECTION and last is not None and len(last.entries) == 1:
        judge_entry(
            session,
            todo.municipality_id,
            last.question,
            last.entries[0],
            is_right=False,
            origin=Origin.CORRECTION,
            at=todo.turn.now,
            turn_uid=todo.turn.uid,
            conversation_id=conversation.id,
        )


def blank_message(session: Session, municipality_id: str, message_id: str) -> None:
    """Takes the words out of the event, the ledger, the traces of the turns that read them, feedback, the state, and call-backs."""
    for event in queries.events_with_message(session, municipality_id, message_id):
        event.payload = None
        event.state = EventState.BLANKED
    for message in queries.ledger_rows_of_message(session, municipality_id, message_id):
        forget_words(session, message.conversation_id, message.text)
        forget_judged(session, message.conversation_id, message.text)
        phones = _phones_of(session, message)
        message.text = ""
        message.is_taken_back = True
        session.flush()
        phones = [phone for phone in phones if not _is_still_said(session, message, phone)]
        forget_phones(session, message.conversation_id, phones)
        for phone in phones:
            mask_in_replies(session, message.conversation_id, phone)
        row = session.get(TurnRow, message.turn_id) if message.turn_id is not None else None
        if row is not None:
            feedback.forget_words(session, row)
            row.trace = {key: value for key, value in row.trace.items() if key in ("steps", "mode", "confidence")}
        conversation = session.get(Conversation, message.conversation_id)
        if conversation is not None:
            conversation.state = dump_state(without_words(load_state(conversation.state), phones))


def _phones_of(session: Session, message: MessageRow) -> Sequence[str]:
    """Numbers that stand in the message, or of which it is a part together with the other bubbles of its turn."""
    if not any(character.isnumeric() for character in message.text):
        return ()
    bubbles = [message] if message.turn_id is None else queries.utterances_of_turn(session, message.turn_id)
    whole = phones_in("\n".join(bubble.text for bubble in bubbles))
    return tuple(dict.fromkeys([*phones_in(message.text), *whole]))


def _is_still_said(session: Session, message: MessageRow, phone: str) -> bool:
    """Another message that was not taken back holds the same number."""
    first = message.id
    if message.turn_id is not None:
        bubbles = queries.utterances_of_turn(session, message.turn_id)
        if phone in phones_in("\n".join(bubble.text for bubble in bubbles)):
            return True
        first = max(bubble.id for bubble in bubbles)
    return any(phone in phones_in(words) for words in queries.utterances_since(session, message.conversation_id, first))
