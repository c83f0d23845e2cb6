"""What submitting an application sets going at once, by the names that definitions use."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite
from sqlalchemy.orm import Session

from procedures.models import Application, StoppedNotice

RABIES = "rabies"
"""Yearly notices of the vaccination against rabies."""


def stop_rabies_notices(session: Session, application: Application, now: datetime) -> None:
    insert = insert_on_sqlite if session.get_bind().dialect.name == "sqlite" else insert_on_postgresql
    values = {"resident_id": application.resident_id, "kind": RABIES, "municipality_id": application.municipality_id, "at": now}
    session.execute(insert(StoppedNotice).values(values).on_conflict_do_nothing(index_elements=["resident_id", "kind"]))


def is_stopped(session: Session, resident_id: int, kind: str) -> bool:
    """Whether a resident is not to get notices of this kind any more."""
    return session.get(StoppedNotice, (resident_id, kind)) is not None


EFFECTS: dict[str, Callable[[Session, Application, datetime], None]] = {"stop_rabies_notices": stop_rabies_notices}
