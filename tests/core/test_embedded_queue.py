"""The embedded queue keeps the contract, and what is its own."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.orm import Session

from core import embedded_queue
from core.database import Database
from core.embedded_queue import EmbeddedQueue, describe
from core.errors import PackError
from core.jobs import NewJob
from tests.core.queue_bench import Bench, job
from tests.core.queue_contract import QueueContract
from tests.patience import PATIENCE, soon


@pytest.fixture
def make_queue(emptied: Database) -> Iterator[Callable[[], EmbeddedQueue]]:
    made: list[EmbeddedQueue] = []

    def make() -> EmbeddedQueue:
        made.append(EmbeddedQueue(emptied))
        return made[-1]

    yield make
    for queue in made:
        assert queue.stop(PATIENCE)


class TestEmbeddedQueue(QueueContract):
    """On SQLite and on PostgreSQL."""

    @pytest.fixture
    def make_queue(self, make_queue: Callable[[], EmbeddedQueue]) -> Callable[[], EmbeddedQueue]:
        return make_queue


def test_job_of_an_unknown_kind_is_left_for_a_process_that_knows_it(emptied: Database, make_queue: Callable[[], EmbeddedQueue]) -> None:
    bench, queue = Bench(), make_queue()
    with emptied.transaction() as session:
        queue.enqueue(session, NewJob(kind="of a newer version"), job("known"))
    queue.start([bench.kind()], threads=1)
    soon(lambda: bench.ran == ["known"], "the known one runs")
    queue.stop(PATIENCE)
    with emptied.reading() as session:
        assert queue.waiting(session) == {"of a newer version": 1}
        assert queue.dead_letters(session) == []


class AbsentAtFirst(Database):
    """A database that is away when it is first written to, as after a restart of the server."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.is_away = False
        self.refused = 0

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        if self.is_away:
            self.refused += 1
            raise OSError("the server is away")
        with super().transaction() as session:
            yield session


def test_workers_outlive_a_database_that_is_away(shared_database: Database, emptied: Database) -> None:
    away = AbsentAtFirst(shared_database.url)
    bench, queue = Bench(), EmbeddedQueue(away)
    bench.fail("dying", ValueError())
    gate = bench.hold("dying")
    queue.start([bench.kind()], threads=1)
    with emptied.transaction() as session:
        queue.enqueue(session, job("dying"), job("next"))
    soon(lambda: bench.ran == ["dying"], "the first is in hand")
    away.is_away = True
    gate.set()
    soon(lambda: away.refused >= 1, "its end can't be written")
    away.is_away = False
    soon(lambda: bench.ran == ["dying", "next"], "the worker goes on")
    queue.stop(PATIENCE)
    with emptied.reading() as session:
        assert [letter.attempts for letter in queue.dead_letters(session)] == [1]
    away.close()


def test_idle_workers_wake_at_once_for_a_job_of_their_own_process(
    emptied: Database, make_queue: Callable[[], EmbeddedQueue], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded_queue, "POLL_SECONDS", 10 * PATIENCE)
    bench, queue = Bench(), make_queue()
    queue.start([bench.kind()], threads=1)
    for number in range(5):
        time.sleep(0.02)
        with emptied.transaction() as session:
            queue.enqueue(session, job(f"{number}"))
        soon(lambda count=number + 1: len(bench.ran) == count, "no faster than polling")  # type: ignore[misc]  # a default binds it


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (PackError("a.yaml: id is missing"), "PackError: a.yaml: id is missing"),
        (ValueError("resident's words"), "ValueError"),
    ],
)
def test_error_that_was_never_raised_is_described_without_a_place(error: Exception, expected: str) -> None:
    assert describe(error) == expected


def test_description_names_the_place() -> None:
    with pytest.raises(ValueError) as raised:
        raise ValueError("resident's words")
    assert describe(raised.value).startswith("ValueError at core/test_embedded_queue.py:")
    assert "words" not in describe(raised.value)
