"""The order of changes: events of applications get numbers after their commit, and with the numbers their webhooks.

Numbers that were given inside the transactions themselves could become visible out of order: a reader would step over an event
that commits late. Here one transaction at a time numbers what has committed, so whoever has read up to a number has missed nothing.
"""

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core.database import Database
from core.errors import ProjectError
from core.jobs import Queue
from procedures.models import Application, ApplicationEvent
from procedures.outside import queries
from procedures.outside.delivering import delivery_for, send_job
from procedures.outside.models import ApplicationChange, EventCounter
from procedures.outside.scopes import MOVES

BATCH = 200


class CursorError(ProjectError):
    """This is no place in the order of changes that was given out."""


def pass_on(database: Database, queue: Queue, municipality_id: str, now: datetime) -> int:
    """Numbers everything that has committed and enqueues what endpoints are told of it; returns how many events that were."""
    done = 0
    while True:
        with database.reading() as session:
            if not queries.has_unnumbered(session, municipality_id):
                return done
        with database.transaction() as session:
            done += len(_number(session, queue, municipality_id, now))


def _number(session: Session, queue: Queue, municipality_id: str, now: datetime) -> Sequence[ApplicationEvent]:
    session.execute(_insert(session, EventCounter).values(municipality_id=municipality_id, last=0).on_conflict_do_nothing())
    counter = queries.locked_counter(session, municipality_id)
    events = queries.unnumbered(session, municipality_id, BATCH)
    endpoints = queries.endpoints_of(session, municipality_id)
    latest: dict[int, ApplicationEvent] = {}
    for event in events:
        counter.last += 1
        event.number = counter.last
        if event.kind in MOVES:
            latest[event.application_id] = event
    for application_id, event in latest.items():
        values = {"application_id": application_id, "municipality_id": municipality_id, "number": event.number, "at": event.at}
        inserted = _insert(session, ApplicationChange).values(values)
        changes = {"number": inserted.excluded.number, "at": inserted.excluded.at}
        session.execute(inserted.on_conflict_do_update(index_elements=["application_id"], set_=changes))
    for event in events:
        application = session.get_one(Application, event.application_id)
        told = [delivery for endpoint in endpoints if (delivery := delivery_for(endpoint, event, application, now)) is not None]
        session.add_all(told)
        session.flush()
        queue.enqueue(session, *(send_job(delivery) for delivery in told))
    return events


def cursor_of(number: int) -> str:
    """Opaque to others, so that it may change its form."""
    return base64.urlsafe_b64encode(f"c1:{number}".encode()).decode().rstrip("=")


def number_of(cursor: str) -> int:
    """Raises CursorError."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        raise CursorError("the cursor can't be read") from None
    mark, _, digits = text.partition(":")
    if mark != "c1" or not digits.isdecimal() or len(digits) > 18:
        raise CursorError("the cursor can't be read")
    return int(digits)


def _insert(session: Session, table: type[EventCounter] | type[ApplicationChange]) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(table) if session.get_bind().dialect.name == "sqlite" else postgresql.insert(table)
