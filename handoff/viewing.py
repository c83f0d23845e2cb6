"""Who has a case open, and who is typing: told by heartbeats of open pages, forgotten soon after the last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
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
    before = _told(session, case.id)
    silent = update(Viewing).where(Viewing.case_id == case.id, Viewing.at <= now - GONE, Viewing.staff_id != staff_id)
    session.execute(silent.values(is_here=False, typed_at=None))
    row = session.get(Viewing, (case.id, staff_id))
    if row is None:
        row = Viewing(case_id=case.id, staff_id=staff_id)
        session.add(row)
    row.at, row.typed_at, row.is_here = now, now if is_typing else None, True
    session.flush()
    _announce_where_changed(session, case, before, now)


def look_away(session: Session, case: Case, staff_id: int, *, now: datetime) -> None:
    """The page was closed."""
    before = _told(session, case.id)
    mine = update(Viewing).where(Viewing.case_id == case.id, Viewing.staff_id == staff_id)
    session.execute(mine.values(is_here=False, typed_at=None))
    _announce_where_changed(session, case, before, now)


def viewers(session: Session, case_id: int, now: datetime, *, besides: int | None = None) -> Sequence[Viewer]:
    """Who looks at it now, by name."""
    statement = (
        select(Viewing, Staff.name)
        .join(Staff, Staff.id == Viewing.staff_id)
        .where(Viewing.case_id == case_id, Viewing.is_here, Viewing.at > now - GONE)
        .order_by(Staff.name, Staff.id)
    )
    return [
        Viewer(staff_id=row.staff_id, name=name, is_typing=_is_typing(row, now))
        for row, name in session.execute(statement)
        if row.staff_id != besides
    ]


def _told(session: Session, case_id: int) -> frozenset[tuple[int, bool]]:
    """As pages were last told: whoever fell silent meanwhile counts as there."""
    rows = session.execute(select(Viewing.staff_id, Viewing.typed_at).where(Viewing.case_id == case_id, Viewing.is_here))
    return frozenset((staff_id, typed_at is not None) for staff_id, typed_at in rows)


def _is_typing(row: Viewing, now: datetime) -> bool:
    return row.typed_at is not None and row.typed_at > now - STOPPED_TYPING


def _announce_where_changed(session: Session, case: Case, before: frozenset[tuple[int, bool]], now: datetime) -> None:
    if _told(session, case.id) != before:
        announce(session, case.municipality_id, case_topic(case.id), now=now)
