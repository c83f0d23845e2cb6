"""Prepared statements write and read as SQLAlchemy does, with its errors, in the session's transaction."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import cast

import pytest
from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.exc import IntegrityError

from core.database import Database
from core.models import JobRow, JobState, Municipality
from core.statements import Prepared, prepared_insert

MUNICIPALITIES, JOBS = (cast(Table, model.__table__) for model in (Municipality, JobRow))
ADD = prepared_insert(MUNICIPALITIES, "id", "name", "created_at")
ADD_JOB = prepared_insert(JOBS, "kind", "payload", "run_at", "created_at", returning="id")
NAMES = Prepared(select(MUNICIPALITIES.c.id, MUNICIPALITIES.c.name, MUNICIPALITIES.c.created_at).order_by(MUNICIPALITIES.c.id))
RENAME = Prepared(update(MUNICIPALITIES).where(MUNICIPALITIES.c.id == bindparam("one")).values(name=bindparam("new")))
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=timezone(timedelta(hours=9)))


def add(database: Database, *ids: str) -> None:
    with database.transaction() as session:
        ADD.run_for_each(session, [{"id": one, "name": f"{one}市", "created_at": NOON} for one in ids])


def test_values_are_written_and_read_as_by_sqlalchemy(emptied: Database) -> None:
    add(emptied, "shiomi")
    with emptied.transaction() as session:
        row = NAMES.first(session)
        assert (row.name, row.created_at) == ("shiomi市", NOON)
        assert row.created_at.tzinfo is UTC
        assert session.get_one(Municipality, "shiomi").created_at == NOON
        job_id = ADD_JOB.scalar(session, {"kind": "turn", "payload": {"言葉": [1, None]}, "run_at": 1, "created_at": 1})
        job = session.get_one(JobRow, job_id)
        assert (job.payload, job.state, job.priority, job.key) == ({"言葉": [1, None]}, JobState.READY, 0, None)


def test_rows_come_in_order_and_none_where_there_is_none(emptied: Database) -> None:
    with emptied.reading() as session:
        assert NAMES.all(session) == []
        assert NAMES.first(session) is NAMES.scalar(session) is None
    add(emptied, "shiomi", "kita")
    with emptied.reading() as session:
        assert [row.id for row in NAMES.all(session)] == ["kita", "shiomi"]
        assert NAMES.scalar(session) == "kita"


def test_what_is_written_tells_how_many_rows_and_is_rolled_back_with_its_transaction(emptied: Database) -> None:
    add(emptied, "shiomi")
    with suppress(ZeroDivisionError), emptied.transaction() as session:
        assert RENAME.run(session, {"one": "shiomi", "new": "新市"}) == 1
        assert RENAME.run(session, {"one": "nowhere", "new": "新市"}) == 0
        assert NAMES.first(session).name == "新市"
        raise ZeroDivisionError
    with emptied.reading() as session:
        assert NAMES.first(session).name == "shiomi市"


def test_errors_are_those_of_sqlalchemy(emptied: Database) -> None:
    add(emptied, "shiomi")
    with pytest.raises(IntegrityError):
        add(emptied, "shiomi")


def test_value_that_was_forgotten_is_refused(emptied: Database) -> None:
    with emptied.transaction() as session, pytest.raises(KeyError, match="new is missing"):
        RENAME.run(session, {"one": "shiomi"})


def test_list_of_changing_length_is_refused(emptied: Database) -> None:
    some = Prepared(select(MUNICIPALITIES.c.id).where(MUNICIPALITIES.c.id.in_(["shiomi", "kita"])))
    with emptied.reading() as session, pytest.raises(TypeError, match="changing length"):
        some.all(session)


def test_default_that_is_computed_must_be_given() -> None:
    from bot.models import Conversation

    with pytest.raises(TypeError, match="spare_tokens"):
        prepared_insert(cast(Table, Conversation.__table__), "municipality_id")
