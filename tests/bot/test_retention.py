"""Everything goes when its municipality's time is over, nothing that still waits, and who comes back is new."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot import retention as module
from bot.line.models import LineAddress
from bot.models import (
    CallState,
    Conversation,
    ConversationKind,
    Direction,
    EventState,
    InboundEvent,
    MessageRow,
    OutgoingCall,
    Resident,
    TurnRow,
)
from bot.preparing import ensure_municipality
from bot.retention import drop_old
from bot.states import AskedForTime, Idle, LastAnswer, dump_state
from core.clock import to_milliseconds
from core.database import Base, Database
from core.models import Municipality
from core.pack import Retention
from core.pack_loading import load_pack
from handoff.models import CallbackRequest, CallbackState
from tests.databases import KINDS, migrated_database_url
from tests.scenario_runner import settle, texts_in
from tests.town import MUNICIPALITY, Town

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
KEPT = Retention(raw_event_days=10, ledger_days=40, state_days=5, callback_days=20, blocked_days=15, silent_days=60)
REMEMBERING = Idle(last=LastAnswer(question="犬の登録", entries=("dog",)))


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


@pytest.fixture
def town(emptied: Database) -> Database:
    with emptied.transaction() as session:
        session.add_all([Municipality(id=name, name=name, created_at=NOW) for name in ("shiomi", "midori")])
    return emptied


def add(database: Database, *rows: Base) -> None:
    with database.transaction() as session:
        for row in rows:
            session.add(row)
            session.flush()


def add_person(
    database: Database, number: int, *, silent: float, blocked: float | None = None, state: Any = REMEMBERING, municipality: str = "shiomi"
) -> None:
    """`silent`, `blocked`: days. Any: a state of a conversation."""
    add(
        database,
        Resident(
            id=number, municipality_id=municipality, created_at=days_ago(999), blocked_at=None if blocked is None else days_ago(blocked)
        ),
        Conversation(
            id=number,
            municipality_id=municipality,
            key=f"key{number}",
            kind=ConversationKind.PERSON,
            resident_id=number,
            state=dump_state(state),
            version=3,
            last_turn_at=days_ago(silent),
            created_at=days_ago(999),
        ),
        LineAddress(conversation_id=number, municipality_id=municipality, line_id=f"U{number}"),
    )


def call_of(number: int, state: CallState, *, age: float) -> OutgoingCall:
    return OutgoingCall(
        id=number, municipality_id="shiomi", conversation_id=1, body=[], state=state, retry_key="x", created_at=days_ago(age)
    )


def message_of(number: int, *, age: float, call: int | None = None) -> MessageRow:
    return MessageRow(
        id=number,
        municipality_id="shiomi",
        conversation_id=1,
        call_id=call,
        direction=Direction.OUTBOUND,
        kind="text",
        text="x",
        at=days_ago(age),
    )


def event_of(number: int, state: EventState, *, age: float, key: str = "key1") -> InboundEvent:
    return InboundEvent(
        id=number,
        municipality_id="shiomi",
        webhook_event_id=str(number),
        conversation_key=key,
        kind="message",
        occurred_at=0,
        received_at=to_milliseconds(days_ago(age)),
        state=state,
    )


def turn_of(number: int, age: float, conversation: int = 1) -> TurnRow:
    return TurnRow(
        id=number,
        uid=str(number),
        municipality_id="shiomi",
        conversation_id=conversation,
        route="answer",
        entries=[{"entry": "dog"}],
        trace={"normalised": "犬"},
        milliseconds=1.0,
        at=days_ago(age),
    )


def request_of(number: int, state: CallbackState, *, done: float | None = None, conversation: int = 1) -> CallbackRequest:
    return CallbackRequest(
        id=number,
        municipality_id="shiomi",
        conversation_id=conversation,
        phone="090-1234-5678",
        preferred_time="午前",
        topic="住民票",
        state=state,
        promised_from=days_ago(900),
        created_at=days_ago(900),
        done_at=None if done is None else days_ago(done),
    )


def ids(database: Database, table: Any) -> Sequence[int]:  # Any: a mapped class.
    column = table.conversation_id if table is LineAddress else table.id
    with database.reading() as session:
        return session.scalars(select(column).order_by(column)).all()


def test_old_events_go_but_none_that_waits(town: Database) -> None:
    add(
        town,
        event_of(1, EventState.HANDLED, age=11),
        event_of(2, EventState.HANDLED, age=9),
        event_of(3, EventState.WAITING, age=11),
        event_of(4, EventState.IGNORED, age=11),
    )
    drop_old(town, "shiomi", KEPT, NOW)
    assert ids(town, InboundEvent) == [2, 3]


def test_old_ledger_goes_but_no_message_that_is_not_sent(town: Database) -> None:
    add_person(town, 1, silent=1)
    add(town, call_of(1, CallState.SENT, age=41), call_of(2, CallState.READY, age=41), call_of(3, CallState.SENDING, age=41))
    add(town, call_of(4, CallState.UNKNOWN, age=41), call_of(5, CallState.SENT, age=39))
    add(town, *(message_of(number, age=39 if number == 5 else 41, call=number) for number in range(1, 6)), message_of(6, age=41))
    drop_old(town, "shiomi", KEPT, NOW)
    assert ids(town, OutgoingCall) == [2, 3, 5]
    assert ids(town, MessageRow) == [2, 3, 5]


def test_old_turn_is_blanked_and_stays_for_counting(town: Database) -> None:
    add_person(town, 1, silent=1)
    add(town, turn_of(1, age=41), turn_of(2, age=39))
    removed = drop_old(town, "shiomi", KEPT, NOW)
    assert removed["turns"] == 1
    with town.reading() as session:
        old, young = session.get_one(TurnRow, 1), session.get_one(TurnRow, 2)
        assert (old.route, old.trace, old.entries) == ("answer", {}, [])
        assert (young.trace, young.entries) == ({"normalised": "犬"}, [{"entry": "dog"}])
    assert drop_old(town, "shiomi", KEPT, NOW)["turns"] == 0


def test_finished_call_back_goes_and_an_open_one_never(town: Database) -> None:
    add_person(town, 1, silent=1)
    add(
        town,
        request_of(1, CallbackState.DONE, done=21),
        request_of(2, CallbackState.DONE, done=19),
        request_of(3, CallbackState.OPEN),
    )
    drop_old(town, "shiomi", KEPT, NOW)
    assert ids(town, CallbackRequest) == [2, 3]


def test_what_a_silent_talk_remembers_is_blanked(town: Database) -> None:
    half = AskedForTime(phone="090-1234-5678", topic="住民票")
    add_person(town, 1, silent=6)
    add_person(town, 2, silent=4)
    add_person(town, 3, silent=6, state=half)
    add_person(town, 4, silent=4, state=half)
    add_person(town, 5, silent=6, state=Idle())
    assert drop_old(town, "shiomi", KEPT, NOW)["states"] == 2
    with town.reading() as session:
        states = {row.id: row.state for row in session.scalars(select(Conversation))}
    assert states == {number: dump_state(state) for number, state in enumerate([Idle(), REMEMBERING, Idle(), half, Idle()], start=1)}
    assert ids(town, Resident) == [1, 2, 3, 4, 5]


def test_who_blocked_us_or_was_silent_for_long_is_forgotten(town: Database) -> None:
    add_person(town, 1, silent=16, blocked=16)
    add_person(town, 2, silent=14, blocked=14)
    add_person(town, 3, silent=61)
    add_person(town, 4, silent=59)
    add_person(town, 5, silent=61, municipality="midori")
    assert drop_old(town, "shiomi", KEPT, NOW)["people"] == 2
    assert ids(town, Resident) == [2, 4, 5]
    assert ids(town, LineAddress) == [2, 4, 5]
    with town.reading() as session:
        gone = session.get_one(Conversation, 1)
        assert (gone.key, gone.resident_id, gone.state, gone.version) == ("forgotten:1", None, dump_state(Idle()), 5)
    assert drop_old(town, "shiomi", KEPT, NOW)["people"] == 0


def test_silent_group_is_forgotten(town: Database) -> None:
    add_person(town, 1, silent=61)
    with town.transaction() as session:
        session.get_one(Conversation, 1).resident_id = None
    drop_old(town, "shiomi", KEPT, NOW)
    assert ids(town, LineAddress) == []


@pytest.mark.parametrize(
    "waiting",
    [
        request_of(1, CallbackState.OPEN),
        call_of(1, CallState.READY, age=1),
        call_of(1, CallState.SENDING, age=100),
        event_of(1, EventState.WAITING, age=1),
    ],
    ids=["open call-back", "ready call", "call that is being sent", "event"],
)
def test_nobody_is_forgotten_for_whom_something_waits(town: Database, waiting: Any) -> None:  # Any: a row.
    values = {column.name: getattr(waiting, column.name) for column in type(waiting).__table__.columns}
    add_person(town, 1, silent=900, blocked=900)
    add_person(town, 2, silent=900, blocked=900)
    add(town, type(waiting)(**{name: value for name, value in values.items() if value is not None}))
    drop_old(town, "shiomi", KEPT, NOW)
    assert ids(town, Resident) == [1]
    assert ids(town, LineAddress) == [1]
    assert ids(town, type(waiting)) == [1]


def test_all_batches_are_taken(town: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 3)
    for number in range(1, 11):
        add_person(town, number, silent=61)
        add(town, event_of(number, EventState.HANDLED, age=11), request_of(number, CallbackState.DONE, done=21, conversation=number))
        add(town, turn_of(number, age=41, conversation=number))
    removed = drop_old(town, "shiomi", KEPT, NOW)
    assert (removed["events"], removed["callbacks"], removed["people"], removed["states"], removed["turns"]) == (10, 10, 10, 10, 10)
    with town.reading() as session:
        assert session.scalar(select(func.count()).select_from(Resident)) == 0


def test_defaults_keep_the_ledger_at_least_as_long_as_the_resident() -> None:
    assert Retention().silent_days >= Retention().ledger_days


@pytest.fixture(params=KINDS)
def living_town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    """The real bot; what is said here needs no search."""
    with migrated_database_url(request.param, tmp_path) as url:
        database = Database(url)
        with database.transaction() as session:
            ensure_municipality(session, load_pack(MUNICIPALITY))
        nothing: Any = None  # Any: stands for a search that nobody asks.
        town = Town(database, nothing)
        yield town
        town.stop()
        database.close()


def test_who_comes_back_is_simply_new(living_town: Town) -> None:
    """From the webhook inwards: after being forgotten the same LINE account is a new resident, and is greeted like any other."""
    phone = living_town.phone("佐藤 はな")
    phone.say("English")
    settle(living_town)
    phone.block()
    settle(living_town)
    kept = load_pack(MUNICIPALITY).municipality.retention
    living_town.clock.offset += timedelta(days=kept.blocked_days + 1)
    drop_old(living_town.database, MUNICIPALITY, kept, living_town.clock())
    assert ids(living_town.database, Resident) == []
    assert ids(living_town.database, LineAddress) == []
    phone.unblock()
    settle(living_town)
    phone.say("こんにちは")
    settle(living_town)
    with living_town.database.reading() as session:
        (resident,) = session.scalars(select(Resident)).all()
        assert (resident.language, resident.is_friend, resident.blocked_at) == (None, True, None)
        conversations = session.scalars(select(Conversation).order_by(Conversation.id)).all()
        assert [row.resident_id for row in conversations] == [None, resident.id]
        assert len(session.scalars(select(LineAddress)).all()) == 1
    assert any("こんにちは。汐見市の案内ボットです" in text for item in phone.chat.since() for text in texts_in(item.message))
