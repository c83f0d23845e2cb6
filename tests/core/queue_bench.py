"""Where tests of a queue do its jobs: notes what ran, and fails or waits as it is told."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from core.database import Database
from core.jobs import Job, JobKind, NewJob, Queue
from tests.patience import PATIENCE

A_WHILE = 0.35
"""Seconds in which something that must not happen would have happened."""
AT_ONCE = (timedelta(milliseconds=20),)
MakeQueue = Callable[[], Queue]


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

    def kind(self, name: str = "work", backoff: tuple[timedelta, ...] = AT_ONCE, *, waits_for_others: bool = False) -> JobKind:
        return JobKind(name=name, run=self.run, backoff=backoff, waits_for_others=waits_for_others, on_death=self.bury)


def job(name: str, key: str | None = None, **more: object) -> NewJob:
    return NewJob(kind="work", payload={"name": name}, key=key, **more)  # type: ignore[arg-type]


class QueueStage:
    """A queue on an empty database, a bench where its jobs are done, and the way to give it some."""

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
