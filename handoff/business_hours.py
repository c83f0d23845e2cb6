"""When a department is open: weekly hours, national holidays, yearly and ad-hoc closures and openings. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby

from core.clock import JAPAN, in_japan
from core.pack import Calendar, DatedClosure, Department, OpeningHours, YearlyClosure
from handoff.texts import say

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SEARCH_DAYS = 60

IsHoliday = Callable[[date], bool]


@dataclass(frozen=True, kw_only=True)
class Interval:
    """An open stretch of time, aware, in UTC; the end does not belong to it."""

    start: datetime
    end: datetime


def intervals_of(department: Department, calendar: Calendar, day: date, is_holiday: IsHoliday) -> tuple[Interval, ...]:
    """When the department is open on that day in Japan, in order."""
    opening = _exception(calendar.opened, department, day)
    if opening is not None and opening.open and opening.close:
        return (_interval(day, opening.open, opening.close),)
    if closure_reason(department, calendar, day, is_holiday) is not None:
        return ()
    weekday = WEEKDAYS[day.weekday()]
    found = [_interval(day, hours.open, hours.close) for hours in department.hours if weekday in hours.days]
    return tuple(sorted(found, key=lambda interval: interval.start))


def closure_reason(department: Department, calendar: Calendar, day: date, is_holiday: IsHoliday) -> str | None:
    """Why the department is closed on a day that is not simply outside its week; None when it is not."""
    closure = _exception(calendar.closed, department, day)
    if closure is not None:
        return closure.reason
    for yearly in calendar.closed_every_year:
        if _falls_in(day, yearly):
            return yearly.reason
    return say("closure.holiday") if is_holiday(day) else None


def is_open(department: Department, calendar: Calendar, moment: datetime, is_holiday: IsHoliday) -> bool:
    day = in_japan(moment).date()
    return any(interval.start <= moment < interval.end for interval in intervals_of(department, calendar, day, is_holiday))


def next_opening(department: Department, calendar: Calendar, moment: datetime, is_holiday: IsHoliday) -> datetime | None:
    """The moment itself while open, otherwise the next opening; None when none comes within two months."""
    today = in_japan(moment).date()
    for offset in range(SEARCH_DAYS):
        for interval in intervals_of(department, calendar, today + timedelta(days=offset), is_holiday):
            if moment < interval.end:
                return max(moment, interval.start)
    return None


def week_of(department: Department) -> Iterator[tuple[tuple[str, ...], tuple[OpeningHours, ...]]]:
    """Days with the same hours, together and in the order of the week, for showing."""
    rows = [(weekday, tuple(sorted((h for h in department.hours if weekday in h.days), key=lambda h: h.open))) for weekday in WEEKDAYS]
    grouped: dict[tuple[tuple[time, time], ...], list[tuple[str, tuple[OpeningHours, ...]]]] = {}
    for weekday, hours in rows:
        if hours:
            grouped.setdefault(tuple((h.open, h.close) for h in hours), []).append((weekday, hours))
    for members in grouped.values():
        yield tuple(weekday for weekday, _ in members), members[0][1]


def runs(days: tuple[str, ...]) -> list[tuple[str, str]]:
    """('mon','tue','wed','fri') → [('mon','wed'), ('fri','fri')]"""
    numbered = [WEEKDAYS.index(day) for day in days]
    found = []
    for _, members in groupby(enumerate(numbered), key=lambda pair: pair[1] - pair[0]):
        places = [place for _, place in members]
        found.append((WEEKDAYS[places[0]], WEEKDAYS[places[-1]]))
    return found


def _exception(closures: tuple[DatedClosure, ...], department: Department, day: date) -> DatedClosure | None:
    for closure in closures:
        if closure.start <= day <= closure.end and (not closure.departments or department.id in closure.departments):
            return closure
    return None


def _falls_in(day: date, yearly: YearlyClosure) -> bool:
    today = day.strftime("%m-%d")
    if yearly.start <= yearly.end:
        return yearly.start <= today <= yearly.end
    return today >= yearly.start or today <= yearly.end


@lru_cache(maxsize=4096)
def _interval(day: date, start: time, end: time) -> Interval:
    return Interval(
        start=datetime.combine(day, start, JAPAN).astimezone(UTC),
        end=datetime.combine(day, end, JAPAN).astimezone(UTC),
    )
