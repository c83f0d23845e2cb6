"""Who has a case open, and who is typing: told by heartbeats of open pages, forgotten soon after the last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.changes import announce, case_topic
from handoff.desk_models import Viewing
from handoff.models import Case, Staff

GONE = timedelta(seconds=40)
"""After the last heartbeat; pages send one about every 15 s."""
STOPPED_TYPING = timedelta(seconds=20)
"""A page that is typed in says so at least as often; one that stops says so itself."""


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """A colleague in front of a case."""

    staff_id: int
    name: str
    is_typing: bool


def look(session: Session, case: Case, staff_id: int, *, is_typing: bool, now: datetime) -> None:
    """A heartbeat. Pages are told only when somebody comes, goes, begins or ends typing."""
    before = _seen(session, case.id, now)
    session.execute(delete(Viewing).where(Viewing.case_id == case.id, Viewing.at <= now - GONE, Viewing.staff_id != staff_id))
    row = session.get(Viewing, (case.id, staff_id))
    if row is None:
        row = Viewing(case_id=case.id, staff_id=staff_id, at=now, typed_at=None)
        session.add(row)
    row.at = now
    row.typed_at = now if is_typing else None
    session.flush()
    _announce_where_changed(session, case, before, now)


def look_away(session: Session, case: Case, staff_id: int, *, now: datetime) -> None:
    """The page was closed."""
    before = _seen(session, case.id, now)
    session.execute(delete(Viewing).where(Viewing.case_id == case.id, Viewing.staff_id == staff_id))
    _announce_where_changed(session, case, before, now)


def viewers(session: Session, case_id: int, now: datetime, *, besides: int | None = None) -> Sequence[Viewer]:
    """Who looks at it now, by name."""
    statement = (
        select(Viewing, Staff.name)
        .join(Staff, Staff.id == Viewing.staff_id)
        .where(Viewing.case_id == case_id, Viewing.at > now - GONE)
        .order_by(Staff.name, Staff.id)
    )
    return [
        Viewer(staff_id=row.staff_id, name=name, is_typing=_is_typing(row, now))
        for row, name in session.execute(statement)
        if row.staff_id != besides
    ]


def _seen(session: Session, case_id: int, now: datetime) -> frozenset[tuple[int, bool]]:
    """As pages were last told: rows that have become old meanwhile count as there."""
    rows = session.scalars(select(Viewing).where(Viewing.case_id == case_id))
    return frozenset((row.staff_id, row.typed_at is not None) for row in rows)


def _is_typing(row: Viewing, now: datetime) -> bool:
    return row.typed_at is not None and row.typed_at > now - STOPPED_TYPING


def _announce_where_changed(session: Session, case: Case, before: frozenset[tuple[int, bool]], now: datetime) -> None:
    if _seen(session, case.id, now) != before:
        announce(session, case.municipality_id, case_topic(case.id), now=now)
