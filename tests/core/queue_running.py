"""What every queue must do as processes start, stop, crash and run side by side."""

import random
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from core.database import Database
from core.errors import TemporaryError
from core.jobs import NewJob, PeriodicJob, Queue
from tests.core.queue_bench import A_WHILE, Bench, MakeQueue, QueueStage, job
from tests.patience import PATIENCE, soon


class KeepsRunning(QueueStage):
    """Periodic jobs, starting, stopping, crashes, and everything together."""

    def test_periodic_job_comes_again_and_never_waits_twice(self, emptied: Database, queue: Queue, bench: Bench) -> None:
        gate = bench.hold("tick")
        queue.start([bench.kind("tick")], [PeriodicJob(kind="tick", every=timedelta(0))], threads=2)
        soon(lambda: bench.ran == ["tick"], "the first is in hand")
        deadline = time.monotonic() + 1.4
        while time.monotonic() < deadline:
            with emptied.reading() as session:
                assert queue.waiting(session) == {"tick": 1}
            time.sleep(0.05)
        assert bench.ran == ["tick"]
        gate.set()
        soon(lambda: len(bench.ran) >= 2, "it comes again")

    def test_jobs_that_wait_for_others_leave_workers_to_the_rest(
        self, emptied: Database, queue: Queue, bench: Bench, enqueue: Callable[..., None]
    ) -> None:
        """Endpoints that hung used to take all workers, and no resident was answered meanwhile."""
        gates = [bench.hold(name) for name in ("hangs", "hangs too")]
        enqueue(*(NewJob(kind=name) for name in ("hangs", "hangs too", "hangs", "hangs too")))
        queue.start([bench.kind("hangs", waits_for_others=True), bench.kind("hangs too", waits_for_others=True), bench.kind()], threads=4)
        soon(lambda: len(bench.ran) == 2, "half of the workers have one")
        enqueue(job("a question"), job("another"))
        soon(lambda: "a question" in bench.ran and "another" in bench.ran, "the others answer")
        assert len(bench.ran) == 4
        for gate in gates:
            gate.set()
        soon(lambda: len(bench.ran) == 6, "those behind have their turn")

    def test_stop_finishes_the_job_in_hand_and_takes_no_other(
        self, emptied: Database, make_queue: MakeQueue, bench: Bench, enqueue: Callable[..., None]
    ) -> None:
        queue = make_queue()
        gate = bench.hold("in hand")
        queue.start([bench.kind()], threads=1)
        enqueue(job("in hand"), job("next"))
        soon(lambda: bench.ran == ["in hand"], "the first is in hand")
        threading.Timer(0.2, gate.set).start()
        assert queue.stop(PATIENCE)
        assert bench.ran == ["in hand"]
        with emptied.reading() as session:
            assert queue.waiting(session) == {"work": 1}
        make_queue().start([bench.kind()], threads=1)
        soon(lambda: bench.ran == ["in hand", "next"], "the next process takes the other")

    def test_stop_tells_when_the_time_was_too_short(self, queue: Queue, bench: Bench, enqueue: Callable[..., None]) -> None:
        gate = bench.hold("slow")
        queue.start([bench.kind()], threads=1)
        enqueue(job("slow"))
        soon(lambda: bench.ran == ["slow"], "it is in hand")
        assert not queue.stop(0.1)
        gate.set()
        assert queue.stop(PATIENCE)

    def test_job_left_running_by_a_crash_runs_again_before_those_behind_it(
        self, make_queue: MakeQueue, bench: Bench, enqueue: Callable[..., None]
    ) -> None:
        crashed, gate = make_queue(), bench.hold("left")
        crashed.start([bench.kind()], threads=1)
        enqueue(job("left", key="k"), job("behind", key="k"))
        soon(lambda: bench.ran == ["left"], "it is in hand")
        assert not crashed.stop(0.0)
        survivor = Bench()
        make_queue().start([survivor.kind()], threads=2)
        soon(lambda: survivor.ran == ["left", "behind"], "the next process does it again")
        assert survivor.jobs[0].attempt == 2
        gate.set()
        crashed.stop(PATIENCE)

    def test_job_of_another_process_is_seen_within_a_second(self, emptied: Database, make_queue: MakeQueue, bench: Bench) -> None:
        make_queue().start([bench.kind()], threads=1)
        other, waits = make_queue(), []
        for number in range(3):
            time.sleep(0.1)
            with emptied.transaction() as session:
                other.enqueue(session, job(f"{number}"))
            committed = time.monotonic()
            soon(lambda count=number + 1: len(bench.ran) == count, "it runs")  # type: ignore[misc]  # a default binds it
            waits.append(time.monotonic() - committed)
        # Of several, because the machine may be busy with something else.
        assert min(waits) < 1.0

    def test_without_threads_nothing_runs(self, emptied: Database, queue: Queue, bench: Bench, enqueue: Callable[..., None]) -> None:
        queue.start([bench.kind()], [PeriodicJob(kind="work", every=timedelta(0))], threads=0)
        enqueue(job("a"))
        time.sleep(A_WHILE)
        assert bench.ran == []
        with emptied.reading() as session:
            assert queue.waiting(session) == {"work": 1}

    @pytest.mark.parametrize("seed", [1, 2])
    def test_whatever_fails_each_job_is_done_and_in_order_per_key(
        self, emptied: Database, queue: Queue, bench: Bench, enqueue: Callable[..., None], seed: int
    ) -> None:
        chance = random.Random(seed)
        plan = [(f"{number}", chance.choice(["a", "b", "c", "d", None])) for number in range(40)]
        for name, _ in plan:
            if chance.random() < 0.25:
                bench.fail(name, *[TemporaryError()] * chance.randint(1, 2))
        queue.start([bench.kind(backoff=(timedelta(milliseconds=5),) * 3)], threads=4)
        for start in range(0, len(plan), 5):
            enqueue(*(job(name, key=key, priority=chance.randint(0, 2)) for name, key in plan[start : start + 5]))

        def is_idle() -> bool:
            with emptied.reading() as session:
                return not queue.waiting(session)

        soon(is_idle, "all are done")
        assert set(bench.ran) == {name for name, _ in plan}
        for key in ("a", "b", "c", "d"):
            order = [str(j.payload["name"]) for j in bench.jobs if j.key == key]
            assert list(dict.fromkeys(order)) == [name for name, of in plan if of == key]
            assert order == sorted(order, key=int), "a job was begun before an earlier one of its key was done"
            assert bench.most_in_hand.get(key, 1) == 1
        assert bench.buried == []
