"""A field for a day of a schedule, perhaps with a time, of which each has room for only so many."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field as Key
from pydantic import field_validator

from core.clock import in_japan
from core.japanese_dates import find_day, flat_dates
from procedures.conditions import DefinitionModel, Operand, Plain
from procedures.fields.base import Asking, Field, Found, Option, Problem, Reading, Taken, Unread, Way, line, malformed
from procedures.fields.choosing import folded
from procedures.fields.dates import iso_day
from procedures.fields.inputs import Given, Input, InputKind, Misfit, judged, only
from procedures.rule_days import DayRule
from procedures.said import Chose, Picked, Said, Words
from procedures.schedules import days_of, read_schedule

if TYPE_CHECKING:
    from procedures.wording import Wording

MOST_SHOWN = 6
MOST_ON_PAGE = 40
LOOKED_AHEAD = 366
ALL = "*"
"""In a slot's key: every group, every time."""


class Closing(DefinitionModel):
    """Days of collection that must be applied for earlier than the rule says, such as the last ones of a year."""

    first: date = Key(alias="from")
    last: date = Key(alias="until")
    apply_by: date


@dataclass(frozen=True, kw_only=True)
class Free:
    """A slot that can be chosen, and how many places it still has."""

    day: date
    time: str
    left: int


class SlotField(Field):
    """A day of a schedule, perhaps with a time, of which each has room for only so many."""

    type: Literal["slot"]
    schedule: str = ""
    """As in the table, 第2・第4金; or…"""
    schedule_from: str = ""
    """…the part of another answer that holds it: `address.oversized`."""
    group: str = ""
    """The part of another answer that has places of its own: `address.area`."""
    times: tuple[str, ...] = ()
    capacity: int | Operand
    after: DayRule
    until: DayRule
    cut_off: time | None = None
    """From this time on, Japan time, today counts as tomorrow."""
    except_holidays: bool = False
    closings: tuple[Closing, ...] = ()

    part_names: ClassVar[tuple[str, ...]] = ("day", "time", "key")

    @field_validator("cut_off", mode="before")
    @classmethod
    def _clock_time(cls, value: object) -> object:
        # YAML 1.1 reads an unquoted 16:30 as a number of minutes.
        return time(value // 60, value % 60) if isinstance(value, int) else value

    @field_validator("schedule")
    @classmethod
    def _readable(cls, value: str) -> str:
        if value:
            read_schedule(value)
        return value

    def key(self, asking: Asking, day: date, at: str) -> str:
        """What is counted: one text per slot, within the procedure."""
        group = asking.known.get(self.group) if self.group else ""
        return "|".join((self.name, str(group or ""), day.isoformat(), at))

    def day_key(self, day: date) -> str:
        """All slots of a day: a capacity of 0 closes it."""
        return "|".join((self.name, ALL, day.isoformat(), ALL))

    def free(self, asking: Asking) -> Iterator[Free]:
        """Slots with room, the earliest first."""
        for day in self._days(asking):
            for at in self.times or ("",):
                left = self._left(asking, day, at)
                if left > 0:
                    yield Free(day=day, time=at, left=left)

    def every(self, asking: Asking) -> Iterator[tuple[date, str]]:
        """Days and times that can be chosen while there is room, full and closed ones included."""
        for day in self._days(asking):
            yield from ((day, at) for at in self.times or ("",))

    def _left(self, asking: Asking, day: date, at: str) -> int:
        key = self.key(asking, day, at)
        return self.capacity_of(asking, key) - asking.facts.taken(key)

    def capacity_of(self, asking: Asking, key: str) -> int:
        own = self.capacity.of(asking.known) if isinstance(self.capacity, Operand) else self.capacity
        return asking.facts.capacities.get(key, own if isinstance(own, int) else 0)

    def _days(self, asking: Asking) -> Iterator[date]:
        first, last = self._bounds(asking)
        schedule = self.schedule or str(asking.known.get(self.schedule_from) or "")
        if self.schedule_from and not schedule:
            return
        step = timedelta(days=1)
        days: Iterator[date] | Sequence[date] = (
            days_of(schedule, first, last) if schedule else [first + number * step for number in range((last - first).days + 1)]
        )
        yield from (day for day in days if self._is_served(day, asking))

    def _bounds(self, asking: Asking) -> tuple[date, date]:
        first, last = asking.known.day(self.after), asking.known.day(self.until)
        if self.cut_off is not None and in_japan(asking.now).time() >= self.cut_off:
            first += timedelta(days=1)
        return first, min(last, first + timedelta(days=LOOKED_AHEAD))

    def _is_served(self, day: date, asking: Asking) -> bool:
        is_late = any(closing.first <= day <= closing.last and asking.today > closing.apply_by for closing in self.closings)
        rests = asking.facts.is_closure(day) or (self.except_holidays and asking.facts.is_holiday(day))
        return not is_late and not rests and asking.facts.capacities.get(self.day_key(day)) != 0

    def read(self, said: Said, asking: Asking) -> Reading:
        match said:
            case Chose(value=value):
                written, _, at = value.partition(" ")
                day = iso_day(written)
            case Picked(day=written):
                day, at = iso_day(written), ""
            case Words(text=text):
                found = find_day(text, asking.today)
                day = found.day if found else None
                at = next((one for one in self.times if folded(one) in folded(text)), "")
                if day is None and re.search(r"\d", flat_dates(text)):
                    return Problem(line=line("procedure.date_unread"))
            case _:
                return Unread()
        return Unread() if day is None else self._take(day, at, asking)

    def _take(self, day: date, at: str, asking: Asking) -> Reading:
        if self.times and not at:
            open_times = [free for free in self.free(asking) if free.day == day]
            if open_times:
                options = tuple(self._option(free) for free in open_times)
                return Problem(line=line("procedure.ask_time", day=day), options=options, is_step=True)
        value = {"day": day.isoformat(), "time": at}
        return self.check(value, asking) or Taken(value=value)

    def find(self, text: str, asking: Asking) -> Found | None:
        found = find_day(text, asking.today)
        if found is None or self.times:
            return None
        flat = flat_dates(text)
        return Found(value={"day": found.day.isoformat(), "time": ""}, rest=flat[: found.start] + " " + flat[found.end :])

    def check(self, value: Plain, asking: Asking) -> Problem | None:
        day = iso_day(value.get("day")) if isinstance(value, dict) else None
        at = value.get("time", "") if isinstance(value, dict) else ""
        if day is None or not isinstance(at, str) or at not in (self.times or ("",)):
            return malformed()
        first, last = self._bounds(asking)
        if day < first:
            nearest = next((free.day for free in self.free(asking)), first)
            return Problem(line=line("procedure.date_early", day=day, first=nearest))
        if day > last:
            return Problem(line=line("procedure.date_late", day=day, last=last))
        if day not in set(self._days(asking)):
            return Problem(line=line("procedure.slot_not_served", day=day))
        return None if self._left(asking, day, at) > 0 else Problem(line=line("procedure.slot_full", day=day))

    def show(self, value: Plain, wording: "Wording") -> str:
        shown = wording.day(date.fromisoformat(value["day"]))
        return f"{shown} {value['time']}".strip()

    def options(self, asking: Asking) -> tuple[Option, ...]:
        found: list[Option] = []
        for free in self.free(asking):
            found.append(self._option(free))
            if len(found) == MOST_SHOWN:
                break
        first, last = self._bounds(asking)
        return (*found, Option(label=line("procedure.choice.pick_day"), way=Way.PICK_DAY, earliest=first, latest=last))

    @staticmethod
    def _option(free: Free) -> Option:
        value = f"{free.day.isoformat()} {free.time}".strip()
        return Option(value=value, label=line("procedure.slot_left", day=free.day, time=free.time, left=free.left))

    def inputs(self, asking: Asking) -> tuple[Input, ...]:
        return (Input(kind=InputKind.ONE, options=tuple(self._option(free) for free in islice(self.free(asking), MOST_ON_PAGE))),)

    def entered(self, given: Given, asking: Asking) -> Taken | tuple[Misfit, ...]:
        return judged(self.read(Chose(field=self.name, value=only(given)), asking))

    def parts(self, value: Plain, facts: object) -> dict[str, Plain]:
        return {"day": value.get("day"), "time": value.get("time")} if isinstance(value, dict) else {}

    def paths(self) -> Iterator[str]:
        yield from (path for path in (self.schedule_from, self.group) if path)

    def value_names(self) -> Iterator[str]:
        for rule in (self.after, self.until):
            yield from rule.values()
        if isinstance(self.capacity, Operand) and self.capacity.value:
            yield self.capacity.value
