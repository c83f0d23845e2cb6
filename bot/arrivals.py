"""Giving stored events to their conversations: at once where few came together, by a job of its own where many did."""

from collections.abc import Iterable
from typing import cast

from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from bot.models import EventState, InboundEvent
from core.database import Database
from core.jobs import Job, NewJob, Queue
from core.statements import Prepared

TURN_JOB = "turn"
SORT_JOB = "sort_arrivals"
EVENTS = cast(Table, InboundEvent.__table__)
CHUNK = 500
"""Events of one transaction of the job, so that no webhook waits long behind it."""
ARRIVED = select(EVENTS.c.id).where(EVENTS.c.state == EventState.ARRIVED)
ANY_ARRIVED, OLDEST_ARRIVED = Prepared(ARRIVED.limit(1)), Prepared(ARRIVED.order_by(EVENTS.c.id).limit(CHUNK).with_for_update())


def turn_job(municipality_id: str, key: str) -> NewJob:
    """What makes a conversation answer the events that it holds."""
    payload = {"municipality_id": municipality_id, "conversation_key": key}
    return NewJob(kind=TURN_JOB, key=f"turn:{key}", payload=payload, municipality_id=municipality_id)


def sort_job() -> NewJob:
    """Before any turn, because a conversation's earlier event may be among the arrivals."""
    return NewJob(kind=SORT_JOB, key=SORT_JOB, priority=100)


def has_arrivals(session: Session) -> bool:
    """Whether an event waits to be given to its conversation."""
    return ANY_ARRIVED.first(session) is not None


def sort_arrivals(session: Session, jobs: Queue) -> bool:
    """Hands the oldest arrivals to their conversations, with a turn job each, within the caller's transaction.

    True when more may be left.
    """
    ids = [row.id for row in OLDEST_ARRIVED.all(session)]
    if not ids:
        return False
    statement = (
        update(InboundEvent)
        .where(InboundEvent.id.in_(ids))
        .values(state=EventState.WAITING)
        .returning(InboundEvent.municipality_id, InboundEvent.conversation_key)
        .execution_options(synchronize_session=False)
    )
    jobs.enqueue(session, *turn_jobs((municipality_id, str(key)) for municipality_id, key in session.execute(statement)))
    return len(ids) == CHUNK


def turn_jobs(events: Iterable[tuple[str, str]]) -> list[NewJob]:
    """One per event: should the turn of one fail altogether, the next event has its own."""
    return [turn_job(municipality_id, key) for municipality_id, key in events]


class Sorting:
    """Sorts what came in large numbers."""

    def __init__(self, database: Database, jobs: Queue) -> None:
        self._database = database
        self._jobs = jobs

    def run(self, _job: Job | None = None) -> None:
        is_more = True
        while is_more:
            with self._database.transaction() as session:
                is_more = sort_arrivals(session, self._jobs)
