"""Deliveries that come together are committed together, and each event is stored once."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.arrivals import has_arrivals
from bot.inbox import AT_ONCE, Inbox
from bot.line.inbound import RawEvent, read_event
from bot.models import EventState, InboundEvent
from core.database import Database
from core.embedded_queue import EmbeddedQueue
from core.encryption import Keyring
from core.models import JobRow, Municipality
from tests.bot.deliveries import event
from tests.patience import PATIENCE

CIPHER = Keyring("a secret of the tests").cipher("inbound events")
DELIVERIES = 60


class Counting(Database):
    """Counts commits, and fails when told to."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.commits = 0
        self.failures = 0

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with super().transaction() as session, self._counted():
            yield session

    @contextmanager
    def transaction_at_once(self) -> Iterator[Session]:
        with super().transaction_at_once() as session, self._counted():
            yield session

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self.commits += 1
        yield
        if self.failures:
            self.failures -= 1
            raise OSError("the disk is full")


@pytest.fixture
def database(emptied: Database) -> Iterator[Counting]:
    with emptied.transaction() as session:
        session.add(Municipality(id="shiomi", name="汐見市", created_at=datetime.now(UTC)))
    counting = Counting(emptied.url)
    yield counting
    counting.close()


@pytest.fixture
def inbox(database: Counting) -> Iterator[Inbox]:
    """Not started."""
    inbox = Inbox(database, EmbeddedQueue(database), CIPHER)
    yield inbox
    inbox.stop()


def raw(number: int, **more: object) -> RawEvent:
    return read_event(event(number, **more), b"the body", number, "shiomi")


def counts(database: Database) -> tuple[int, int]:
    """Events and jobs."""
    with database.reading() as session:
        events, jobs = (session.scalar(select(func.count()).select_from(table)) or 0 for table in (InboundEvent, JobRow))
        return events, jobs


async def accept_all(inbox: Inbox, deliveries: list[list[RawEvent]]) -> list[BaseException | None]:
    """Hands everything over before the writer begins."""
    waiting = [asyncio.ensure_future(inbox.accept("shiomi", events)) for events in deliveries]
    await asyncio.sleep(0.05)
    inbox.start()
    return await asyncio.gather(*waiting, return_exceptions=True)


def test_deliveries_that_wait_together_share_a_commit(inbox: Inbox, database: Counting) -> None:
    assert asyncio.run(accept_all(inbox, [[raw(number)] for number in range(DELIVERIES)])) == [None] * DELIVERIES
    assert database.commits == 1
    assert counts(database) == (DELIVERIES, 1)


def test_few_that_come_together_get_their_turns_in_the_same_commit(inbox: Inbox, database: Counting) -> None:
    asyncio.run(accept_all(inbox, [[raw(number)] for number in range(AT_ONCE)]))
    assert counts(database) == (AT_ONCE, AT_ONCE)
    with database.reading() as session:
        assert not has_arrivals(session)


def test_event_in_several_deliveries_is_stored_once_and_all_hear_that_it_is(inbox: Inbox, database: Counting) -> None:
    deliveries = [[raw(number % 5), raw(5 + number % 3)] for number in range(DELIVERIES)]
    assert asyncio.run(accept_all(inbox, deliveries)) == [None] * DELIVERIES
    assert counts(database) == (8, 1)

    async def again() -> None:
        await inbox.accept("shiomi", [raw(0), raw(99)])

    asyncio.run(again())
    assert counts(database) == (9, 2)


def test_events_that_meet_another_writer_are_stored_after_it(inbox: Inbox, database: Counting) -> None:
    """The event loop does not wait for a long import; the thread does."""
    inbox.start()

    async def accept_during_a_transaction() -> None:
        with Database.transaction(database):
            accepted = asyncio.ensure_future(inbox.accept("shiomi", [raw(1)]))
            await asyncio.sleep(0.1)
            if database.is_sqlite:
                assert not accepted.done()
            else:  # PostgreSQL lets both write.
                await asyncio.wait_for(accepted, PATIENCE)
        await asyncio.wait_for(accepted, PATIENCE)

    asyncio.run(asyncio.wait_for(accept_during_a_transaction(), 2 * PATIENCE))
    assert counts(database) == (1, 1)


def test_accepted_means_durable(inbox: Inbox, database: Counting) -> None:
    inbox.start()

    async def accept() -> tuple[int, int]:
        await inbox.accept("shiomi", [raw(1)])
        return counts(database)

    assert asyncio.run(accept()) == (1, 1)


def test_failed_commit_reaches_every_delivery_and_stores_nothing(inbox: Inbox, database: Counting) -> None:
    database.failures = 1
    results = asyncio.run(accept_all(inbox, [[raw(number)] for number in range(3)]))
    assert [type(result) for result in results] == [OSError] * 3
    assert counts(database) == (0, 0)

    async def deliver_again() -> None:
        await inbox.accept("shiomi", [raw(number) for number in range(3)])

    asyncio.run(deliver_again())
    assert counts(database) == (3, 3)


def test_request_that_was_given_up_does_not_disturb_the_others(inbox: Inbox, database: Counting) -> None:
    async def give_up() -> None:
        lost = asyncio.ensure_future(inbox.accept("shiomi", [raw(1)]))
        kept = asyncio.ensure_future(inbox.accept("shiomi", [raw(2)]))
        await asyncio.sleep(0.01)
        lost.cancel()
        inbox.start()
        await asyncio.wait_for(kept, PATIENCE)

    asyncio.run(give_up())
    assert counts(database) == (2, 2)


@pytest.mark.parametrize(
    ("source", "state", "jobs"),
    [
        ({"type": "user", "userId": "U1"}, EventState.WAITING, 1),
        ({"type": "group", "groupId": "C1"}, EventState.WAITING, 1),
        ({"type": "room", "roomId": "R1"}, EventState.WAITING, 1),
        ({}, EventState.IGNORED, 0),
        (None, EventState.IGNORED, 0),
        ({"type": "user", "userId": ""}, EventState.IGNORED, 0),
    ],
)
def test_event_without_a_source_waits_for_nobody(inbox: Inbox, database: Counting, source: object, state: EventState, jobs: int) -> None:
    asyncio.run(accept_all(inbox, [[raw(1, source=source)]]))
    with database.reading() as session:
        row = session.scalars(select(InboundEvent)).one()
    assert row.state == state
    assert counts(database) == (1, jobs)


def test_events_of_a_group_share_a_talk_whoever_speaks() -> None:
    keys = {raw(n, source={"type": "group", "groupId": "C1", "userId": f"U{n}"}).conversation_key for n in range(3)}
    assert len(keys) == 1
    assert raw(1, source={"type": "user", "userId": "U1"}).conversation_key not in keys


def test_stopping_writes_what_was_handed_over(inbox: Inbox, database: Counting) -> None:
    async def hand_over() -> None:
        waiting = [asyncio.ensure_future(inbox.accept("shiomi", [raw(number)])) for number in range(5)]
        await asyncio.sleep(0.01)
        inbox.start()
        await asyncio.to_thread(inbox.stop)
        await asyncio.gather(*waiting)

    asyncio.run(hand_over())
    assert counts(database) == (5, 5)
