"""Starting, pausing and stopping the clocks of a case; sla.py knows how they run."""

import math
from datetime import datetime

from core.pack import Pack
from handoff.holidays import is_national_holiday
from handoff.models import Case
from handoff.sla import WorkingTime, times_of


def promise(pack: Pack, case: Case, *, now: datetime) -> datetime | None:
    """By when a person can answer while the department is open, whatever the clocks say; None where nobody knows."""
    return _time(pack, case, is_around_the_clock=False).after(now, times_of(pack.counter, case.priority).first)


def working_time(pack: Pack, case: Case) -> WorkingTime:
    return _time(pack, case, is_around_the_clock=times_of(pack.counter, case.priority).around_the_clock)


def start(pack: Pack, case: Case, *, now: datetime) -> None:
    """An answer is owed from now on; one that is owed already keeps its time."""
    if case.due_from is None:
        case.due_from, case.warned = now, 0
        reckon(pack, case)


def reckon(pack: Pack, case: Case) -> None:
    """Anew when priority or department changed: from when it began, on the calendar that holds now."""
    if case.due_from is None:
        return
    case.due_at = working_time(pack, case).after(case.due_from, _minutes(pack, case))
    plan_warning(pack, case)


def plan_warning(pack: Pack, case: Case) -> None:
    """The moment of the next share that was not warned of."""
    share = next((share for share in pack.counter.warnings if share > (case.warned or 0)), None)
    if share is None or case.due_from is None or case.due_at is None:
        case.warn_at = None
    else:
        case.warn_at = working_time(pack, case).after(case.due_from, math.ceil(_minutes(pack, case) * share / 100))


def pause(case: Case) -> None:
    """The resident owes the next word, or nobody does."""
    case.due_from, case.due_at, case.warn_at, case.warned = None, None, None, 0


def resume_resolution(pack: Pack, case: Case, *, since: datetime, now: datetime) -> None:
    """The time that the resident took is added to the time for resolving."""
    if case.resolve_by is None:
        return
    time = working_time(pack, case)
    taken = int(time.between(since, now).total_seconds() // 60)
    if taken > 0:
        case.resolve_by = time.after(case.resolve_by, taken)


def start_resolution(pack: Pack, case: Case, *, now: datetime) -> None:
    case.resolve_by = working_time(pack, case).after(now, times_of(pack.counter, case.priority).resolution)


def _time(pack: Pack, case: Case, *, is_around_the_clock: bool) -> WorkingTime:
    return WorkingTime(
        department=pack.department(case.department_id),
        calendar=pack.calendar,
        is_holiday=is_national_holiday,
        is_around_the_clock=is_around_the_clock,
    )


def _minutes(pack: Pack, case: Case) -> int:
    times = times_of(pack.counter, case.priority)
    return times.first if case.first_reply_at is None else times.next
