"""Accepting events: the deliveries of concurrent requests are committed together, each with its jobs, exactly once."""

import asyncio
import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import structlog
from sqlalchemy import Table
from sqlalchemy.orm import Session

from bot.arrivals import sort_job, turn_jobs
from bot.line.inbound import RawEvent
from bot.models import EventState, InboundEvent
from core.bulk import bulk_insert
from core.clock import Clock, system_clock, to_milliseconds
from core.database import Database
from core.encryption import Cipher
from core.errors import BusyError, TemporaryError
from core.jobs import Queue

MOST_ROUNDS = 6
"""Of the event loop, for which a commit is put off while more requests come in."""
AT_ONCE = 8
"""Events of one commit that get their turn jobs in it. With more, the indexes by conversation would cost more than the events
themselves, so one job sorts them afterwards."""
MAX_TOGETHER = 400
"""Deliveries in one commit; more wait for the next one, which follows at once."""

SLOW_COMMIT = 0.25
"""Seconds that the event loop may be held up by a commit."""
THREAD_SECONDS = 2.0
EVENTS = cast(Table, InboundEvent.__table__)
COLUMNS = (
    "municipality_id",
    "webhook_event_id",
    "conversation_key",
    "kind",
    "message_id",
    "occurred_at",
    "received_at",
    "is_redelivered",
    "payload",
    "state",
)
UNIQUE = ("municipality_id", "webhook_event_id")

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class _Delivery:
    municipality_id: str
    events: Sequence[RawEvent]
    loop: asyncio.AbstractEventLoop
    done: "asyncio.Future[None]"


class Inbox:
    """`accept` returns once the events and their jobs are durable."""

    def __init__(self, database: Database, jobs: Queue, cipher: Cipher, clock: Clock = system_clock) -> None:
        self._database = database
        self._jobs = jobs
        self._cipher = cipher
        self._clock = clock
        self._waiting: queue.SimpleQueue[_Delivery | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._is_stopped = False
        self._gathered: dict[asyncio.AbstractEventLoop, list[_Delivery]] = {}
        self._use_thread_until = 0.0

    def start(self) -> None:
        self._thread = threading.Thread(target=self._write, name="inbox", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Writes what has been handed over, then ends."""
        self._is_stopped = True
        self._waiting.put(None)
        if self._thread is not None:
            self._thread.join(timeout)

    async def accept(self, municipality_id: str, events: Sequence[RawEvent]) -> None:
        """Raises what the database raised, in which case nothing of this delivery was stored."""
        if self._is_stopped:
            raise TemporaryError("this process is stopping; LINE delivers the events again")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        gathered = self._gathered.setdefault(loop, [])
        gathered.append(_Delivery(municipality_id=municipality_id, events=events, loop=loop, done=done))
        if len(gathered) == 1:
            loop.call_soon(self._gather, loop, 1)
        await done

    def _gather(self, loop: asyncio.AbstractEventLoop, seen: int, rounds: int = 0) -> None:
        """Commits as soon as a round of the loop has brought nothing more: the more are committed together, the less each of them costs."""
        count = len(self._gathered[loop])
        if count > seen and rounds < MOST_ROUNDS:
            loop.call_soon(self._gather, loop, count, rounds + 1)
        else:
            self._flush(loop)

    def _flush(self, loop: asyncio.AbstractEventLoop) -> None:
        """Commits in the loop itself, since handing it over costs more than the commit.

        Where another writer is at work or the disk is slow, the thread waits instead.
        """
        batch = self._gathered.pop(loop)
        started = time.monotonic()
        if not self._database.is_sqlite or started < self._use_thread_until:
            self._hand_over(batch)
            return
        try:
            with self._database.transaction_at_once() as session:
                self._store(session, batch)
        except BusyError:
            self._hand_over(batch)
            return
        except Exception as problem:  # noqa: BLE001  # Every waiting request must hear of it; LINE will deliver again.
            log.error("inbox_unavailable", error=type(problem).__name__, deliveries=len(batch))
            _settle([delivery.done for delivery in batch], problem)
            return
        if time.monotonic() - started > SLOW_COMMIT:
            self._use_thread_until = time.monotonic() + THREAD_SECONDS
        _settle([delivery.done for delivery in batch], None)

    def _hand_over(self, batch: Sequence[_Delivery]) -> None:
        for delivery in batch:
            self._waiting.put(delivery)

    def _write(self) -> None:
        is_open = True
        while is_open:
            batch: list[_Delivery] = []
            delivery = self._waiting.get()
            while True:
                if delivery is None:
                    is_open = False
                else:
                    batch.append(delivery)
                if len(batch) >= MAX_TOGETHER:
                    break
                try:
                    delivery = self._waiting.get_nowait()
                except queue.Empty:
                    break
            if batch:
                self._commit(batch)

    def _commit(self, batch: Sequence[_Delivery]) -> None:
        error: Exception | None = None
        try:
            with self._database.transaction() as session:
                self._store(session, batch)
        except Exception as problem:  # noqa: BLE001  # Every waiting request must hear of it; LINE will deliver again.
            log.error("inbox_unavailable", error=type(problem).__name__, deliveries=len(batch))
            error = problem
        by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
        for delivery in batch:
            by_loop.setdefault(delivery.loop, []).append(delivery.done)
        for loop, futures in by_loop.items():
            loop.call_soon_threadsafe(_settle, futures, error)

    def _store(self, session: Session, batch: Sequence[_Delivery]) -> None:
        received_at = to_milliseconds(self._clock())
        seal = self._cipher.encrypt
        is_few = sum(len(delivery.events) for delivery in batch) <= AT_ONCE
        rows = [
            (
                delivery.municipality_id,
                event.webhook_event_id,
                event.conversation_key,
                event.kind,
                event.message_id,
                event.occurred_at or received_at,
                received_at,
                event.is_redelivered,
                seal(event.json),
                event.state if is_few or event.state != EventState.WAITING else EventState.ARRIVED,
            )
            for delivery in batch
            for event in delivery.events
        ]
        # An event that came before is left out, and so gets no second job.
        if is_few:
            stored = bulk_insert(session, EVENTS, COLUMNS, rows, unique=UNIQUE, returning=("municipality_id", "conversation_key", "state"))
            self._jobs.enqueue(
                session, *turn_jobs((municipality_id, key) for municipality_id, key, state in stored if state == EventState.WAITING)
            )
        else:
            bulk_insert(session, EVENTS, COLUMNS, rows, unique=UNIQUE)
            self._jobs.enqueue(session, sort_job())


def _settle(futures: "Sequence[asyncio.Future[None]]", error: Exception | None) -> None:
    for future in futures:
        if future.done():
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
