"""Who has an application open: told by heartbeats of open pages, forgotten soon after the last."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.changes import announce_last, application_topic
from procedures.models import Application, ApplicationViewing

GONE = timedelta(seconds=40)
"""After the last heartbeat; pages send one about every 15 s."""


def look(session: Session, application: Application, staff_id: int, *, now: datetime) -> None:
    """A heartbeat. Pages are told only when somebody comes or goes."""
    before = _told(session, application.id)
    silent = update(ApplicationViewing).where(
        ApplicationViewing.application_id == application.id, ApplicationViewing.at <= now - GONE, ApplicationViewing.staff_id != staff_id
    )
    session.execute(silent.values(is_here=False))
    row = session.get(ApplicationViewing, (application.id, staff_id))
    if row is None:
        row = ApplicationViewing(application_id=application.id, staff_id=staff_id)
        session.add(row)
    row.at, row.is_here = now, True
    session.flush()
    _announce_where_changed(session, application, before, now)


def look_away(session: Session, application: Application, staff_id: int, *, now: datetime) -> None:
    """The page was closed."""
    before = _told(session, application.id)
    mine = update(ApplicationViewing).where(ApplicationViewing.application_id == application.id, ApplicationViewing.staff_id == staff_id)
    session.execute(mine.values(is_here=False))
    _announce_where_changed(session, application, before, now)


def viewers(session: Session, application_id: int, now: datetime, *, besides: int) -> Sequence[int]:
    """Ids of the staff who look at it now."""
    wanted = select(ApplicationViewing.staff_id).where(
        ApplicationViewing.application_id == application_id, ApplicationViewing.is_here, ApplicationViewing.at > now - GONE
    )
    return [staff_id for staff_id in session.scalars(wanted.order_by(ApplicationViewing.staff_id)) if staff_id != besides]


def _told(session: Session, application_id: int) -> frozenset[int]:
    """As pages were last told: whoever fell silent meanwhile counts as there."""
    wanted = select(ApplicationViewing.staff_id).where(ApplicationViewing.application_id == application_id, ApplicationViewing.is_here)
    return frozenset(session.scalars(wanted))


def _announce_where_changed(session: Session, application: Application, before: frozenset[int], now: datetime) -> None:
    if _told(session, application.id) != before:
        announce_last(session, application.municipality_id, application_topic(application.id), now=now)
