"""What is removed or blanked when its municipality's time is over; nothing that still waits is touched."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, Text, and_, cast, delete, exists, literal, not_, or_, select, update
from sqlalchemy.orm import Session

from bot.line.addresses import forget_addresses
from bot.models import CallState, Conversation, EventState, Feedback, InboundEvent, MessageRow, OutgoingCall, Resident, TurnRow
from bot.states import Idle, dump_state
from core.changes import drop_changes
from core.clock import to_milliseconds
from core.database import Database
from core.pack import Retention
from handoff.callbacks import drop_finished
from handoff.desk_models import Media
from handoff.forgetting import drop_cases_of, drop_closed
from handoff.models import OPEN_STATES, CallbackRequest, CallbackState, Case
from procedures.lifecycle import OPEN
from procedures.models import Application
from procedures.retention import drop_over
from retrieval.judging import drop_judged

BATCH = 500
"""Rows of one transaction: the writer is free again for residents in between."""
CHANGES = timedelta(days=2)
"""A page that was away for longer is read anew."""
UNANSWERED = (EventState.ARRIVED, EventState.WAITING)
UNSETTLED = (CallState.READY, CallState.SENDING)
FORGOTTEN = "forgotten:"
"""Begins the key of a conversation that belongs to nobody any more; no key of a talk holds a colon."""

Part = Callable[[Session, str, Retention, datetime], int]
"""One batch; returns how many rows it removed or blanked."""


def drop_old(database: Database, municipality_id: str, retention: Retention, now: datetime) -> Mapping[str, int]:
    """Everything whose time is over, in batches; returns how many rows of each kind."""
    removed = {name: _to_the_end(database, part, municipality_id, retention, now) for name, part in PARTS.items()}
    return {**removed, "turns": _blank_turns(database, municipality_id, retention, now)}


def _to_the_end(database: Database, part: Part, municipality_id: str, retention: Retention, now: datetime) -> int:
    total = 0
    while True:
        with database.transaction() as session:
            done = part(session, municipality_id, retention, now)
        total += done
        if done < BATCH:
            return total


def _drop_events(session: Session, municipality_id: str, retention: Retention, now: datetime) -> int:
    before = to_milliseconds(now - timedelta(days=retention.raw_event_days))
    old = select(InboundEvent.id).where(
        InboundEvent.municipality_id == municipality_id, InboundEvent.received_at < before, InboundEvent.state.not_in(UNANSWERED)
    )
    ids = session.scalars(old.order_by(InboundEvent.id).limit(BATCH)).all()
    session.execute(delete(InboundEvent).where(InboundEvent.id.in_(ids)))
    return len(ids)


def _drop_feedback(session: Session, municipality_id: str, retention: Retention, now: datetime) -> int:
    old = select(Feedback.id).where(
        Feedback.municipality_id == municipality_id, Feedback.created_at < now - timedelta(days=retention.ledger_days)
    )
    ids = session.scalars(old.order_by(Feedback.id).limit(BATCH)).all()
    session.execute(delete(Feedback).where(Feedback.id.in_(ids)))
    drop_judged(session, municipality_id, before=now - timedelta(days=retention.ledger_days))
    return len(ids)


def _drop_messages(session: Session, municipality_id: str, retention: Retention, now: datetime) -> int:
    old = select(MessageRow.id).where(
        MessageRow.municipality_id == municipality_id,
        MessageRow.at < now - timedelta(days=retention.ledger_days),
        not_(exists().where(OutgoingCall.id == MessageRow.call_id, OutgoingCall.state.in_(UNSETTLED))),
    )
    ids = session.scalars(old.order_by(MessageRow.id).limit(BATCH)).all()
    session.execute(delete(MessageRow).where(MessageRow.id.in_(ids)))
    return len(ids)


def _drop_calls(session: Session, municipality_id: str, retention: Retention, now: datetime) -> int:
    old = select(OutgoingCall.id).where(
        OutgoingCall.municipality_id == municipality_id,
        OutgoingCall.created_at < now - timedelta(days=retention.ledger_days),
        OutgoingCall.state.not_in(UNSETTLED),
        not_(exists().where(MessageRow.call_id == OutgoingCall.id)),
    )
    ids = session.scalars(old.order_by(OutgoingCall.id).limit(BATCH)).all()
    session.execute(delete(OutgoingCall).where(OutgoingCall.id.in_(ids)))
    return len(ids)


def _blank_turns(database: Database, municipality_id: str, retention: Retention, now: datetime) -> int:
    """Route and status stay for counting.

    Of the years that are blank already every row is looked at, so it is looked for while others write, and each row once.
    """
    total, after = 0, 0
    while True:
        old = select(TurnRow.id).where(
            TurnRow.id > after,
            TurnRow.municipality_id == municipality_id,
            TurnRow.at < now - timedelta(days=retention.ledger_days),
            or_(cast(TurnRow.trace, Text) != "{}", cast(TurnRow.entries, Text) != "[]"),
        )
        with database.reading() as session:
            ids = session.scalars(old.order_by(TurnRow.id).limit(BATCH)).all()
        if not ids:
            return total
        with database.transaction() as session:
            session.execute(update(TurnRow).where(TurnRow.id.in_(ids)).values(trace={}, entries=[]))
        total, after = total + len(ids), ids[-1]


def _drop_cases(session: Session, municipality_id: str, retention: Retention, now: datetime) -> int:
    return drop_closed(session, municipality_id, now - timedelta(days=retention.ledger_days), BATCH)


def _drop_callbacks(session: Session, municipality_id: str, retention: Retention, now: datetime) -> int:
    return drop_finished(session, municipality_id, now - timedelta(days=retention.callback_days), BATCH)


def _drop_changes(session: Session, municipality_id: str, _retention: Retention, now: datetime) -> int:
    return drop_changes(session, municipality_id, now - CHANGES, BATCH)


def _blank_states(session: Session, municipality_id: str, retention: Retention, now: datetime) -> int:
    """The last question, and what was asked for in the middle of something."""
    kind, question = Conversation.state["kind"].as_string(), Conversation.state[("last", "question")].as_string()
    ids = session.scalars(
        select(Conversation.id)
        .where(
            Conversation.municipality_id == municipality_id,
            Conversation.last_turn_at < now - timedelta(days=retention.state_days),
            or_(kind != Idle().kind, question.is_not(None)),
        )
        .order_by(Conversation.id)
        .limit(BATCH)
    ).all()
    session.execute(
        update(Conversation)
        .where(Conversation.id.in_(ids), Conversation.last_turn_at < now - timedelta(days=retention.state_days))
        .values(state=dump_state(Idle()), version=Conversation.version + 1)
    )
    return len(ids)


def _forget_people(session: Session, municipality_id: str, retention: Retention, now: datetime) -> int:
    """Who blocked us or was silent for long: the resident and the LINE id go, and what is left of the talk belongs to nobody."""
    condition = _is_over(municipality_id, retention, now)
    found = session.execute(select(Conversation.id, Conversation.resident_id).where(condition).order_by(Conversation.id).limit(BATCH)).all()
    # Asked again in the statement itself, so that somebody who writes at this moment is not forgotten.
    gone = session.scalars(
        update(Conversation)
        .where(Conversation.id.in_([row.id for row in found]), condition)
        .values(
            key=literal(FORGOTTEN) + cast(Conversation.id, String),
            resident_id=None,
            state=dump_state(Idle()),
            version=Conversation.version + 1,
        )
        .returning(Conversation.id),
        execution_options={"synchronize_session": False},
    ).all()
    forget_addresses(session, gone)
    drop_cases_of(session, gone)
    session.execute(update(Media).where(Media.conversation_id.in_(gone)).values(expires_at=now))
    residents = {row.id: row.resident_id for row in found}
    session.execute(delete(Resident).where(Resident.id.in_([residents[number] for number in gone if residents[number] is not None])))
    return len(found)


def _is_over(municipality_id: str, retention: Retention, now: datetime) -> ColumnElement[bool]:
    blocked = exists().where(Resident.id == Conversation.resident_id, Resident.blocked_at < now - timedelta(days=retention.blocked_days))
    silent = Conversation.last_turn_at < now - timedelta(days=retention.silent_days)
    return and_(
        Conversation.municipality_id == municipality_id,
        Conversation.key.not_like(FORGOTTEN + "%"),
        or_(blocked, silent),
        not_(exists().where(CallbackRequest.conversation_id == Conversation.id, CallbackRequest.state == CallbackState.OPEN)),
        not_(exists().where(Case.conversation_id == Conversation.id, Case.state.in_(OPEN_STATES))),
        not_(exists().where(OutgoingCall.conversation_id == Conversation.id, OutgoingCall.state.in_(UNSETTLED))),
        not_(exists().where(Application.resident_id == Conversation.resident_id, Application.state.in_(OPEN))),
        not_(
            exists().where(
                InboundEvent.municipality_id == Conversation.municipality_id,
                InboundEvent.conversation_key == Conversation.key,
                InboundEvent.state == EventState.WAITING,
            )
        ),
    )


PARTS: Mapping[str, Part] = {
    "events": _drop_events,
    "feedback": _drop_feedback,
    "messages": _drop_messages,
    "calls": _drop_calls,
    "callbacks": _drop_callbacks,
    "changes": _drop_changes,
    "cases": _drop_cases,
    "states": _blank_states,
    "procedures": lambda session, municipality_id, _retention, now: drop_over(session, municipality_id, now, BATCH),
    "people": _forget_people,
}
