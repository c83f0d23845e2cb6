"""Background work: the interface of the queue, and what jobs are; embedded_queue.py holds the implementation for one process."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy.orm import Session

DEFAULT_BACKOFF = (timedelta(seconds=1), timedelta(seconds=4), timedelta(seconds=15), timedelta(minutes=1), timedelta(minutes=5))


@dataclass(frozen=True, kw_only=True)
class NewJob:
    """Work to be done after the transaction that enqueues it has committed."""

    kind: str
    payload: Mapping[str, Any] = field(default_factory=dict)  # Any: JSON.
    key: str | None = None
    priority: int = 0
    """Higher runs first; within one key the order of enqueueing stands whatever the priority."""
    run_at: datetime | None = None
    municipality_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job in a worker's hands; `attempt` counts from 1."""

    id: int
    kind: str
    payload: Mapping[str, Any]  # Any: JSON.
    key: str | None
    attempt: int
    enqueued_at: datetime


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """A job that was given up; an operator may retry it."""

    id: int
    kind: str
    key: str | None
    attempts: int
    error: str
    died_at: datetime
    municipality_id: str | None


@dataclass(frozen=True, kw_only=True)
class JobKind:
    """How one kind of job is done. It may run twice (a crash), so what it does must be idempotent.

    TemporaryError, and a failure of the database that may pass, is tried again after the back-off; any other exception ends in a dead
    letter at once.
    """

    name: str
    run: Callable[[Job], None]
    backoff: Sequence[timedelta] = DEFAULT_BACKOFF
    """One pause per further try; after the last the job is dead."""
    waits_for_others: bool = False
    """Whether it may wait long for somebody else's server. Such jobs take at most half of the workers, so that residents are answered
    however many of them hang."""
    on_death: Callable[[Job], None] | None = None
    """Called when a job is given up, outside any transaction; again where the database failed meanwhile."""


@dataclass(frozen=True, kw_only=True)
class PeriodicJob:
    """A kind that is enqueued again and again; two of it never wait at the same time."""

    kind: str
    every: timedelta


class Queue(Protocol):
    """What the project asks of a queue.

    Strict order per key (a job that waits for its next try or its `run_at` holds its key), parallel across keys, at least once.
    """

    def enqueue(self, session: Session, *jobs: NewJob) -> None:
        """Within the caller's transaction: rolled back with it, runs only after its commit."""

    def go_on(self, session: Session, finished: Job, following: NewJob) -> Job | None:
        """Within the caller's transaction: `finished`, which the caller is running, is done, and its worker does `following` next.

        None, and nothing is changed, where another job of the same key goes first; then `following` is to be enqueued.
        """

    def end(self, session: Session, finished: Job) -> None:
        """Within the caller's transaction: `finished`, which the caller is running in its worker's thread, is done with the commit."""

    def start(self, kinds: Sequence[JobKind], periodic: Sequence[PeriodicJob] = (), *, threads: int) -> None:
        """Takes up what an earlier process left, then works until `stop`."""

    def stop(self, timeout: float) -> bool:
        """Takes no further job and waits for those in hand; false when some were still running at the end of the time."""

    def dead_letters(self, session: Session, municipality_id: str | None = None) -> Sequence[DeadLetter]:
        """The newest first; of one municipality, or all."""

    def dead(self, session: Session) -> int:
        """How many dead letters there are at all."""

    def retry(self, session: Session, job_id: int) -> bool:
        """Makes a dead letter ready again with fresh tries; false when there is none with this id."""

    def waiting(self, session: Session) -> Mapping[str, int]:
        """How many jobs of each kind are ready or running, for the metrics."""
