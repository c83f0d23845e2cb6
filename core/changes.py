"""What open pages are told: a numbered change per topic, written in the transaction that causes it, and the hint that there is one."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, event, func, select, update
from sqlalchemy.orm import Session

from core.database import after_commit
from core.models import Change, Municipality

NOTIFICATIONS = "madoguchi_change"
"""The channel of PostgreSQL on which other processes hear of a change."""

QUEUE = "queue"
"""All lists of cases look different."""
WHOLE_QUEUE = "queue:*"
"""Those lists do that show the cases of all departments."""
PRESENCE = "presence"
"""Somebody came, left, or changed what they take."""
APPLICATIONS = "applications"
"""The board of applications looks different."""
PENDING = "topics_to_announce"


def queue_topic(department_id: str) -> str:
    """The lists of those who see this department's cases and not the others'."""
    return f"queue:{department_id}"


def case_topic(case_id: int) -> str:
    """One case: its talk, its state, who has it."""
    return f"case:{case_id}"


def application_topic(application_id: int) -> str:
    """One application: its state, its answers, who has it, who looks at it."""
    return f"application:{application_id}"


def staff_topic(staff_id: int) -> str:
    """Something for one person: an offer, a mention."""
    return f"staff:{staff_id}"


@dataclass(frozen=True, kw_only=True)
class News:
    """What changed after a number: each topic once, and the newest number among what was read."""

    topics: frozenset[str]
    number: int


def announce(session: Session, municipality_id: str, *topics: str, now: datetime) -> None:
    """Pages that show these topics are told once the caller's transaction has committed.

    The municipality's row stays locked until then, so that numbers are committed in their order and a reader who has seen one has
    missed none before it. Call it last in the transaction: whoever waits for that row must hold nothing that its owner still needs.
    """
    wanted = tuple(dict.fromkeys(topics))
    if not wanted:
        return
    statement = update(Municipality).where(Municipality.id == municipality_id)
    last = session.scalars(
        statement.values(change_number=Municipality.change_number + len(wanted)).returning(Municipality.change_number),
        execution_options={"synchronize_session": False},
    ).one()
    first = last - len(wanted) + 1
    session.add_all(
        Change(municipality_id=municipality_id, number=first + place, topic=topic, at=now) for place, topic in enumerate(wanted)
    )
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_notify(NOTIFICATIONS, "")))
    after_commit(session, wake_listeners)


def announce_last(session: Session, municipality_id: str, *topics: str, now: datetime) -> None:
    """Announces at the end of the transaction, whatever else it does until then."""
    if PENDING not in session.info:
        event.listen(session, "before_commit", _announce_all)
        session.info[PENDING] = {}
    pending: dict[str, tuple[dict[str, None], datetime]] = session.info[PENDING]
    known, _ = pending.get(municipality_id, ({}, now))
    known.update(dict.fromkeys(topics))
    pending[municipality_id] = (known, now)


def _announce_all(session: Session) -> None:
    if session.in_nested_transaction():
        return
    pending: dict[str, tuple[dict[str, None], datetime]] = session.info.get(PENDING) or {}
    session.info[PENDING] = {}
    for municipality_id in sorted(pending):
        topics, now = pending[municipality_id]
        announce(session, municipality_id, *topics, now=now)


def news_after(session: Session, municipality_id: str, number: int) -> News | None:
    """None when changes after the number may be missing: they are older than what is kept, or the number is of another database."""
    newest = newest_number(session, municipality_id)
    if number == newest:
        return News(topics=frozenset(), number=number)
    oldest = session.scalar(select(func.min(Change.number)).where(Change.municipality_id == municipality_id))
    if number > newest or oldest is None or oldest > number + 1:
        return None
    # More may have been committed since the number was read; that is told with the next.
    there = (Change.municipality_id == municipality_id, Change.number > number, Change.number <= newest)
    statement = select(Change.topic).where(*there).distinct()
    return News(topics=frozenset(session.scalars(statement)), number=newest)


def newest_number(session: Session, municipality_id: str) -> int:
    return session.scalar(select(Municipality.change_number).where(Municipality.id == municipality_id)) or 0


def drop_changes(session: Session, municipality_id: str, before: datetime, limit: int) -> int:
    """The oldest first; returns how many."""
    old = select(Change.number).where(Change.municipality_id == municipality_id, Change.at < before)
    numbers = session.scalars(old.order_by(Change.number).limit(limit)).all()
    session.execute(delete(Change).where(Change.municipality_id == municipality_id, Change.number.in_(numbers)))
    return len(numbers)


_listeners: set[Callable[[], None]] = set()
_listeners_lock = threading.Lock()


@contextmanager
def listening(callback: Callable[[], None]) -> Iterator[None]:
    """Meanwhile `callback` runs after each commit with a change in this process, in the committing thread: it must be quick."""
    with _listeners_lock:
        _listeners.add(callback)
    try:
        yield
    finally:
        with _listeners_lock:
            _listeners.discard(callback)


def wake_listeners() -> None:
    """A hint, whatever the database: whoever is woken reads what is there."""
    with _listeners_lock:
        callbacks = tuple(_listeners)
    for callback in callbacks:
        callback()
