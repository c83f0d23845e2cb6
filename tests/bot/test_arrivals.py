"""What comes in large numbers is stored first and given to its conversations afterwards, each once and none forgotten."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from bot.arrivals import CHUNK, SORT_JOB, TURN_JOB, Sorting, has_arrivals, sort_arrivals
from bot.inbox import Inbox
from bot.line.inbound import RawEvent, read_event
from bot.models import EventState, InboundEvent
from core.database import Database
from core.embedded_queue import EmbeddedQueue
from core.encryption import Keyring
from core.models import JobRow, Municipality
from tests.bot.deliveries import event

CIPHER = Keyring("a secret of the tests").cipher("inbound events")
RESIDENTS = 7
MANY = CHUNK + 40


@pytest.fixture
def database(emptied: Database) -> Database:
    with emptied.transaction() as session:
        session.add(Municipality(id="shiomi", name="汐見市", created_at=datetime.now(UTC)))
    return emptied


@pytest.fixture
def queue(database: Database) -> EmbeddedQueue:
    return EmbeddedQueue(database)


@pytest.fixture
def inbox(database: Database, queue: EmbeddedQueue) -> Iterator[Inbox]:
    inbox = Inbox(database, queue, CIPHER)
    inbox.start()
    yield inbox
    inbox.stop()


def raw(number: int) -> RawEvent:
    return read_event(event(number, source={"type": "user", "userId": f"U{number % RESIDENTS}"}), b"the body", number, "shiomi")


def accept(inbox: Inbox, events: list[RawEvent]) -> None:
    asyncio.run(inbox.accept("shiomi", events))


def counted(database: Database, column: InstrumentedAttribute[str]) -> dict[str, int]:
    with database.reading() as session:
        return {value: count for value, count in session.execute(select(column, func.count()).group_by(column))}  # noqa: C416  # A Result is no pair.


def states(database: Database) -> dict[str, int]:
    return counted(database, InboundEvent.state)


def jobs(database: Database) -> dict[str, int]:
    return counted(database, JobRow.kind)


def test_many_are_stored_with_one_job_and_sorted_by_it(inbox: Inbox, database: Database, queue: EmbeddedQueue) -> None:
    accept(inbox, [raw(number) for number in range(MANY)])
    assert (states(database), jobs(database)) == ({EventState.ARRIVED: MANY}, {SORT_JOB: 1})
    Sorting(database, queue).run()
    assert states(database) == {EventState.WAITING: MANY}
    with database.reading() as session:
        assert len(set(session.scalars(select(JobRow.key).where(JobRow.kind == TURN_JOB)))) == RESIDENTS
    Sorting(database, queue).run()
    assert jobs(database)[TURN_JOB] == MANY


def test_what_belongs_to_nobody_is_not_sorted(inbox: Inbox, database: Database, queue: EmbeddedQueue) -> None:
    nobodys = [read_event(event(number, source=None), b"the body", number, "shiomi") for number in range(20)]
    accept(inbox, nobodys)
    Sorting(database, queue).run()
    assert (states(database), jobs(database)) == ({EventState.IGNORED: 20}, {SORT_JOB: 1})


def test_sorting_that_is_rolled_back_leaves_everything_for_the_next(inbox: Inbox, database: Database, queue: EmbeddedQueue) -> None:
    accept(inbox, [raw(number) for number in range(20)])

    def sort_in_vain() -> None:
        with database.transaction() as session:
            sort_arrivals(session, queue)
            raise OSError("the disk is full")

    with pytest.raises(OSError):
        sort_in_vain()
    with database.reading() as session:
        assert has_arrivals(session)
    assert TURN_JOB not in jobs(database)
    Sorting(database, queue).run()
    assert (states(database), jobs(database)[TURN_JOB]) == ({EventState.WAITING: 20}, 20)


def test_sort_job_runs_before_turns_that_wait(inbox: Inbox, database: Database, queue: EmbeddedQueue) -> None:
    accept(inbox, [raw(1)])
    accept(inbox, [raw(number) for number in range(2, 22)])
    with database.reading() as session:
        order = session.scalars(select(JobRow.kind).order_by(JobRow.priority.desc(), JobRow.id)).all()
    assert order == [SORT_JOB, TURN_JOB]
