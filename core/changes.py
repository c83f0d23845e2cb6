"""What open pages are told: a numbered change per topic, written in the transaction that causes it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.models import Change, Municipality

QUEUE = "queue"
"""A list of cases looks different."""
PRESENCE = "presence"
"""Somebody came, left, or changed what they take."""


def case_topic(case_id: int) -> str:
    """One case: its talk, its state, who has it."""
    return f"case:{case_id}"


def staff_topic(staff_id: int) -> str:
    """Something for one person: an offer, a mention."""
    return f"staff:{staff_id}"


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


def changes_after(session: Session, municipality_id: str, number: int, limit: int = 500) -> Sequence[Change]:
    """In their order."""
    statement = select(Change).where(Change.municipality_id == municipality_id, Change.number > number)
    return session.scalars(statement.order_by(Change.number).limit(limit)).all()


def newest_number(session: Session, municipality_id: str) -> int:
    return session.scalar(select(Municipality.change_number).where(Municipality.id == municipality_id)) or 0
