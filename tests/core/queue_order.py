"""What every queue must do about transactions, order and parallel work."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from core.database import Database
from core.errors import TemporaryError
from core.jobs import Job, JobKind, Queue
from tests.core.queue_bench import A_WHILE, Bench, QueueStage, job
from tests.patience import PATIENCE, soon


class KeepsOrder(QueueStage):
    """Jobs of committed transactions, one at a time and in order per key."""

    def test_job_waits_for_the_commit_of_its_transaction(self, emptied: Database, queue: Queue, bench: Bench) -> None:
        queue.start([bench.kind()], threads=2)
        with emptied.transaction() as session:
            queue.enqueue(session, job("a", key="k"))
            time.sleep(A_WHILE)
            assert bench.ran == []
        soon(lambda: bench.ran == ["a"], "the job runs once committed")
        assert (bench.jobs[0].kind, bench.jobs[0].payload, bench.jobs[0].key, bench.jobs[0].attempt) == ("work", {"name": "a"}, "k", 1)
        assert abs(bench.jobs[0].enqueued_at - datetime.now(UTC)) < timedelta(seconds=PATIENCE)

    def test_job_of_a_rolled_back_transaction_never_runs(
        self, emptied: Database, queue: Queue, bench: Bench, enqueue: Callable[..., None]
    ) -> None:
        queue.start([bench.kind()], threads=2)
        with suppress(ZeroDivisionError), emptied.transaction() as session:
            queue.enqueue(session, job("undone"))
            raise ZeroDivisionError
        enqueue(job("kept"))
        soon(lambda: "kept" in bench.ran, "the committed job runs")
        time.sleep(A_WHILE)
        assert bench.ran == ["kept"]

    def test_done_job_is_gone(self, emptied: Database, queue: Queue, bench: Bench, enqueue: Callable[..., None]) -> None:
        enqueue(job("a"), job("b"))
        with emptied.reading() as session:
            assert queue.waiting(session) == {"work": 2}
        queue.start([bench.kind()], threads=2)

        def waiting() -> dict[str, int]:
            with emptied.reading() as session:
                return dict(queue.waiting(session))

        soon(lambda: waiting() == {}, "both are done")
        assert sorted(bench.ran) == ["a", "b"]

    def test_enqueueing_nothing_is_allowed(self, emptied: Database, queue: Queue) -> None:
        with emptied.transaction() as session:
            queue.enqueue(session)
            assert queue.waiting(session) == {}

    def test_jobs_of_one_key_run_one_at_a_time_in_order(self, queue: Queue, bench: Bench, enqueue: Callable[..., None]) -> None:
        names = [f"{number}" for number in range(12)]
        for name in names:
            enqueue(job(name, key="k"))
        queue.start([bench.kind()], threads=4)
        soon(lambda: len(bench.ran) == len(names), "all run")
        assert bench.ran == names
        assert bench.most_in_hand == {"k": 1}

    def test_job_that_is_tried_again_holds_its_key_and_no_other(self, queue: Queue, bench: Bench, enqueue: Callable[..., None]) -> None:
        bench.fail("1", TemporaryError(), TemporaryError())
        enqueue(job("1", key="a"), job("2", key="a"), job("3", key="a"), job("other", key="b"))
        queue.start([bench.kind(backoff=(timedelta(milliseconds=300),) * 3)], threads=3)
        soon(lambda: "3" in bench.ran, "the last of the key runs")
        assert [name for name in bench.ran if name != "other"] == ["1", "1", "1", "2", "3"]
        assert bench.ran.index("other") < bench.ran.index("2")
        assert [j.attempt for j in bench.jobs if j.payload["name"] == "1"] == [1, 2, 3]

    def test_job_for_later_holds_its_key_until_its_time(self, queue: Queue, bench: Bench, enqueue: Callable[..., None]) -> None:
        due = datetime.now(UTC) + timedelta(seconds=2)
        enqueue(job("later", key="a", run_at=due), job("behind", key="a"), job("other", key="b"))
        queue.start([bench.kind()], threads=3)
        soon(lambda: "other" in bench.ran, "another key is not held")
        assert datetime.now(UTC) < due
        assert bench.ran == ["other"]
        soon(lambda: len(bench.ran) == 3, "the key goes on at its time")
        assert datetime.now(UTC) >= due
        assert bench.ran == ["other", "later", "behind"]

    @pytest.mark.parametrize("keys", [("a", "b"), (None, None)], ids=["different keys", "no key"])
    def test_jobs_of_different_keys_can_wait_for_each_other(
        self, queue: Queue, enqueue: Callable[..., None], keys: tuple[str | None, str | None]
    ) -> None:
        meeting, met = threading.Barrier(2), []

        def meet(done: Job) -> None:
            meeting.wait(PATIENCE)
            met.append(done.id)

        enqueue(*(job(f"{place}", key=key) for place, key in enumerate(keys)))
        queue.start([JobKind(name="work", run=meet)], threads=2)
        soon(lambda: len(met) == 2, "both meet")

    def test_higher_priority_runs_first_and_equals_in_order(self, queue: Queue, bench: Bench, enqueue: Callable[..., None]) -> None:
        enqueue(job("low", priority=-1), job("first"), job("second"), job("high", priority=10))
        queue.start([bench.kind()], threads=1)
        soon(lambda: len(bench.ran) == 4, "all run")
        assert bench.ran == ["high", "first", "second", "low"]

    def test_priority_never_overtakes_within_a_key(self, queue: Queue, bench: Bench, enqueue: Callable[..., None]) -> None:
        enqueue(job("1", key="k"), job("2", key="k", priority=10))
        queue.start([bench.kind()], threads=2)
        soon(lambda: len(bench.ran) == 2, "both run")
        assert bench.ran == ["1", "2"]

    def test_job_that_is_committed_late_does_not_run_beside_a_later_one_of_its_key(
        self, emptied: Database, queue: Queue, bench: Bench, enqueue: Callable[..., None]
    ) -> None:
        """On PostgreSQL both used to run at the same time: the first's number was the smaller one."""
        if emptied.is_sqlite:
            pytest.skip("writers on SQLite stand in one line")
        gate = bench.hold("second")
        queue.start([bench.kind()], threads=2)
        with emptied.transaction() as session:
            queue.enqueue(session, job("first", key="k"))
            enqueue(job("second", key="k"))
            soon(lambda: bench.ran == ["second"], "what is committed runs")
        time.sleep(A_WHILE)
        assert bench.ran == ["second"]
        gate.set()
        soon(lambda: bench.ran == ["second", "first"], "the late one follows")
        assert bench.most_in_hand == {"k": 1}
