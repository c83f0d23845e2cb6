"""Reading what a turn is decided from. These reads run for every message, so each is built once and brings no rows that are changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from bot.models import Conversation, Direction, EventState, InboundEvent, MessageRow, Resident, TurnRow
from bot.outcome import CaseInHand
from core.statements import Prepared
from handoff.desk_models import EmergencyMessage
from handoff.models import Case, CaseState

WAITING_READ = 60
"""More than one turn could ever join; the rest is read by the next turn."""
WORDS_REMEMBERED = 6
"""By so many earlier messages we see which language somebody writes in."""

EVENT, TALK, RESIDENT = (cast(Table, model.__table__).c for model in (InboundEvent, Conversation, Resident))
CASE, MESSAGE, TURN, EMERGENCY = (cast(Table, model.__table__).c for model in (Case, MessageRow, TurnRow, EmergencyMessage))

_EVENTS = select(EVENT.id, EVENT.municipality_id, EVENT.occurred_at, EVENT.received_at, EVENT.payload, EVENT.state).order_by(
    EVENT.occurred_at, EVENT.id
)
WAITING = Prepared(
    _EVENTS.where(
        EVENT.municipality_id == bindparam("municipality"),
        EVENT.conversation_key == bindparam("key"),
        EVENT.state == EventState.WAITING,
    ).limit(WAITING_READ)
)
OF_TURN = Prepared(_EVENTS.where(EVENT.turn_id == bindparam("turn"), EVENT.state == EventState.FAILED))
TURN_ID = Prepared(select(TURN.id).where(TURN.uid == bindparam("uid")))
TALK_BY_KEY = Prepared(
    select(
        TALK.id,
        TALK.version,
        TALK.owner,
        TALK.fencing_token,
        TALK.state,
        TALK.last_occurred_at,
        TALK.crisis_at,
        TALK.introduced_at,
        TALK.resident_id,
        RESIDENT.language,
        RESIDENT.blocked_at,
        CASE.id.label("case_id"),
        CASE.state.label("case_state"),
        CASE.promised_at,
    )
    .select_from(Conversation)
    .outerjoin(Resident, RESIDENT.id == TALK.resident_id)
    .outerjoin(Case, (CASE.conversation_id == TALK.id) & (CASE.state != CaseState.CLOSED))
    .where(TALK.municipality_id == bindparam("municipality"), TALK.key == bindparam("key"))
)
WORDS = Prepared(
    select(MESSAGE.text)
    .where(MESSAGE.conversation_id == bindparam("talk"), MESSAGE.direction == Direction.INBOUND, MESSAGE.kind == "text")
    .order_by(MESSAGE.id.desc())
    .limit(WORDS_REMEMBERED)
)
OPEN_CASE = Prepared(select(CASE.id).where(CASE.conversation_id == bindparam("talk"), CASE.state != CaseState.CLOSED))
EMERGENCY_TEXTS = Prepared(
    select(EMERGENCY.texts)
    .where(EMERGENCY.municipality_id == bindparam("municipality"), EMERGENCY.ended_at.is_(None))
    .order_by(EMERGENCY.id.desc())
    .limit(1)
)


class StoredEvent(NamedTuple):
    """An event as it was stored; its payload is encrypted, and None once it was blanked."""

    id: int
    municipality_id: str
    occurred_at: int
    received_at: int
    payload: bytes | None
    state: str


@dataclass(frozen=True, kw_only=True)
class Talk:
    """A conversation with its resident and its open case, as they were before the turn."""

    id: int
    version: int
    owner: str
    fencing_token: int
    state: dict[str, Any]  # Any: JSON; bot/states.py reads it.
    last_occurred_at: int
    crisis_at: datetime | None
    introduced_at: datetime | None
    resident_id: int | None
    """None in a group."""
    language: str | None
    blocked_at: datetime | None
    case: CaseInHand | None


def waiting_events(session: Session, municipality_id: str, key: str) -> Sequence[StoredEvent]:
    """What a conversation still waits for an answer to, the smallest timestamp first."""
    return _events(session, WAITING, {"municipality": municipality_id, "key": key})


def events_of_failed_turn(session: Session, turn_uid: str) -> Sequence[StoredEvent]:
    """The events of a turn that ended in an apology, for an operator's retry."""
    turn_id = TURN_ID.scalar(session, {"uid": turn_uid})
    return _events(session, OF_TURN, {"turn": turn_id}) if turn_id is not None else ()


def talk_by_key(session: Session, municipality_id: str, key: str) -> Talk | None:
    row = TALK_BY_KEY.first(session, {"municipality": municipality_id, "key": key})
    return _talk(row) if row is not None else None


def has_open_case(session: Session, talk_id: int) -> bool:
    return OPEN_CASE.scalar(session, {"talk": talk_id}) is not None


def words_before(session: Session, talk: Talk) -> tuple[str, ...]:
    """The last texts that were written in a conversation, the newest first."""
    return tuple(row.text for row in WORDS.all(session, {"talk": talk.id}))


def emergency_texts(session: Session, municipality_id: str) -> Mapping[str, str]:
    """By language, of the newest emergency that nobody has ended; nothing on other days."""
    return EMERGENCY_TEXTS.scalar(session, {"municipality": municipality_id}) or {}


def _events(session: Session, statement: Prepared, values: Mapping[str, object]) -> Sequence[StoredEvent]:
    return [StoredEvent(*row) for row in statement.all(session, values)]


def _talk(row: Any) -> Talk:  # Any: a row of `TALK_BY_KEY`.
    case = None
    if row.case_id is not None:
        case = CaseInHand(id=row.case_id, state=CaseState(row.case_state), promised_at=row.promised_at)
    return Talk(
        id=row.id,
        version=row.version,
        owner=row.owner,
        fencing_token=row.fencing_token,
        state=row.state,
        last_occurred_at=row.last_occurred_at,
        crisis_at=row.crisis_at,
        introduced_at=row.introduced_at,
        resident_id=row.resident_id,
        language=row.language,
        blocked_at=row.blocked_at,
        case=case,
    )
