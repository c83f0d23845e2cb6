"""Writing a decided turn: conversation, resident, ledger, outgoing call and effects, all in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot import feedback, queries
from bot.case_effects import CaseEffects
from bot.incoming import (
    Said,
    SentLocation,
    SentMedia,
    SentSticker,
    Tapped,
)
from bot.ledger import newest_reply_token, record_inbound, record_outbound
from bot.line.channel import LineChannel
from bot.models import (
    Conversation,
    ConversationKind,
    EventState,
    InboundEvent,
    Resident,
    TurnRow,
    Verdict,
)
from bot.outcome import (
    AddWords,
    BlankMessage,
    Effect,
    MarkCrisis,
    MarkIntroduced,
    OpenCase,
    Outcome,
    RecordFeedback,
    RecordReason,
    RecordSatisfaction,
    ReopenSubmitted,
    SetFriendship,
    SetLanguage,
    StoreCallback,
    SubmitFilling,
    Turn,
    WithdrawSubmitted,
)
from bot.outgoing import spare_token
from bot.procedure_effects import ProcedureEffects
from bot.routing import Route
from bot.states import dump_state
from bot.taking_back import take_back
from core.clock import from_milliseconds
from core.errors import ConflictError
from core.messages import Reply
from core.personal_numbers import masked_letters
from handoff.callbacks import open_callback
from handoff.queries import open_case_of
from retrieval.judging import Origin, judge_entry

NEVER_OVERTAKEN = (
    RecordFeedback,
    RecordReason,
    BlankMessage,
    StoreCallback,
    MarkIntroduced,
    OpenCase,
    AddWords,
    RecordSatisfaction,
    MarkCrisis,
    SubmitFilling,
    WithdrawSubmitted,
    ReopenSubmitted,
)
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
    is_late: bool
    has_failed: bool
    milliseconds: float


@dataclass(frozen=True, kw_only=True)
class Applied:
    """What was written."""

    conversation_id: int
    call_id: int | None


def apply_turn(session: Session, todo: TurnToApply, channel: LineChannel, effects: CaseEffects, procedures: ProcedureEffects) -> Applied:
    """Raises ConflictError when the conversation is no longer the one that was loaded, or somebody else may speak in it by now."""
    conversation = _conversation(session, todo, channel)
    row = _record_turn(session, todo, conversation)
    _settle_events(session, todo, row.id)
    said = record_inbound(session, todo.turn, conversation, row)
    _note_return(session, todo, conversation)
    _judge_corrected(session, todo, conversation)
    timely = _timely(todo)
    reply = effects.carry_out(session, conversation, todo.turn, timely, said)
    reply = procedures.carry_out(session, conversation, todo.turn, timely, reply)
    _keep_token(todo, conversation, reply)
    call_id = record_outbound(
        session,
        todo.turn,
        channel.render(reply, todo.municipality_id) if reply is not None else (),
        conversation,
        row,
        is_retry=any(event.state == EventState.FAILED for event in todo.events),
        has_failed=todo.has_failed,
    )
    for effect in todo.outcome.effects:
        if not todo.is_late or isinstance(effect, NEVER_OVERTAKEN):
            _carry_out(session, effect, todo, conversation, row, effects)
    return Applied(conversation_id=conversation.id, call_id=call_id)


def _timely(todo: TurnToApply) -> Outcome:
    """Without the effects that a newer turn has overtaken."""
    if not todo.is_late:
        return todo.outcome
    return replace(todo.outcome, effects=tuple(effect for effect in todo.outcome.effects if isinstance(effect, NEVER_OVERTAKEN)))


def _keep_token(todo: TurnToApply, conversation: Conversation, reply: Reply | None) -> None:
    """What nobody answered may be answered by a person, free of charge, while its token is young."""
    token = newest_reply_token(todo.turn.bubbles)
    is_spare = reply is None and token is not None and not any(event.state == EventState.FAILED for event in todo.events)
    if is_spare and token is not None and conversation.kind == ConversationKind.PERSON:
        spare_token(conversation, token)


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
        .where(
            Conversation.id == loaded.id,
            Conversation.version == loaded.version,
            Conversation.owner == loaded.owner,
            Conversation.fencing_token == loaded.fencing_token,
        )
        .values(**values)
        .returning(Conversation.id)
    ).one_or_none()
    if changed is None:
        raise ConflictError("another turn of this conversation was faster, or it changed hands")
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


def _carry_out(session: Session, effect: Effect, todo: TurnToApply, conversation: Conversation, row: TurnRow, effects: CaseEffects) -> None:
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
            take_back(session, effects.media, todo.municipality_id, message_id, todo.turn.now)
        case StoreCallback() as callback:
            case = open_case_of(session, conversation.id)
            request = open_callback(
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
            request.case_id = case.id if case is not None else None
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
