"""Clocks of a case on the calendar of its department: when an answer is due, how much of the time has run, what is warned of. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.clock import in_japan
from core.counter_rules import CounterRules, PriorityName, ResponseTimes
from core.pack import Calendar, Department
from handoff.business_hours import SEARCH_DAYS, Interval, IsHoliday, intervals_of
from handoff.models import Priority

PRIORITY_NAMES: Mapping[Priority, PriorityName] = {
    Priority.ORDINARY: "ordinary",
    Priority.DEADLINE: "deadline",
    Priority.VULNERABLE: "vulnerable",
    Priority.CRISIS: "crisis",
}


@dataclass(frozen=True, kw_only=True)
class WorkingTime:
    """The time in which a clock runs: the opening hours of a department, or all of it."""

    department: Department | None
    calendar: Calendar
    is_holiday: IsHoliday
    is_around_the_clock: bool = False

    def after(self, start: datetime, minutes: int) -> datetime | None:
        """The moment when so much of it has passed; None where two months do not hold as much."""
        if self._never_stops:
            return start + timedelta(minutes=minutes)
        left = timedelta(minutes=minutes)
        for interval in self._intervals(start):
            begin = max(start, interval.start)
            if interval.end - begin >= left:
                return begin + left
            left -= interval.end - begin
        return None

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much of it lies between two moments."""
        if end <= start:
            return timedelta()
        if self._never_stops:
            return end - start
        total = timedelta()
        for interval in self._intervals(start, until=end):
            total += max(timedelta(), min(end, interval.end) - max(start, interval.start))
        return total

    @property
    def _never_stops(self) -> bool:
        return self.is_around_the_clock or self.department is None

    def _intervals(self, start: datetime, until: datetime | None = None) -> Iterator[Interval]:
        """Those that end after `start`, in order."""
        assert self.department is not None
        today = in_japan(start).date()
        days = SEARCH_DAYS if until is None else (in_japan(until).date() - today).days + 1
        for offset in range(days):
            for interval in intervals_of(self.department, self.calendar, today + timedelta(days=offset), self.is_holiday):
                if interval.end > start:
                    yield interval


def times_of(rules: CounterRules, priority: int) -> ResponseTimes:
    return rules.response[PRIORITY_NAMES[Priority(priority)]]
