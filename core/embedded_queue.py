"""The queue for one process: jobs are rows beside the data they belong to, worker threads take them."""

import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import structlog
from sqlalchemy import ColumnElement, FromClause, Select, Table, and_, bindparam, delete, exists, false, func, or_, select, update
from sqlalchemy.orm import Session

from core.bulk import bulk_insert
from core.clock import Clock, from_milliseconds, system_clock, to_milliseconds
from core.database import Database, after_commit, may_pass
from core.errors import ProjectError, TemporaryError
from core.jobs import DeadLetter, Job, JobKind, NewJob, PeriodicJob
from core.models import JobRow, JobState
from core.statements import Prepared

POLL_SECONDS = 0.25
"""How long a job of another process (a command) may wait unseen; jobs of this process wake a worker at once."""

JOBS = cast(Table, JobRow.__table__)
COLUMNS = ("kind", "key", "payload", "priority", "state", "run_at", "attempts", "created_at", "municipality_id")
PROJECT = Path(__file__).resolve().parent.parent

# These run several times for each message, so they are built once.
DELETE = Prepared(delete(JOBS).where(JOBS.c.id == bindparam("job")))
HOLDS_KEY = Prepared(select(JOBS.c.id).where(JOBS.c.key == bindparam("key"), JOBS.c.state != JobState.DEAD).limit(1))
CLAIM = Prepared(
    update(JOBS)
    .where(JOBS.c.id == bindparam("job"))
    .values(state=JobState.RUNNING, attempts=JOBS.c.attempts + 1)
    .returning(JOBS.c.id, JOBS.c.kind, JOBS.c.payload, JOBS.c.key, JOBS.c.attempts, JOBS.c.created_at)
)

log = structlog.get_logger()


class EmbeddedQueue:
    """Implements `core.jobs.Queue` on the project's own database; one process at a time may run its jobs."""

    def __init__(self, database: Database, clock: Clock = system_clock) -> None:
        self._database = database
        self._clock = clock
        self._kinds: dict[str, JobKind] = {}
        self._next = Prepared(next_job(()))
        self._threads: list[threading.Thread] = []
        self._stopping = threading.Event()
        self._claiming = threading.Lock()
        self._news = threading.Condition()
        self._generation = 0
        self._following: dict[int, Job] = {}
        """What the worker of a job does next, by the id of that job."""
        self._own = threading.local()
        """`ended`: the id of the job in a worker's hands, once its row is gone. Another worker's job may have got the same id meanwhile."""

    def enqueue(self, session: Session, *jobs: NewJob) -> None:
        if not jobs:
            return
        bulk_insert(session, JOBS, COLUMNS, [self._row(job, JobState.READY) for job in jobs])
        after_commit(session, self.wake)

    def go_on(self, session: Session, finished: Job, following: NewJob) -> Job | None:
        if HOLDS_KEY.first(session, {"key": following.key}) is not None:
            return None
        row = self._row(following, JobState.RUNNING, attempts=1)
        (job_id,) = bulk_insert(session, JOBS, COLUMNS, [row], returning=("id",))[0]
        DELETE.run(session, {"job": finished.id})
        job = Job(
            id=job_id, kind=following.kind, payload=following.payload, key=following.key, attempt=1, enqueued_at=from_milliseconds(row[-2])
        )
        after_commit(session, lambda: self._following.update({finished.id: job}))
        return job

    def end(self, session: Session, finished: Job) -> None:
        DELETE.run(session, {"job": finished.id})
        after_commit(session, lambda: setattr(self._own, "ended", finished.id))

    def _row(self, job: NewJob, state: JobState, attempts: int = 0) -> tuple[Any, ...]:  # Any: the types of COLUMNS.
        now = to_milliseconds(self._clock())
        run_at = to_milliseconds(job.run_at) if job.run_at else now
        return (job.kind, job.key, job.payload, job.priority, state, run_at, attempts, now, job.municipality_id)

    def start(self, kinds: Sequence[JobKind], periodic: Sequence[PeriodicJob] = (), *, threads: int) -> None:
        self._kinds = {kind.name: kind for kind in kinds}
        waiting = tuple(kind.name for kind in kinds if kind.waits_for_others)
        self._next = Prepared(next_job(tuple(self._kinds), waiting, max(1, threads // 2)))
        self._stopping.clear()
        with self._database.transaction() as session:
            session.execute(update(JobRow).where(JobRow.state == JobState.RUNNING).values(state=JobState.READY))
        self._threads = [threading.Thread(target=self._work, name=f"worker-{number}", daemon=True) for number in range(threads)]
        if periodic and threads:
            self._threads.append(threading.Thread(target=self._repeat, args=(tuple(periodic),), name="periodic", daemon=True))
        for thread in self._threads:
            thread.start()

    def stop(self, timeout: float) -> bool:
        self._stopping.set()
        with self._news:
            self._generation += 1
            self._news.notify_all()
        deadline = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def wake(self) -> None:
        """Tells a worker that jobs may be ready; who finds one tells the next, so that one job doesn't make all of them look."""
        with self._news:
            self._generation += 1
            self._news.notify()

    def dead_letters(self, session: Session, municipality_id: str | None = None) -> Sequence[DeadLetter]:
        statement = select(JobRow).where(JobRow.state == JobState.DEAD).order_by(JobRow.id.desc())
        if municipality_id is not None:
            statement = statement.where(JobRow.municipality_id == municipality_id)
        return [
            DeadLetter(
                id=row.id,
                kind=row.kind,
                key=row.key,
                attempts=row.attempts,
                error=row.error or "",
                died_at=from_milliseconds(row.finished_at or row.run_at),
                municipality_id=row.municipality_id,
            )
            for row in session.scalars(statement)
        ]

    def dead(self, session: Session) -> int:
        return session.scalar(select(func.count()).select_from(JobRow).where(JobRow.state == JobState.DEAD)) or 0

    def retry(self, session: Session, job_id: int) -> bool:
        revived = session.scalars(
            update(JobRow)
            .where(JobRow.id == job_id, JobRow.state == JobState.DEAD)
            .values(state=JobState.READY, attempts=0, error=None, finished_at=None, run_at=to_milliseconds(self._clock()))
            .returning(JobRow.id)
        ).all()
        after_commit(session, self.wake)
        return bool(revived)

    def waiting(self, session: Session) -> Mapping[str, int]:
        statement = select(JobRow.kind, func.count()).where(JobRow.state != JobState.DEAD).group_by(JobRow.kind)
        return {row[0]: row[1] for row in session.execute(statement)}

    def _work(self) -> None:
        finished: Job | None = None
        while True:
            seen = self._generation
            try:
                job = self._exchange(finished)
            except Exception as error:  # noqa: BLE001  # A locked or lost database must not end the thread.
                log.error("queue_unavailable", error=type(error).__name__)
                self._stopping.wait(1.0)
                if self._stopping.is_set():
                    return
                continue
            finished = None
            if job is None:
                if self._stopping.is_set():
                    return
                with self._news:
                    self._news.wait_for(lambda seen=seen: self._generation != seen, timeout=POLL_SECONDS)  # type: ignore[misc]  # a default binds it
                continue
            with self._news:
                self._news.notify()
            while job is not None:
                finished = self._run(job)
                job = self._following.pop(job.id, None)

    def _exchange(self, finished: Job | None) -> Job | None:
        """Deletes the finished job and claims the next in one transaction, which halves the number of commits."""
        if finished is None and not self._looks_ready():
            return None
        with self._claiming, self._database.transaction() as session:
            if finished is not None:
                DELETE.run(session, {"job": finished.id})
            if self._stopping.is_set():
                return None
            job_id = self._next.scalar(session, {"now": to_milliseconds(self._clock())})
            if job_id is None:
                return None
            row = CLAIM.first(session, {"job": job_id})
            return Job(
                id=row.id,
                kind=row.kind,
                payload=row.payload,
                key=row.key,
                attempt=row.attempts,
                enqueued_at=from_milliseconds(row.created_at),
            )

    def _looks_ready(self) -> bool:
        """A read, so that idle workers never take the line of writers."""
        with self._database.reading() as session:
            return self._next.first(session, {"now": to_milliseconds(self._clock())}) is not None

    def _run(self, job: Job) -> Job | None:
        """Returns the job when it is done, None when its row was already dealt with."""
        kind, self._own.ended = self._kinds[job.kind], None
        try:
            kind.run(job)
        except Exception as error:  # noqa: BLE001  # Whatever a job raises must become a dead letter, not a dead worker.
            if self._has_ended(job):
                log.error("job_failed_after_its_end", job=job.id, kind=job.kind, error=describe(error))
            elif (isinstance(error, TemporaryError) or may_pass(error)) and job.attempt <= len(kind.backoff):
                self._postpone(job, self._clock() + kind.backoff[job.attempt - 1], error)
            else:
                self._bury(job, kind, error)
            return None
        return None if self._has_ended(job) else job

    def _has_ended(self, job: Job) -> bool:
        """Whether a transaction of the job has taken its row away."""
        return job.id in self._following or self._own.ended == job.id

    def _postpone(self, job: Job, run_at: datetime, error: Exception) -> None:
        log.info("job_postponed", job=job.id, kind=job.kind, attempt=job.attempt, error=type(error).__name__)
        self._write(job, {"state": JobState.READY, "run_at": to_milliseconds(run_at), "error": describe(error)})

    def _bury(self, job: Job, kind: JobKind, error: Exception) -> None:
        log.error("job_died", job=job.id, kind=job.kind, attempt=job.attempt, error=describe(error))
        while kind.on_death is not None:
            try:
                kind.on_death(job)
            except Exception as second:  # noqa: BLE001  # The letter must be kept even when the farewell fails too.
                log.error("farewell_failed", job=job.id, kind=job.kind, error=describe(second))
                if may_pass(second):
                    if self._stopping.wait(1.0):
                        return
                    continue
            break
        self._write(job, {"state": JobState.DEAD, "error": describe(error), "finished_at": to_milliseconds(self._clock())})

    def _write(self, job: Job, values: Mapping[str, object]) -> None:
        while True:
            try:
                with self._database.transaction() as session:
                    session.execute(update(JobRow).where(JobRow.id == job.id).values(**values))
            except Exception as error:  # noqa: BLE001  # The database may be away; the job must not be forgotten.
                log.error("queue_unavailable", error=type(error).__name__)
                if self._stopping.wait(1.0):
                    return
            else:
                self.wake()
                return

    def _repeat(self, periodic: Sequence[PeriodicJob]) -> None:
        due = {job.kind: self._clock() for job in periodic}
        while not self._stopping.wait(0.5):
            for job in periodic:
                if self._clock() >= due[job.kind]:
                    due[job.kind] = self._clock() + max(job.every, timedelta(seconds=1))
                    self._enqueue_unless_waiting(job.kind)

    def _enqueue_unless_waiting(self, kind: str) -> None:
        try:
            with self._database.transaction() as session:
                if session.scalar(select(JobRow.id).where(JobRow.kind == kind, JobRow.state != JobState.DEAD).limit(1)) is None:
                    self.enqueue(session, NewJob(kind=kind, key=f"periodic:{kind}"))
        except Exception as error:  # noqa: BLE001  # The next round tries again.
            log.error("periodic_job_not_enqueued", kind=kind, error=type(error).__name__)


# Any: SQLAlchemy's type of a row with one column is private.
def next_job(kinds: tuple[str, ...], waiting: tuple[str, ...] = (), most_waiting: int = 0) -> Select[Any]:
    """The id of the job of these kinds that is to run next at the moment `now`; at most so many of those that wait for others run."""
    other = JOBS.alias()
    # A later job may run already when an earlier one is retried by an operator, or was committed late.
    goes_first = (other.c.state == JobState.RUNNING) | ((other.c.state == JobState.READY) & (other.c.id < JOBS.c.id))
    blocked = exists().where(other.c.key == JOBS.c.key, goes_first)
    in_hand = select(func.count()).select_from(other).where(other.c.state == JobState.RUNNING, _is_one_of(waiting, other)).scalar_subquery()
    may_run = _is_one_of(tuple(kind for kind in kinds if kind not in waiting), JOBS)
    return (
        select(JOBS.c.id)
        .where(
            JOBS.c.state == JobState.READY,
            JOBS.c.run_at <= bindparam("now"),
            may_run if not waiting else or_(may_run, and_(_is_one_of(waiting, JOBS), in_hand < most_waiting)),
            JOBS.c.key.is_(None) | ~blocked,
        )
        .order_by(JOBS.c.priority.desc(), JOBS.c.id)
        .limit(1)
    )


def _is_one_of(kinds: tuple[str, ...], jobs: FromClause) -> ColumnElement[bool]:
    """Without a list, whose length would change the statement's text."""
    return or_(false(), *(jobs.c.kind == kind for kind in kinds))


def describe(error: BaseException) -> str:
    """Kind and place of an error. Of foreign errors the message is left out, because it may hold a resident's words."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(PROJECT) and "site-packages" not in frame.filename]
    frame = (ours or list(frames))[-1] if frames else None
    place = f" at {Path(frame.filename).parent.name}/{Path(frame.filename).name}:{frame.lineno}" if frame else ""
    message = f": {error}" if isinstance(error, ProjectError) else ""
    return f"{type(error).__name__}{place}{message}"[:2000]
