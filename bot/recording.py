"""What every turn writes beside its messages: the talk, its row, what became of its events. By statements that are built once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, func, update
from sqlalchemy.orm import Session

from bot import loading
from bot.incoming import Said
from bot.line.channel import LineChannel
from bot.loading import StoredEvent, Talk
from bot.models import Conversation, ConversationKind, EventState, InboundEvent, Resident, TurnRow
from bot.outcome import MarkIntroduced, Outcome, Turn
from bot.states import dump_state
from core.errors import ConflictError
from core.personal_numbers import masked_letters
from core.statements import Prepared, prepared_insert

TALKS, RESIDENTS, TURNS, EVENTS = (cast(Table, model.__table__) for model in (Conversation, Resident, TurnRow, InboundEvent))
KEEP_TALK = Prepared(
    update(TALKS)
    .where(
        TALKS.c.id == bindparam("talk"),
        TALKS.c.version == bindparam("seen_version"),
        TALKS.c.owner == bindparam("seen_owner"),
        TALKS.c.fencing_token == bindparam("seen_token"),
    )
    .values(
        version=TALKS.c.version + 1,
        state=bindparam("new_state"),
        last_turn_at=bindparam("now"),
        last_occurred_at=bindparam("newest"),
        introduced_at=func.coalesce(TALKS.c.introduced_at, bindparam("introduced", type_=TALKS.c.introduced_at.type)),
    )
)
ADD_RESIDENT = prepared_insert(RESIDENTS, "municipality_id", "is_friend", "created_at", returning="id")
OF_TALK = ("municipality_id", "created_at", "key", "kind", "resident_id", "state", "version")
ADD_TALK = prepared_insert(TALKS, *OF_TALK, "introduced_at", "last_turn_at", "last_occurred_at", "spare_tokens", returning="id")
ADD_TURN = prepared_insert(
    TURNS,
    *("uid", "municipality_id", "conversation_id", "route", "status", "decision", "entries", "trace", "milliseconds", "at"),
    returning="id",
)
OF_EVENT = update(EVENTS).where(EVENTS.c.id == bindparam("event"))
SETTLE_EVENT = Prepared(OF_EVENT.values(state=bindparam("new_state"), turn_id=bindparam("turn")))
BLANK_EVENT = Prepared(OF_EVENT.values(payload=None))


@dataclass(frozen=True, kw_only=True)
class TurnToApply:
    """A decided turn with what it was decided from."""

    talk: Talk | None
    """As it was loaded; None where it begins."""
    municipality_id: str
    key: str
    events: Sequence[StoredEvent]
    dropped: Sequence[int]
    turn: Turn
    outcome: Outcome
    is_late: bool
    has_failed: bool
    milliseconds: float


def keep_talk(session: Session, todo: TurnToApply, talk: Talk) -> int:
    """Raises ConflictError when the conversation is no longer the one that was loaded, or somebody else may speak in it by now."""
    newest = max(event.occurred_at for event in todo.events)
    values = {
        "talk": talk.id,
        "seen_version": talk.version,
        "seen_owner": talk.owner,
        "seen_token": talk.fencing_token,
        "new_state": talk.state if todo.is_late else dump_state(todo.outcome.state),
        "now": todo.turn.now,
        "newest": max(talk.last_occurred_at, newest),
        "introduced": _introduced_at(todo),
    }
    if KEEP_TALK.run(session, values) == 0:
        raise ConflictError("another turn of this conversation was faster, or it changed hands")
    return talk.id


def begin_talk(session: Session, todo: TurnToApply, channel: LineChannel) -> int:
    if loading.talk_by_key(session, todo.municipality_id, todo.key) is not None:
        raise ConflictError("the conversation began meanwhile")
    now, kind = todo.turn.now, todo.turn.conversation_kind
    own = {"municipality_id": todo.municipality_id, "created_at": now}
    resident_id = ADD_RESIDENT.scalar(session, {**own, "is_friend": False}) if kind is ConversationKind.PERSON else None
    values = {
        **own,
        "key": todo.key,
        "kind": kind,
        "resident_id": resident_id,
        "state": dump_state(todo.outcome.state),
        "version": 1,
        "spare_tokens": [],
        "introduced_at": _introduced_at(todo),
        "last_turn_at": now,
        "last_occurred_at": max(event.occurred_at for event in todo.events),
    }
    talk_id: int = ADD_TALK.scalar(session, values)
    channel.remember_address(session, talk_id, todo.events[-1])
    return talk_id


def _introduced_at(todo: TurnToApply) -> datetime | None:
    return todo.turn.now if any(isinstance(effect, MarkIntroduced) for effect in todo.outcome.effects) else None


def record_turn(session: Session, todo: TurnToApply, talk_id: int) -> int:
    decision = todo.outcome.decision
    values = {
        "uid": todo.turn.uid,
        "municipality_id": todo.municipality_id,
        "conversation_id": talk_id,
        "route": decision.route,
        "status": decision.status,
        "decision": decision.decision,
        "entries": [dict(entry) for entry in decision.entries],
        "trace": dict(todo.outcome.trace),
        "milliseconds": todo.milliseconds,
        "at": todo.turn.now,
    }
    turn_id: int = ADD_TURN.scalar(session, values)
    return turn_id


def settle_events(session: Session, todo: TurnToApply, turn_id: int) -> None:
    ids = [event.id for event in todo.events]
    state = EventState.FAILED if todo.has_failed else EventState.HANDLED if todo.turn.last.may_answer else EventState.IGNORED
    SETTLE_EVENT.run_for_each(session, [{"event": event_id, "new_state": state, "turn": turn_id} for event_id in ids])
    is_shared = todo.turn.conversation_kind is not ConversationKind.PERSON
    # Of what others say among themselves nothing is kept. Nor where each event holds a harmless part, but together they hold a number.
    if (is_shared and todo.outcome.reply is None) or _holds_spread_number(todo.turn):
        BLANK_EVENT.run_for_each(session, [{"event": event_id} for event_id in ids])
    if todo.dropped:
        SETTLE_EVENT.run_for_each(
            session, [{"event": event_id, "new_state": EventState.BLANKED, "turn": None} for event_id in todo.dropped]
        )
        BLANK_EVENT.run_for_each(session, [{"event": event_id} for event_id in todo.dropped])


def _holds_spread_number(turn: Turn) -> bool:
    """A number that only the joined words show."""
    return masked_letters(turn.text) > sum(
        masked_letters(bubble.content.text) for bubble in turn.bubbles if isinstance(bubble.content, Said)
    )
