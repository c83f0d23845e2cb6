"""Writing a decided turn: conversation, resident, ledger, outgoing call and effects, all in the caller's transaction.

The rows themselves are read only where an effect changes them.
"""

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from bot import feedback, loading, queries
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
    RecordFeedback,
    RecordReason,
    RecordSatisfaction,
    ReopenSubmitted,
    SetFriendship,
    SetLanguage,
    StoreCallback,
    SubmitFilling,
    WithdrawSubmitted,
)
from bot.outgoing import spare_token
from bot.procedure_effects import ProcedureEffects
from bot.recording import TurnToApply, begin_talk, keep_talk, record_turn, settle_events
from bot.routing import Route
from bot.taking_back import take_back
from core.clock import from_milliseconds
from core.messages import Reply
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
class Applied:
    """What was written."""

    conversation_id: int
    call_id: int | None


def apply_turn(session: Session, todo: TurnToApply, channel: LineChannel, effects: CaseEffects, procedures: ProcedureEffects) -> Applied:
    """Raises ConflictError when the conversation is no longer the one that was loaded, or somebody else may speak in it by now."""
    talk_id = begin_talk(session, todo, channel) if todo.talk is None else keep_talk(session, todo, todo.talk)
    turn_id = record_turn(session, todo, talk_id)
    settle_events(session, todo, turn_id)
    record_inbound(session, todo.turn, talk_id, turn_id)
    _note_return(session, todo)
    _judge_corrected(session, todo, talk_id)
    reply = _reply(session, todo, talk_id, effects, procedures)
    _keep_token(session, todo, talk_id, reply)
    call_id = record_outbound(
        session,
        todo.turn,
        channel.render(reply, todo.municipality_id) if reply is not None else (),
        talk_id,
        turn_id,
        is_retry=any(event.state == EventState.FAILED for event in todo.events),
        has_failed=todo.has_failed,
    )
    if _effects(todo):
        conversation, row = session.get_one(Conversation, talk_id), session.get_one(TurnRow, turn_id)
        for effect in _effects(todo):
            _carry_out(session, effect, todo, conversation, row, effects, procedures)
    return Applied(conversation_id=talk_id, call_id=call_id)


def _effects(todo: TurnToApply) -> tuple[Effect, ...]:
    """Those that change more than what every turn writes, without what a newer turn has overtaken."""
    return tuple(
        effect
        for effect in todo.outcome.effects
        if not isinstance(effect, MarkIntroduced) and (not todo.is_late or isinstance(effect, NEVER_OVERTAKEN))
    )


def _reply(session: Session, todo: TurnToApply, talk_id: int, effects: CaseEffects, procedures: ProcedureEffects) -> Reply | None:
    """The reply with what cases and procedures add to it. A talk that begins has no case; another one may have got one meanwhile."""
    has_case = todo.talk is not None and loading.has_open_case(session, talk_id)
    if todo.turn.conversation_kind is not ConversationKind.PERSON or not (has_case or _effects(todo)):
        return todo.outcome.reply
    conversation, timely = session.get_one(Conversation, talk_id), replace(todo.outcome, effects=_effects(todo))
    reply = effects.carry_out(session, conversation, todo.turn, timely)
    return procedures.carry_out(session, conversation, todo.turn, timely, reply)


def _keep_token(session: Session, todo: TurnToApply, talk_id: int, reply: Reply | None) -> None:
    """What nobody answered may be answered by a person, free of charge, while its token is young."""
    token = newest_reply_token(todo.turn.bubbles)
    is_spare = reply is None and token is not None and not any(event.state == EventState.FAILED for event in todo.events)
    if is_spare and token is not None and todo.turn.conversation_kind is ConversationKind.PERSON:
        spare_token(session.get_one(Conversation, talk_id), token)


def _note_return(session: Session, todo: TurnToApply) -> None:
    """Who writes has lifted the block, even where we were never told."""
    if todo.talk is None or todo.talk.blocked_at is None:
        return
    newest = from_milliseconds(max(bubble.occurred_at for bubble in todo.turn.bubbles))
    has_acted = isinstance(todo.turn.last.content, Said | SentSticker | SentMedia | SentLocation | Tapped)
    if has_acted and newest > todo.talk.blocked_at:
        session.get_one(Resident, todo.talk.resident_id).blocked_at = None


def _carry_out(
    session: Session,
    effect: Effect,
    todo: TurnToApply,
    conversation: Conversation,
    row: TurnRow,
    effects: CaseEffects,
    procedures: ProcedureEffects,
) -> None:
    resident = queries.resident_of(session, conversation)
    match effect:
        case SetLanguage(language=language) if resident is not None:
            resident.language = language.value
        case SetFriendship(is_friend=is_friend) if resident is not None:
            resident.is_friend = is_friend
            resident.blocked_at = None if is_friend else todo.turn.now
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
            files = take_back(session, effects.media, todo.municipality_id, message_id, todo.turn.now)
            if conversation.resident_id is not None:
                procedures.forget_message(session, conversation.resident_id, todo.turn, message_id, files)
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


def _judge_corrected(session: Session, todo: TurnToApply, talk_id: int) -> None:
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
            conversation_id=talk_id,
        )
