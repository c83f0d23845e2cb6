"""What every queue must do, whichever implements `core.jobs.Queue`: a test class that an implementation inherits."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from core.database import Database
from core.errors import PackError, TemporaryError
from core.jobs import Job, JobKind, NewJob, PeriodicJob, Queue
from core.models import Municipality

PATIENCE = 10.0
"""Seconds until something that should happen counts as never happening."""
A_WHILE = 0.35
"""Seconds in which something that must not happen would have happened."""
AT_ONCE = (timedelta(milliseconds=20),)

MakeQueue = Callable[[], Queue]


def eventually(is_true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_true():
        assert time.monotonic() < deadline, f"never happened: {what}"
        time.sleep(0.01)


@dataclass
class Bench:
    """Where jobs are done: notes who ran and how many were in hand at a time, and fails or waits as it is told."""

    ran: list[str] = field(default_factory=list)
    """Names of jobs, in the order in which they were begun; once per try."""
    jobs: list[Job] = field(default_factory=list)
    buried: list[str] = field(default_factory=list)
    failures: dict[str, list[Exception]] = field(default_factory=dict)
    gates: dict[str, threading.Event] = field(default_factory=dict)
    most_in_hand: dict[str | None, int] = field(default_factory=dict)
    in_hand: dict[str | None, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, job: Job) -> None:
        name = str(job.payload.get("name", job.kind))
        with self.lock:
            self.ran.append(name)
            self.jobs.append(job)
            self.in_hand[job.key] = self.in_hand.get(job.key, 0) + 1
            self.most_in_hand[job.key] = max(self.most_in_hand.get(job.key, 0), self.in_hand[job.key])
            failure = self.failures[name].pop(0) if self.failures.get(name) else None
        try:
            if name in self.gates:
                assert self.gates[name].wait(PATIENCE)
            if failure is not None:
                raise failure
        finally:
            with self.lock:
                self.in_hand[job.key] -= 1

    def bury(self, job: Job) -> None:
        self.buried.append(str(job.payload["name"]))

    def fail(self, name: str, *errors: Exception) -> None:
        self.failures[name] = list(errors)

    def hold(self, name: str) -> threading.Event:
        self.gates[name] = threading.Event()
        return self.gates[name]

    def kind(self, name: str = "work", backoff: tuple[timedelta, ...] = AT_ONCE) -> JobKind:
        return JobKind(name=name, run=self.run, backoff=backoff, on_death=self.bury)


def job(name: str, key: str | None = None, **more: object) -> NewJob:
    return NewJob(kind="work", payload={"name": name}, key=key, **more)  # type: ignore[arg-type]


class QueueContract:
    """Inherit it and give `make_queue`: each call makes one more queue on the same empty database, as another process would."""

    @pytest.fixture
    def make_queue(self, emptied: Database) -> Iterator[MakeQueue]:
        raise NotImplementedError

    @pytest.fixture
    def queue(self, make_queue: MakeQueue) -> Queue:
        return make_queue()

    @pytest.fixture
    def bench(self) -> Bench:
        return Bench()

    @pytest.fixture
    def enqueue(self, emptied: Database, queue: Queue) -> Callable[..., None]:
        """Enqueues in a transaction of its own."""

        def enqueue(*jobs: NewJob) -> None:
            with emptied.transaction() as session:
                queue.enqueue(session, *jobs)

        return enqueue

    def letters(self, database: Database, queue: Queue) -> list[str]:
        with database.reading() as session:
            return [letter.error for letter in queue.dead_letters(session)]

    # Transactions

    def test_job_waits_for_the_commit_of_its_transaction(self, emptied: Database, queue: Queue, bench: Bench) -> None:
        queue.start([bench.kind()], threads=2)
        with emptied.transaction() as session:
            queue.enqueue(session, job("a", key="k"))
            time.sleep(A_WHILE)
            assert bench.ran == []
        eventually(lambda: bench.ran == ["a"], "the job runs once committed")
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
        eventually(lambda: "kept" in bench.ran, "the committed job runs")
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

        eventually(lambda: waiting() == {}, "both are done")
        assert sorted(bench.ran) == ["a", "b"]

    def test_enqueueing_nothing_is_allowed(self, emptied: Database, queue: Queue) -> None:
        with emptied.transaction() as session:
            queue.enqueue(session)
            assert queue.waiting(session) == {}

    # Order and parallel work

    def test_jobs_of_one_key_run_one_at_a_time_in_order(self, queue: Queue, bench: Bench, enqueue: Callable[..., None]) -> None:
        names = [f"{number}" for number in range(12)]
        for name in names:
            enqueue(job(name, key="k"))
        queue.start([bench.kind()], threads=4)
        eventually(lambda: len(bench.ran) == len(names), "all run")
        assert bench.ran == names
        assert bench.most_in_hand == {"k": 1}

    def test_job_that_is_tried_again_holds_its_key_and_no_other(self, queue: Queue, bench: Bench, enqueue: Callable[..., None]) -> None:
        bench.fail("1", TemporaryError(), TemporaryError())
        enqueue(job("1", key="a"), job("2", key="a"), job("3", key="a"), job("other", key="b"))
        queue.start([bench.kind(backoff=(timedelta(milliseconds=300),) * 3)], threads=3)
        eventually(lambda: "3" in bench.ran, "the last of the key runs")
        assert [name for name in bench.ran if name != "other"] == ["1", "1", "1", "2", "3"]
        assert bench.ran.index("other") < bench.ran.index("2")
        assert [j.attempt for j in bench.jobs if j.payload["name"] == "1"] == [1, 2, 3]

    def test_job_for_later_holds_its_key_until_its_time(self, queue: Queue, bench: Bench, enqueue: Callable[..., None]) -> None:
        due = datetime.now(UTC) + timedelta(seconds=0.8)
        enqueue(job("later", key="a", run_at=due), job("behind", key="a"), job("other", key="b"))
        queue.start([bench.kind()], threads=3)
        eventually(lambda: "other" in bench.ran, "another key is not held")
        assert datetime.now(UTC) < due
        assert bench.ran == ["other"]
        eventually(lambda: len(bench.ran) == 3, "the key goes on at its time")
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
        eventually(lambda: len(met) == 2, "both meet")

    def test_higher_priority_runs_first_and_equals_in_order(self, queue: Queue, bench: Bench, enqueue: Callable[..., None]) -> None:
        enqueue(job("low", priority=-1), job("first"), job("second"), job("high", priority=10))
        queue.start([bench.kind()], threads=1)
        eventually(lambda: len(bench.ran) == 4, "all run")
        assert bench.ran == ["high", "first", "second", "low"]

    def test_priority_never_overtakes_within_a_key(self, queue: Queue, bench: Bench, enqueue: Callable[..., None]) -> None:
        enqueue(job("1", key="k"), job("2", key="k", priority=10))
        queue.start([bench.kind()], threads=2)
        eventually(lambda: len(bench.ran) == 2, "both run")
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
            eventually(lambda: bench.ran == ["second"], "what is committed runs")
        time.sleep(A_WHILE)
        assert bench.ran == ["second"]
        gate.set()
        eventually(lambda: bench.ran == ["second", "first"], "the late one follows")
        assert bench.most_in_hand == {"k": 1}

    # Failing

    def test_temporary_error_is_tried_again_until_it_passes(
        self, emptied: Database, queue: Queue, bench: Bench, enqueue: Callable[..., None]
    ) -> None:
        bench.fail("a", TemporaryError())
        enqueue(job("a", key="k"), job("next", key="k"))
        queue.start([bench.kind()], threads=1)
        eventually(lambda: "next" in bench.ran, "the key goes on")
        assert bench.ran == ["a", "a", "next"]
        assert (bench.buried, self.letters(emptied, queue)) == ([], [])

    def test_temporary_error_ends_in_a_dead_letter_after_the_last_back_off(
        self, emptied: Database, queue: Queue, bench: Bench, enqueue: Callable[..., None]
    ) -> None:
        bench.fail("a", *[TemporaryError()] * 9)
        enqueue(job("a", key="k"), job("next", key="k"))
        queue.start([bench.kind(backoff=(timedelta(0), timedelta(milliseconds=10)))], threads=2)
        eventually(lambda: "next" in bench.ran, "a dead job frees its key")
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
        eventually(lambda: len(bench.ran) == 2, "tried again")
        assert time.monotonic() - started >= 0.5

    @pytest.mark.parametrize("error", [ValueError("x"), PackError("x"), KeyError("x")], ids=lambda error: type(error).__name__)
    def test_other_errors_are_final_at_once(
        self, emptied: Database, queue: Queue, bench: Bench, enqueue: Callable[..., None], error: Exception
    ) -> None:
        bench.fail("a", error)
        enqueue(job("a", key="k"), job("next", key="k"))
        queue.start([bench.kind()], threads=1)
        eventually(lambda: "next" in bench.ran, "the key goes on")
        assert bench.ran == ["a", "next"]
        assert bench.buried == ["a"]
        assert len(self.letters(emptied, queue)) == 1

    def test_letter_is_kept_when_the_farewell_fails_too(self, emptied: Database, queue: Queue, enqueue: Callable[..., None]) -> None:
        def fail(_job: Job) -> None:
            raise ValueError

        enqueue(job("a"))
        queue.start([JobKind(name="work", run=fail, on_death=fail)], threads=1)
        eventually(lambda: len(self.letters(emptied, queue)) == 1, "the letter is there")

    def test_error_text_keeps_our_words_and_no_foreign_ones(
        self, emptied: Database, queue: Queue, bench: Bench, enqueue: Callable[..., None]
    ) -> None:
        """A foreign error's message may quote what a resident wrote."""
        bench.fail("foreign", ValueError("なにか秘密のこと"))
        bench.fail("ours", PackError("municipality.yaml: the id is missing"))
        enqueue(job("foreign"), job("ours"))
        queue.start([bench.kind()], threads=1)
        eventually(lambda: len(self.letters(emptied, queue)) == 2, "both letters")
        ours, foreign = self.letters(emptied, queue)
        assert "the id is missing" in ours
        assert "ValueError" in foreign
        assert "秘密" not in foreign

    # Dead letters

    def test_dead_letters_are_listed_by_municipality_newest_first(
        self, emptied: Database, queue: Queue, bench: Bench, enqueue: Callable[..., None]
    ) -> None:
        with emptied.transaction() as session:
            session.add_all(Municipality(id=name, name=name, created_at=datetime.now(UTC)) for name in ("shiomi", "midori"))
        for name in ("1", "2", "3", "4"):
            bench.fail(name, ValueError())
        queue.start([bench.kind()], threads=1)
        enqueue(job("1", municipality_id="shiomi"), job("2", municipality_id="midori"), job("3", municipality_id="shiomi"), job("4"))
        eventually(lambda: len(self.letters(emptied, queue)) == 4, "all are dead")
        with emptied.reading() as session:
            everything = queue.dead_letters(session)
            own = queue.dead_letters(session, "shiomi")
            assert queue.dead_letters(session, "nowhere") == []
        assert [letter.municipality_id for letter in everything] == [None, "shiomi", "midori", "shiomi"]
        assert [letter.id for letter in own] == [letter.id for letter in everything if letter.municipality_id == "shiomi"]

    def test_retried_letter_gets_fresh_tries(self, emptied: Database, queue: Queue, bench: Bench, enqueue: Callable[..., None]) -> None:
        bench.fail("a", TemporaryError(), TemporaryError(), TemporaryError())
        queue.start([bench.kind()], threads=1)
        enqueue(job("a"))
        eventually(lambda: bench.buried == ["a"], "it dies after two tries")
        eventually(lambda: len(self.letters(emptied, queue)) == 1, "its letter is written")
        with emptied.transaction() as session:
            letter = queue.dead_letters(session)[0]
            assert queue.retry(session, letter.id)
            assert not queue.retry(session, letter.id), "it is no dead letter any more"
            assert not queue.retry(session, letter.id + 1000)
        eventually(lambda: len(bench.ran) == 4, "the third and the fourth try")
        assert [j.attempt for j in bench.jobs] == [1, 2, 1, 2]
        assert self.letters(emptied, queue) == []

    def test_retry_that_is_rolled_back_leaves_the_letter(
        self, emptied: Database, queue: Queue, bench: Bench, enqueue: Callable[..., None]
    ) -> None:
        bench.fail("a", ValueError())
        queue.start([bench.kind()], threads=1)
        enqueue(job("a"))
        eventually(lambda: len(self.letters(emptied, queue)) == 1, "dead")
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
        eventually(lambda: bench.ran == ["dead", "later"], "the later one is in hand")
        with emptied.transaction() as session:
            assert queue.retry(session, queue.dead_letters(session)[0].id)
        time.sleep(A_WHILE)
        assert bench.ran == ["dead", "later"]
        gate.set()
        eventually(lambda: bench.ran == ["dead", "later", "dead"], "then it is tried again")
        assert bench.most_in_hand == {"k": 1}

    # Periodic jobs

    def test_periodic_job_comes_again_and_never_waits_twice(self, emptied: Database, queue: Queue, bench: Bench) -> None:
        gate = bench.hold("tick")
        queue.start([bench.kind("tick")], [PeriodicJob(kind="tick", every=timedelta(0))], threads=2)
        eventually(lambda: bench.ran == ["tick"], "the first is in hand")
        deadline = time.monotonic() + 1.4
        while time.monotonic() < deadline:
            with emptied.reading() as session:
                assert queue.waiting(session) == {"tick": 1}
            time.sleep(0.05)
        assert bench.ran == ["tick"]
        gate.set()
        eventually(lambda: len(bench.ran) >= 2, "it comes again")

    # Start and stop

    def test_stop_finishes_the_job_in_hand_and_takes_no_other(
        self, emptied: Database, make_queue: MakeQueue, bench: Bench, enqueue: Callable[..., None]
    ) -> None:
        queue = make_queue()
        gate = bench.hold("in hand")
        queue.start([bench.kind()], threads=1)
        enqueue(job("in hand"), job("next"))
        eventually(lambda: bench.ran == ["in hand"], "the first is in hand")
        threading.Timer(0.2, gate.set).start()
        assert queue.stop(PATIENCE)
        assert bench.ran == ["in hand"]
        with emptied.reading() as session:
            assert queue.waiting(session) == {"work": 1}
        make_queue().start([bench.kind()], threads=1)
        eventually(lambda: bench.ran == ["in hand", "next"], "the next process takes the other")

    def test_stop_tells_when_the_time_was_too_short(self, queue: Queue, bench: Bench, enqueue: Callable[..., None]) -> None:
        gate = bench.hold("slow")
        queue.start([bench.kind()], threads=1)
        enqueue(job("slow"))
        eventually(lambda: bench.ran == ["slow"], "it is in hand")
        assert not queue.stop(0.1)
        gate.set()
        assert queue.stop(PATIENCE)

    def test_job_left_running_by_a_crash_runs_again_before_those_behind_it(
        self, make_queue: MakeQueue, bench: Bench, enqueue: Callable[..., None]
    ) -> None:
        crashed, gate = make_queue(), bench.hold("left")
        crashed.start([bench.kind()], threads=1)
        enqueue(job("left", key="k"), job("behind", key="k"))
        eventually(lambda: bench.ran == ["left"], "it is in hand")
        assert not crashed.stop(0.0)
        survivor = Bench()
        make_queue().start([survivor.kind()], threads=2)
        eventually(lambda: survivor.ran == ["left", "behind"], "the next process does it again")
        assert survivor.jobs[0].attempt == 2
        gate.set()
        crashed.stop(PATIENCE)

    def test_job_of_another_process_is_seen_within_a_second(self, emptied: Database, make_queue: MakeQueue, bench: Bench) -> None:
        make_queue().start([bench.kind()], threads=1)
        time.sleep(0.1)
        with emptied.transaction() as session:
            make_queue().enqueue(session, job("foreign"))
        committed = time.monotonic()
        eventually(lambda: bench.ran == ["foreign"], "it runs")
        assert time.monotonic() - committed < 1.0

    def test_without_threads_nothing_runs(self, emptied: Database, queue: Queue, bench: Bench, enqueue: Callable[..., None]) -> None:
        queue.start([bench.kind()], [PeriodicJob(kind="work", every=timedelta(0))], threads=0)
        enqueue(job("a"))
        time.sleep(A_WHILE)
        assert bench.ran == []
        with emptied.reading() as session:
            assert queue.waiting(session) == {"work": 1}

    # All together

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

        eventually(is_idle, "all are done")
        assert set(bench.ran) == {name for name, _ in plan}
        for key in ("a", "b", "c", "d"):
            order = [str(j.payload["name"]) for j in bench.jobs if j.key == key]
            assert list(dict.fromkeys(order)) == [name for name, of in plan if of == key]
            assert order == sorted(order, key=int), "a job was begun before an earlier one of its key was done"
            assert bench.most_in_hand.get(key, 1) == 1
        assert bench.buried == []
