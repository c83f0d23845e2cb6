"""Accepting events: the deliveries of concurrent requests are committed together, each with its jobs, exactly once."""

import asyncio
import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.line.inbound import RawEvent
from bot.models import EventState, InboundEvent
from core.clock import Clock, system_clock, to_milliseconds
from core.database import Database
from core.encryption import Cipher
from core.errors import TemporaryError
from core.jobs import NewJob, Queue

TURN_JOB = "turn"
MAX_TOGETHER = 400
"""Deliveries in one commit; more wait for the next one, which follows at once."""

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class _Delivery:
    municipality_id: str
    events: Sequence[RawEvent]
    loop: asyncio.AbstractEventLoop
    done: "asyncio.Future[None]"


class Inbox:
    """A thread that writes; `accept` returns once the events and their jobs are durable."""

    def __init__(self, database: Database, jobs: Queue, cipher: Cipher, clock: Clock = system_clock) -> None:
        self._database = database
        self._jobs = jobs
        self._cipher = cipher
        self._clock = clock
        self._insert = _insert_new_events("sqlite" if database.is_sqlite else "postgresql")
        self._waiting: queue.SimpleQueue[_Delivery | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._is_stopped = False

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
        self._waiting.put(_Delivery(municipality_id=municipality_id, events=events, loop=loop, done=done))
        await done

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
        rows = {
            (delivery.municipality_id, event.webhook_event_id): {
                "municipality_id": delivery.municipality_id,
                "webhook_event_id": event.webhook_event_id,
                "conversation_key": event.conversation_key,
                "kind": event.kind,
                "message_id": event.message_id,
                "occurred_at": event.occurred_at or received_at,
                "received_at": received_at,
                "is_redelivered": event.is_redelivered,
                "payload": self._cipher.encrypt(event.json),
                "state": event.state,
            }
            for delivery in batch
            for event in delivery.events
        }
        if not rows:
            return
        stored = session.connection().execute(self._insert, list(rows.values())).all()
        self._jobs.enqueue(
            session,
            *(
                NewJob(
                    kind=TURN_JOB,
                    key=f"turn:{row.conversation_key}",
                    payload={"municipality_id": row.municipality_id, "conversation_key": row.conversation_key},
                    municipality_id=row.municipality_id,
                )
                for row in stored
                if row.state == EventState.WAITING
            ),
        )


def _insert_new_events(dialect: str) -> Any:  # Any: the two dialects' inserts share no public type.
    """An event that came before is left out, and so gets no second job."""
    table = InboundEvent.__table__
    kind = sqlite if dialect == "sqlite" else postgresql
    statement = kind.insert(table).on_conflict_do_nothing(index_elements=["municipality_id", "webhook_event_id"])
    return statement.returning(table.c.municipality_id, table.c.conversation_key, table.c.state)


def _settle(futures: "Sequence[asyncio.Future[None]]", error: Exception | None) -> None:
    for future in futures:
        if future.done():
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
