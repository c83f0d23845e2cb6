"""The background work of conversations: turns, deliveries, and what is done again and again."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import structlog

from bot import queries
from bot.arrivals import SORT_JOB, TURN_JOB, Sorting
from bot.counter import EMERGENCY_JOB, ENDING_JOB
from bot.counter_jobs import CALLBACKS_JOB, CounterJobs
from bot.line.client import LineClient
from bot.line.delivery import Delivery
from bot.media import MediaStore
from bot.media_jobs import FETCH_BACKOFF, FETCH_JOB, MediaFetcher, drop_expired, sweep
from bot.models import Quota
from bot.outgoing import deliver_job
from bot.procedure_reminders import REMIND_JOB
from bot.retention import drop_old
from bot.staff_words import SEND_JOB
from bot.turn import WAKE_JOB, TurnRunner
from core.clock import Clock, system_clock
from core.database import Database
from core.errors import TemporaryError
from core.for_each import for_each
from core.jobs import Job, JobKind, PeriodicJob, Queue
from core.memory import release_pages
from core.metrics import DEAD_LETTERS, JOBS_WAITING, QUOTA_LIMIT, QUOTA_USED
from core.pack import Pack
from handoff.jobs import TEND_PERIOD, Tending, tend_kind
from retrieval.judging import read_golden
from retrieval.learning import learn
from retrieval.modes import MAPPED_FILES
from retrieval.search import Search

DELIVERY_BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (0.5, 2, 5, 15, 40, 90, 300, 900, 1800, 3600))
TURN_BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (0.2, 1, 4, 15, 60))

log = structlog.get_logger()


class Housekeeping:
    """Retention, quotas and figures."""

    def __init__(
        self,
        database: Database,
        queue: Queue,
        packs: Callable[[str], Pack],
        clients: Callable[[str], LineClient],
        municipality_ids: Sequence[str],
        clock: Clock = system_clock,
        search: Search | None = None,
        media: MediaStore | None = None,
    ) -> None:
        self._media = media
        self._database = database
        self._search = search
        self._queue = queue
        self._packs = packs
        self._clients = clients
        self._municipality_ids = municipality_ids
        self._clock = clock

    def drop_old(self, _job: Job) -> None:
        """What a municipality keeps goes when its time is over."""
        try:
            for_each(self._municipality_ids, self._drop_old_of, "old_rows_not_removed")
        finally:
            if self._media is not None:
                sweep(self._database, self._media)

    def _drop_old_of(self, municipality_id: str) -> None:
        retention = self._packs(municipality_id).municipality.retention
        removed = dict(drop_old(self._database, municipality_id, retention, self._clock()))
        if self._media is not None:
            removed["media"] = drop_expired(self._database, self._media, municipality_id, self._clock())
        log.info("old_rows_removed", municipality=municipality_id, **removed)

    def read_quota(self, _job: Job) -> None:
        for_each(self._municipality_ids, self._read_quota_of, "quota_not_read")

    def _read_quota_of(self, municipality_id: str) -> None:
        try:
            limit, used = self._clients(municipality_id).quota()
        except TemporaryError as error:
            log.warning("quota_not_read", municipality=municipality_id, error=str(error))
            return
        with self._database.transaction() as session:
            session.merge(Quota(municipality_id=municipality_id, limit=limit, used=used, read_at=self._clock()))
        QUOTA_USED.labels(municipality=municipality_id).set(used)
        if limit is not None:
            QUOTA_LIMIT.labels(municipality=municipality_id).set(limit)

    def learn(self, _job: Job) -> None:
        """Lets each municipality's order of entries learn from its judged questions; see docs/quality.md."""
        search = self._search
        if search is not None:
            for_each(self._municipality_ids, lambda municipality_id: self._learn_of(search, municipality_id), "not_learned")

    def _learn_of(self, search: Search, municipality_id: str) -> None:
        folder = self._packs(municipality_id).folder
        golden = read_golden(Path(folder)) if folder else {}
        lesson = learn(self._database, search, municipality_id, golden, now=self._clock())
        log.info("learned", municipality=municipality_id, questions=lesson.questions, version=lesson.version)

    def count(self, _job: Job) -> None:
        with self._database.reading() as session:
            waiting = self._queue.waiting(session)
            dead = self._queue.dead(session)
        JOBS_WAITING.clear()
        for kind, count in waiting.items():
            JOBS_WAITING.labels(kind=kind).set(count)
        DEAD_LETTERS.set(dead)

    def release_pages(self, _job: Job) -> None:
        release_pages(*MAPPED_FILES)

    def resend_forgotten(self) -> int:
        """At start: every call that waits or was being sent gets a job; its own may be gone (a restored backup, say). Returns how many.

        A second job does no harm: it finds the call settled.
        """
        with self._database.transaction() as session:
            calls = queries.unsettled_calls(session)
            self._queue.enqueue(session, *(deliver_job(call.municipality_id, call.conversation_id, call.id) for call in calls))
            return len(calls)


def job_kinds(runner: TurnRunner, delivery: Delivery, housekeeping: Housekeeping, sorting: Sorting) -> tuple[JobKind, ...]:
    """Every kind of job that conversations need."""
    return (
        JobKind(name=TURN_JOB, run=runner.run, backoff=TURN_BACKOFF, on_death=runner.apologise),
        JobKind(name=SORT_JOB, run=sorting.run),
        JobKind(name=WAKE_JOB, run=runner.wake),
        JobKind(name="deliver", run=delivery.run, backoff=DELIVERY_BACKOFF, on_death=delivery.give_up),
        JobKind(name="drop_old", run=housekeeping.drop_old),
        JobKind(name="read_quota", run=housekeeping.read_quota, waits_for_others=True),
        JobKind(name="count", run=housekeeping.count),
        JobKind(name="learn", run=housekeeping.learn),
        JobKind(name="release_pages", run=housekeeping.release_pages),
    )


def counter_kinds(counter: CounterJobs, fetcher: MediaFetcher, tending: Tending) -> tuple[JobKind, ...]:
    """Every kind of job that handing over needs."""
    return (
        JobKind(name=SEND_JOB, run=counter.send_staff_message),
        JobKind(name=ENDING_JOB, run=counter.say_ending),
        JobKind(name=EMERGENCY_JOB, run=counter.send_emergency),
        JobKind(name=FETCH_JOB, run=fetcher.run, backoff=FETCH_BACKOFF, waits_for_others=True, on_death=fetcher.give_up),
        JobKind(name=CALLBACKS_JOB, run=counter.apologise_for_callbacks),
        tend_kind(tending),
    )


PERIODIC = (
    TEND_PERIOD,
    PeriodicJob(kind=CALLBACKS_JOB, every=timedelta(minutes=10)),
    PeriodicJob(kind=REMIND_JOB, every=timedelta(minutes=1)),
    PeriodicJob(kind="drop_old", every=timedelta(hours=6)),
    PeriodicJob(kind="read_quota", every=timedelta(minutes=10)),
    PeriodicJob(kind="count", every=timedelta(seconds=15)),
    PeriodicJob(kind="learn", every=timedelta(days=1)),
    PeriodicJob(kind="release_pages", every=timedelta(seconds=10)),
)
