"""What a resident hears of when somebody answers: a wait, or where nobody could answer now a promised time, kept or apologised for."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.pack import Pack
from handoff import clocks, queries
from handoff.business_hours import is_open, next_opening
from handoff.holidays import is_national_holiday
from handoff.models import Case
from handoff.notices import Notice, NoticeKey


def is_staffed(pack: Pack, department_id: str | None, now: datetime) -> bool:
    """Whether the department is open by its calendar."""
    department = pack.department(department_id)
    return department is None or is_open(department, pack.calendar, now, is_national_holiday)


def opening_notice(session: Session, pack: Pack, case: Case, *, now: datetime) -> Notice:
    """What the resident hears at once, a promise where nobody is there."""
    named = _named(pack, case)
    if queries.is_paused(session, case.municipality_id, case.department_id):
        return Notice(key=NoticeKey.PAUSED, values={**named, "promised_at": _promise(pack, case, now)})
    if not is_staffed(pack, case.department_id, now):
        return closed_notice(pack, case, now=now)
    if not queries.is_somebody_there(session, pack, case, now=now):
        promised_at = _promise(pack, case, now)
        if promised_at is not None:
            return Notice(key=NoticeKey.NOBODY_HERE, values={**named, "promised_at": promised_at})
    wait = queries.wait_estimate(session, pack, case, now=now)
    if wait is None:
        position = queries.position_of(session, pack, case, now=now)
        return Notice(key=NoticeKey.WAITING_UNKNOWN, values={**named, "position": position})
    values = {"position": wait.position, "least": wait.least_minutes, "most": wait.most_minutes}
    return Notice(key=NoticeKey.WAITING, values={**named, **values})


def closed_notice(pack: Pack, case: Case, *, now: datetime) -> Notice:
    """When it opens again, and the promise."""
    department = pack.department(case.department_id)
    opening = next_opening(department, pack.calendar, now, is_national_holiday) if department is not None else None
    promised_at = _promise(pack, case, now)
    if opening is None or promised_at is None:
        return Notice(key=NoticeKey.CLOSED_UNKNOWN, values=_named(pack, case))
    return Notice(key=NoticeKey.CLOSED, values={**_named(pack, case), "promised_at": promised_at, "opening": opening})


def _promise(pack: Pack, case: Case, now: datetime) -> datetime | None:
    case.promised_at, case.is_apologised = clocks.promise(pack, case, now=now), False
    return case.promised_at


def _named(pack: Pack, case: Case) -> dict[str, object]:
    department = pack.department(case.department_id)
    return {"department": department.id if department else None}
