"""What every queue must do when a job hands over to the next one within its own transaction."""

import threading
from collections.abc import Callable
from contextlib import suppress

from core.database import Database
from core.errors import TemporaryError
from core.jobs import Job, JobKind, NewJob, Queue
from tests.core.queue_bench import AT_ONCE, PATIENCE, Bench, MakeQueue, QueueStage, job
from tests.patience import soon


class KeepsGoing(QueueStage):
    """A job that ends in the transaction that it writes, with another one in its worker's hands."""

    def handing_over(self, database: Database, queue: Queue, following: NewJob, then: Callable[[], None] = lambda: None) -> JobKind:
        """A kind that goes on with `following`, or enqueues it where something else goes first."""

        def run(own: Job) -> None:
            with suppress(ZeroDivisionError), database.transaction() as session:
                if queue.go_on(session, own, following) is None:
                    queue.enqueue(session, following)
                then()

        return JobKind(name="begin", run=run)

    def test_worker_goes_on_with_what_its_job_hands_over(self, emptied: Database, queue: Queue, bench: Bench) -> None:
        with emptied.transaction() as session:
            queue.enqueue(session, NewJob(kind="begin", key="a"), job("waits", priority=10, key="z"))
            queue.enqueue(session, NewJob(kind="begin", key="b"))
        queue.start([self.handing_over(emptied, queue, job("follows", key="k")), bench.kind()], threads=1)
        soon(lambda: len(bench.ran) == 3, "all run")
        assert bench.ran == ["waits", "follows", "follows"]
        assert bench.jobs[1].attempt == 1

        def waiting() -> int:
            with emptied.reading() as session:
                return sum(queue.waiting(session).values())

        soon(lambda: waiting() == 0, "nothing is left")

    def test_what_waits_under_the_same_key_goes_first(self, emptied: Database, queue: Queue, bench: Bench) -> None:
        with emptied.transaction() as session:
            queue.enqueue(session, NewJob(kind="begin", priority=10), job("earlier", key="k"))
        queue.start([self.handing_over(emptied, queue, job("follows", key="k")), bench.kind()], threads=2)
        soon(lambda: len(bench.ran) == 2, "both run")
        assert bench.ran == ["earlier", "follows"]

    def test_nothing_follows_a_transaction_that_is_rolled_back(self, emptied: Database, queue: Queue, bench: Bench) -> None:
        tries: list[int] = []

        def fail_once() -> None:
            tries.append(1)
            if len(tries) == 1:
                raise ZeroDivisionError

        with emptied.transaction() as session:
            queue.enqueue(session, NewJob(kind="begin"), NewJob(kind="begin"))
        queue.start([self.handing_over(emptied, queue, job("follows"), fail_once), bench.kind()], threads=1)
        soon(lambda: len(tries) == 2 and bool(bench.ran), "the second transaction is committed")
        assert bench.ran == ["follows"]

    def test_failure_behind_the_commit_neither_buries_nor_repeats_the_job(self, emptied: Database, queue: Queue, bench: Bench) -> None:
        begun: list[int] = []

        def run(own: Job) -> None:
            begun.append(own.id)
            with emptied.transaction() as session:
                assert queue.go_on(session, own, job("follows")) is not None
            raise ZeroDivisionError

        with emptied.transaction() as session:
            queue.enqueue(session, NewJob(kind="begin"))
        queue.start([JobKind(name="begin", run=run, on_death=bench.bury), bench.kind()], threads=1)
        soon(lambda: bench.ran == ["follows"], "what was handed over runs")
        assert len(begun) == 1
        assert bench.buried == self.letters(emptied, queue) == []

    def test_what_was_handed_over_is_done_by_the_next_process(self, emptied: Database, make_queue: MakeQueue, bench: Bench) -> None:
        crashed, gate, committed = make_queue(), threading.Event(), threading.Event()

        def run(own: Job) -> None:
            with emptied.transaction() as session:
                crashed.go_on(session, own, job("follows"))
            committed.set()
            gate.wait(PATIENCE)

        with emptied.transaction() as session:
            crashed.enqueue(session, NewJob(kind="begin"))
        crashed.start([JobKind(name="begin", run=run), JobKind(name="work", run=lambda _: None)], threads=1)
        assert committed.wait(PATIENCE)
        assert not crashed.stop(0.0)
        make_queue().start([bench.kind()], threads=1)
        soon(lambda: bench.ran == ["follows"], "the next process does it")
        gate.set()
        crashed.stop(PATIENCE)


class KeepsEnding(QueueStage):
    """A job that ends in the transaction that it writes."""

    def ending(self, database: Database, queue: Queue, bench: Bench, then: Callable[[], None] = lambda: None) -> JobKind:
        """A kind that ends itself and then fails as the bench says; `then` runs within the transaction."""

        def run(own: Job) -> None:
            with database.transaction() as session:
                queue.end(session, own)
                then()
            bench.run(own)

        return JobKind(name="work", run=run, backoff=AT_ONCE, on_death=bench.bury)

    def test_a_job_that_ended_itself_is_gone_and_frees_its_key(self, emptied: Database, queue: Queue, bench: Bench) -> None:
        with emptied.transaction() as session:
            queue.enqueue(session, *(job(name, key="k") for name in ("a", "b", "c")))
        queue.start([self.ending(emptied, queue, bench)], threads=1)
        soon(lambda: len(bench.ran) == 3, "all run")
        assert bench.ran == ["a", "b", "c"]
        with emptied.reading() as session:
            assert queue.waiting(session) == {}

    def test_a_job_whose_end_is_rolled_back_is_tried_again(self, emptied: Database, queue: Queue, bench: Bench) -> None:
        errors: list[Exception] = [TemporaryError()]

        def fail_once() -> None:
            if errors:
                raise errors.pop()

        with emptied.transaction() as session:
            queue.enqueue(session, job("a", key="k"), job("b", key="k"))
        queue.start([self.ending(emptied, queue, bench, fail_once)], threads=2)
        soon(lambda: len(bench.ran) == 2, "both run")
        assert [(done.payload["name"], done.attempt) for done in bench.jobs] == [("a", 2), ("b", 1)]

    def test_failure_behind_the_end_neither_buries_nor_repeats_the_job(self, emptied: Database, queue: Queue, bench: Bench) -> None:
        bench.fail("a", ZeroDivisionError())
        bench.fail("b", TemporaryError())
        with emptied.transaction() as session:
            queue.enqueue(session, job("a"), job("b"), job("c"))
        queue.start([self.ending(emptied, queue, bench)], threads=1)
        soon(lambda: "c" in bench.ran, "the last runs")
        assert bench.ran == ["a", "b", "c"]
        assert bench.buried == self.letters(emptied, queue) == []

    def test_a_later_job_with_the_number_of_one_that_ended_is_kept(self, emptied: Database, queue: Queue, bench: Bench) -> None:
        """SQLite gives the number of the newest row again, while the worker of the first may still be busy behind its end."""
        gate = bench.hold("a")
        queue.start([self.ending(emptied, queue, bench), JobKind(name="other", run=bench.run)], threads=2)
        with emptied.transaction() as session:
            queue.enqueue(session, job("a"))
        soon(lambda: bench.ran == ["a"], "the first is behind its end")
        with emptied.transaction() as session:
            queue.enqueue(session, NewJob(kind="other"))
        soon(lambda: "other" in bench.ran, "the second runs")
        gate.set()

        def waiting() -> int:
            with emptied.reading() as session:
                return sum(queue.waiting(session).values())

        soon(lambda: waiting() == 0, "both are gone")
