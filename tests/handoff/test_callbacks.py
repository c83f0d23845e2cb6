"""Requests to be called back: in the order of what was promised, and of one municipality only."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.models import Conversation
from core.database import Database
from core.models import Municipality
from handoff.callbacks import finish, note, open_callback, reopen
from handoff.models import CallbackRequest, CallbackState
from handoff.queries import callback_in, callbacks, open_callback_count

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@pytest.fixture
def town(emptied: Database) -> Database:
    """Two municipalities with a conversation each."""
    with emptied.transaction() as session:
        for number, name in enumerate(("shiomi", "midori"), start=1):
            session.add(Municipality(id=name, name=name, created_at=NOW))
            session.flush()
            session.add(
                Conversation(id=number, municipality_id=name, key=name, kind="person", state={"kind": "idle"}, version=1, created_at=NOW)
            )
    return emptied


def opened(database: Database, *, municipality_id: str = "shiomi", hours: int = 0) -> int:
    with database.transaction() as session:
        request = open_callback(
            session,
            municipality_id=municipality_id,
            conversation_id=1 if municipality_id == "shiomi" else 2,
            department_id="citizens",
            phone="090-1234-5678",
            preferred_time="午前",
            topic="住民票",
            promised_from=NOW + timedelta(hours=hours),
            now=NOW,
        )
        session.flush()
        return request.id


def test_open_requests_come_by_the_time_that_was_promised(town: Database) -> None:
    late, early, soon = opened(town, hours=9), opened(town, hours=1), opened(town, hours=5)
    with town.reading() as session:
        assert [request.id for request in callbacks(session, "shiomi", CallbackState.OPEN)] == [early, soon, late]
        assert [request.id for request in callbacks(session, "shiomi", CallbackState.OPEN, limit=1)] == [early]
        assert open_callback_count(session, "shiomi") == 3


def test_one_municipality_never_sees_the_requests_of_another(town: Database) -> None:
    own, foreign = opened(town), opened(town, municipality_id="midori")
    with town.reading() as session:
        assert [request.id for request in callbacks(session, "shiomi", CallbackState.OPEN)] == [own]
        assert open_callback_count(session, "midori") == 1
        assert callback_in(session, "shiomi", own) is not None
        assert callback_in(session, "shiomi", foreign) is None
        assert callback_in(session, "shiomi", foreign + 1000) is None


def test_second_click_on_done_changes_nothing(town: Database) -> None:
    number = opened(town)
    with town.transaction() as session:
        request = session.get_one(CallbackRequest, number)
        finish(request, by="佐藤", now=NOW + timedelta(hours=1))
        finish(request, by="鈴木", now=NOW + timedelta(hours=2))
        note(request, "  話した。 ")
    with town.reading() as session:
        done = callbacks(session, "shiomi", CallbackState.DONE)
        assert [(row.id, row.done_by, row.done_at, row.note) for row in done] == [(number, "佐藤", NOW + timedelta(hours=1), "話した。")]
        assert open_callback_count(session, "shiomi") == 0


def test_finished_requests_come_the_latest_first_and_can_be_opened_again(town: Database) -> None:
    first, second = opened(town), opened(town)
    with town.transaction() as session:
        finish(session.get_one(CallbackRequest, first), by="佐藤", now=NOW + timedelta(hours=2))
        finish(session.get_one(CallbackRequest, second), by="佐藤", now=NOW + timedelta(hours=1))
    with town.transaction() as session:
        assert [request.id for request in callbacks(session, "shiomi", CallbackState.DONE)] == [first, second]
        reopen(session.get_one(CallbackRequest, first))
    with town.reading() as session:
        reopened = session.get_one(CallbackRequest, first)
        assert (reopened.state, reopened.done_at, reopened.done_by) == (CallbackState.OPEN, None, None)
