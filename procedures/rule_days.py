"""Days that a definition names by a rule, such as `3 days` or `-waste.change_days days`; and deadlines. Pure."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer

FORM = re.compile(r"(?P<sign>-?)\s*(?:(?P<number>\d{1,5})|(?P<value>[a-z][a-z0-9_.-]*))\s+(?P<unit>open days?|days?|weeks?|months?|years?)")
LONGEST = 400
"""Days in which a day that is open must come."""

IsOpen = Callable[[date], bool]


@dataclass(frozen=True, kw_only=True)
class RuleOfDay:
    """So many units after (or before) the day it is seen from, or one fixed day."""

    number: int = 0
    value: str = ""
    """The named value that holds the number."""
    unit: str = "day"
    sign: int = 1
    fixed: date | None = None
    written: str = "today"

    def from_(self, day: date, number_of: Callable[[str], int], is_open: IsOpen) -> date:
        if self.fixed is not None:
            return self.fixed
        number = self.sign * (number_of(self.value) if self.value else self.number)
        if self.unit == "open day":
            return _open_days_from(day, number, is_open)
        if self.unit in ("month", "year"):
            return months_from(day, number * (12 if self.unit == "year" else 1))
        return day + timedelta(days=number * (7 if self.unit == "week" else 1))

    def values(self) -> Iterator[str]:
        if self.value:
            yield self.value


def _read(written: Any) -> Any:  # Any: whatever YAML holds.
    if isinstance(written, RuleOfDay):
        return written
    if isinstance(written, date):
        return RuleOfDay(fixed=written, written=written.isoformat())
    text = str(written).strip()
    if text == "today":
        return RuleOfDay()
    match = FORM.fullmatch(text)
    if match is not None:
        unit = match["unit"].rstrip("s")
        sign = -1 if match["sign"] else 1
        return RuleOfDay(number=int(match["number"] or 0), value=match["value"] or "", unit=unit, sign=sign, written=text)
    try:
        return RuleOfDay(fixed=date.fromisoformat(text), written=text)
    except ValueError:
        raise ValueError(
            f"'{text}' is no day: write today, '3 days', '-30 days', '5 open days', '2 weeks', '1 month' or 2027-03-31"
        ) from None


DayRule = Annotated[RuleOfDay, BeforeValidator(_read), PlainSerializer(lambda rule: rule.written)]


def months_from(day: date, months: int) -> date:
    """The same day of another month, or its last day where it has no such day."""
    number = day.year * 12 + day.month - 1 + months
    year, month = number // 12, number % 12 + 1
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, min(day.day, (following - timedelta(days=1)).day))


def next_open(day: date, is_open: IsOpen) -> date:
    """The day itself where it is open. Raises ValueError where none comes within a year."""
    for step in range(LONGEST):
        if is_open(day + timedelta(days=step)):
            return day + timedelta(days=step)
    raise ValueError(f"no open day within {LONGEST} days after {day}: look at calendar.yaml")


def _open_days_from(day: date, number: int, is_open: IsOpen) -> date:
    step = timedelta(days=1 if number >= 0 else -1)
    left = abs(number)
    for _ in range(LONGEST):
        if not left:
            return day
        day += step
        left -= is_open(day)
    raise ValueError(f"fewer than {abs(number)} open days within {LONGEST} days: look at calendar.yaml")


def deadline(event: date, days: int, *, moves_to_open_day: bool, is_open: IsOpen) -> date:
    """The last day of a term of so many days that is counted from the day after the event (民法140条); when closed, the next open day."""
    last = event + timedelta(days=days)
    return next_open(last, is_open) if moves_to_open_day else last
