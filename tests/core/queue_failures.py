"""What every queue must do about jobs that fail: trying again, dead letters, retries."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError

from core.database import Database
from core.errors import PackError, TemporaryError
from core.jobs import Job, JobKind, Queue
from core.models import Municipality
from tests.core.queue_bench import A_WHILE, Bench, QueueStage, job
from tests.patience import PATIENCE, soon


class KeepsFailures(QueueStage):
    """No failure loses a job or blocks its key for good."""

    def test_temporary_error_is_tried_again_until_it_passes(
        self, emptied: Database, queue: Queue, bench: Bench, enqueue: Callable[..., None]
    ) -> None:
        bench.fail("a", TemporaryError())
        enqueue(job("a", key="k"), job("next", key="k"))
        queue.start([bench.kind()], threads=1)
        soon(lambda: "next" in bench.ran, "the key goes on")
        assert bench.ran == ["a", "a", "next"]
        assert (bench.buried, self.letters(emptied, queue)) == ([], [])

    def test_temporary_error_ends_in_a_dead_letter_after_the_last_back_off(
        self, emptied: Database, queue: Queue, bench: Bench, enqueue: Callable[..., None]
    ) -> None:
        bench.fail("a", *[TemporaryError()] * 9)
        enqueue(job("a", key="k"), job("next", key="k"))
        queue.start([bench.kind(backoff=(timedelta(0), timedelta(milliseconds=10)))], threads=2)
        soon(lambda: "next" in bench.ran, "a dead job frees its key")
        assert bench.ran == ["a", "a", "a", "next"]
        assert bench.buried == ["a"]
        with emptied.reading() as session:
            letters = queue.dead_letters(session)
            assert "a" not in queue.waiting(session)
        assert [(letter.kind, letter.key, letter.attempts) for letter in letters] == [("work", "k", 3)]
        assert abs(letters[0].died_at - datetime.now(UTC)) < timedelta(seconds=PATIENCE)

    def test_back_off_is_kept(self, queue: Queue, bench: Bench, enqueue: Callable[..., None]) -> None:
        bench.fail("a", TemporaryError())
        queue.start([bench.kind(backoff=(timedelta(seconds=0.5),))], threads=1)
        started = time.monotonic()
        enqueue(job("a"))
        soon(lambda: len(bench.ran) == 2, "tried again")
        assert time.monotonic() - started >= 0.5

    def test_database_that_was_away_for_a_moment_kills_no_job(
        self, emptied: Database, queue: Queue, bench: Bench, enqueue: Callable[..., None]
    ) -> None:
        """A single lost connection used to make a dead letter of what was in hand: a question that nobody answered."""
        bench.fail("a", OperationalError("SELECT 1", None, Exception("the server closed the connection")))
        enqueue(job("a", key="k"), job("next", key="k"))
        queue.start([bench.kind()], threads=1)
        soon(lambda: "next" in bench.ran, "the key goes on")
        assert bench.ran == ["a", "a", "next"]
        assert (bench.buried, self.letters(emptied, queue)) == ([], [])

    def test_farewell_is_said_when_the_database_is_back(self, emptied: Database, queue: Queue, enqueue: Callable[..., None]) -> None:
        said = []

        def fail(_job: Job) -> None:
            raise ValueError

        def bury(_job: Job) -> None:
            said.append("tried")
            if len(said) == 1:
                raise OperationalError("SELECT 1", None, Exception("the server closed the connection"))

        enqueue(job("a"))
        queue.start([JobKind(name="work", run=fail, on_death=bury)], threads=1)
        soon(lambda: len(self.letters(emptied, queue)) == 1, "the letter is there")
        assert len(said) == 2

    @pytest.mark.parametrize("error", [ValueError("x"), PackError("x"), KeyError("x")], ids=lambda error: type(error).__name__)
    def test_other_errors_are_final_at_once(
        self, emptied: Database, queue: Queue, bench: Bench, enqueue: Callable[..., None], error: Exception
    ) -> None:
        bench.fail("a", error)
        enqueue(job("a", key="k"), job("next", key="k"))
        queue.start([bench.kind()], threads=1)
        soon(lambda: "next" in bench.ran, "the key goes on")
        assert bench.ran == ["a", "next"]
        assert bench.buried == ["a"]
        assert len(self.letters(emptied, queue)) == 1

    def test_letter_is_kept_when_the_farewell_fails_too(self, emptied: Database, queue: Queue, enqueue: Callable[..., None]) -> None:
        def fail(_job: Job) -> None:
            raise ValueError

        enqueue(job("a"))
        queue.start([JobKind(name="work", run=fail, on_death=fail)], threads=1)
        soon(lambda: len(self.letters(emptied, queue)) == 1, "the letter is there")

    def test_error_text_keeps_our_words_and_no_foreign_ones(
        self, emptied: Database, queue: Queue, bench: Bench, enqueue: Callable[..., None]
    ) -> None:
        """A foreign error's message may quote what a resident wrote."""
        bench.fail("foreign", ValueError("なにか秘密のこと"))
        bench.fail("ours", PackError("municipality.yaml: the id is missing"))
        enqueue(job("foreign"), job("ours"))
        queue.start([bench.kind()], threads=1)
        soon(lambda: len(self.letters(emptied, queue)) == 2, "both letters")
        ours, foreign = self.letters(emptied, queue)
        assert "the id is missing" in ours
        assert "ValueError" in foreign
        assert "秘密" not in foreign

    def test_dead_letters_are_listed_by_municipality_newest_first(
        self, emptied: Database, queue: Queue, bench: Bench, enqueue: Callable[..., None]
    ) -> None:
        with emptied.transaction() as session:
            session.add_all(Municipality(id=name, name=name, created_at=datetime.now(UTC)) for name in ("shiomi", "midori"))
        for name in ("1", "2", "3", "4"):
            bench.fail(name, ValueError())
        queue.start([bench.kind()], threads=1)
        enqueue(job("1", municipality_id="shiomi"), job("2", municipality_id="midori"), job("3", municipality_id="shiomi"), job("4"))
        soon(lambda: len(self.letters(emptied, queue)) == 4, "all are dead")
        with emptied.reading() as session:
            everything = queue.dead_letters(session)
            assert queue.dead(session) == len(everything) > 0
            own = queue.dead_letters(session, "shiomi")
            assert queue.dead_letters(session, "nowhere") == []
        assert [letter.municipality_id for letter in everything] == [None, "shiomi", "midori", "shiomi"]
        assert [letter.id for letter in own] == [letter.id for letter in everything if letter.municipality_id == "shiomi"]

    def test_retried_letter_gets_fresh_tries(self, emptied: Database, queue: Queue, bench: Bench, enqueue: Callable[..., None]) -> None:
        bench.fail("a", TemporaryError(), TemporaryError(), TemporaryError())
        queue.start([bench.kind()], threads=1)
        enqueue(job("a"))
        soon(lambda: bench.buried == ["a"], "it dies after two tries")
        soon(lambda: len(self.letters(emptied, queue)) == 1, "its letter is written")
        with emptied.transaction() as session:
            letter = queue.dead_letters(session)[0]
            assert queue.retry(session, letter.id)
            assert not queue.retry(session, letter.id), "it is no dead letter any more"
            assert not queue.retry(session, letter.id + 1000)
        soon(lambda: len(bench.ran) == 4, "the third and the fourth try")
        assert [j.attempt for j in bench.jobs] == [1, 2, 1, 2]
        assert self.letters(emptied, queue) == []

    def test_retry_that_is_rolled_back_leaves_the_letter(
        self, emptied: Database, queue: Queue, bench: Bench, enqueue: Callable[..., None]
    ) -> None:
        bench.fail("a", ValueError())
        queue.start([bench.kind()], threads=1)
        enqueue(job("a"))
        soon(lambda: len(self.letters(emptied, queue)) == 1, "dead")
        with suppress(ZeroDivisionError), emptied.transaction() as session:
            assert queue.retry(session, queue.dead_letters(session)[0].id)
            raise ZeroDivisionError
        time.sleep(A_WHILE)
        assert bench.ran == ["a"]
        assert len(self.letters(emptied, queue)) == 1

    def test_retried_letter_does_not_run_beside_a_later_job_of_its_key(
        self, emptied: Database, queue: Queue, bench: Bench, enqueue: Callable[..., None]
    ) -> None:
        """Both used to run at the same time."""
        bench.fail("dead", ValueError())
        gate = bench.hold("later")
        queue.start([bench.kind()], threads=2)
        enqueue(job("dead", key="k"), job("later", key="k"))
        soon(lambda: bench.ran == ["dead", "later"], "the later one is in hand")
        with emptied.transaction() as session:
            assert queue.retry(session, queue.dead_letters(session)[0].id)
        time.sleep(A_WHILE)
        assert bench.ran == ["dead", "later"]
        gate.set()
        soon(lambda: bench.ran == ["dead", "later", "dead"], "then it is tried again")
        assert bench.most_in_hand == {"k": 1}
