"""Fields of days: a day, a period, and a place in a schedule with room for only so many."""

import re
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field as Key

from core.japanese_dates import Leaning, find_day, find_days, flat_dates
from procedures.conditions import Plain
from procedures.fields.base import Asking, Field, Found, Option, Problem, Reading, Taken, Unread, Way, line, malformed
from procedures.fields.inputs import Given, Input, Misfit, judged, only
from procedures.rule_days import DayRule
from procedures.said import Chose, Picked, Said, Words

if TYPE_CHECKING:
    from procedures.wording import Wording

MOST_SHOWN = 6
LOOKED_AHEAD = 366


def iso_day(value: Plain) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


class DateField(Field):
    """A day between two rules."""

    type: Literal["date"]
    after: DayRule | None = None
    """The first day that can be chosen."""
    until: DayRule | None = None
    """The last one."""
    leaning: Leaning = Leaning.AHEAD
    """Where the year or month is left out: a wish looks ahead, a report looks back."""
    only_open_days: bool = False
    quick: tuple[DayRule, ...] = ()
    """Days to tap."""

    def bounds(self, asking: Asking) -> tuple[date | None, date | None]:
        return (
            asking.known.day(self.after) if self.after is not None else None,
            asking.known.day(self.until) if self.until is not None else None,
        )

    def read(self, said: Said, asking: Asking) -> Reading:
        match said:
            case Picked(day=written) | Chose(value=written):
                day = iso_day(written)
            case Words(text=text):
                found = find_day(text, asking.today, self.leaning)
                day = found.day if found else None
                if day is None and re.search(r"\d", flat_dates(text)):
                    return Problem(line=line("procedure.date_unread"))
            case _:
                return Unread()
        if day is None:
            return Unread()
        return self.check(day.isoformat(), asking) or Taken(value=day.isoformat())

    def find(self, text: str, asking: Asking) -> Found | None:
        found = find_day(text, asking.today, self.leaning)
        if found is None:
            return None
        flat = flat_dates(text)
        return Found(value=found.day.isoformat(), rest=flat[: found.start] + " " + flat[found.end :])

    def check(self, value: Plain, asking: Asking) -> Problem | None:
        day = iso_day(value)
        if day is None:
            return malformed()
        first, last = self.bounds(asking)
        if first is not None and day < first:
            return Problem(line=line("procedure.date_early", day=day, first=first))
        if last is not None and day > last:
            return Problem(line=line("procedure.date_late", day=day, last=last))
        if self.only_open_days and not asking.facts.is_open(day):
            return Problem(line=line("procedure.date_closed", day=day))
        return None

    def show(self, value: Plain, wording: "Wording") -> str:
        return wording.day(date.fromisoformat(value))

    def options(self, asking: Asking) -> tuple[Option, ...]:
        first, last = self.bounds(asking)
        days = [asking.known.day(rule) for rule in self.quick]
        fitting = [day for day in dict.fromkeys(days) if self.check(day.isoformat(), asking) is None]
        quick = tuple(Option(value=day.isoformat(), label=line("procedure.day_short", day=day)) for day in fitting)
        return (*quick, Option(label=line("procedure.choice.pick_day"), way=Way.PICK_DAY, earliest=first, latest=last))

    def value_names(self) -> Iterator[str]:
        for rule in (self.after, self.until, *self.quick):
            if rule is not None:
                yield from rule.values()


class PeriodField(DateField):
    """A first and a last day; in one message, or one after the other."""

    type: Literal["period"]  # type: ignore[assignment]
    longest: int = Key(default=366, ge=1)
    """Days, both ends included."""

    part_names: ClassVar[tuple[str, ...]] = ("first", "last", "days")

    def read(self, said: Said, asking: Asking) -> Reading:
        match said:
            case Picked(day=written) | Chose(value=written):
                days = [day for day in [iso_day(written)] if day]
            case Words(text=text):
                days = [found.day for found in find_days(text, asking.today, self.leaning)]
            case _:
                return Unread()
        begun = iso_day(asking.scratch)
        days = [begun, *days] if begun else days
        if not days:
            return Unread()
        problem = next((found for found in (super(PeriodField, self).check(day.isoformat(), asking) for day in days[:2]) if found), None)
        if problem is not None:
            return problem
        if len(days) == 1:
            return Problem(line=line("procedure.ask_last_day", first=days[0]), scratch=days[0].isoformat(), is_step=True)
        value = {"first": days[0].isoformat(), "last": days[1].isoformat()}
        return self.check(value, asking) or Taken(value=value)

    def find(self, text: str, asking: Asking) -> Found | None:
        return None

    def check(self, value: Plain, asking: Asking) -> Problem | None:
        first, last = _ends(value)
        if first is None or last is None:
            return malformed()
        if last < first:
            return Problem(line=line("procedure.period_backwards", first=first, last=last))
        if (last - first).days + 1 > self.longest:
            return Problem(line=line("procedure.period_long", number=self.longest))
        return super().check(first.isoformat(), asking) or super().check(last.isoformat(), asking)

    def inputs(self, asking: Asking) -> tuple[Input, ...]:
        return (Input(part="first", label=line("procedure.form.first_day")), Input(part="last", label=line("procedure.form.last_day")))

    def entered(self, given: Given, asking: Asking) -> Taken | tuple[Misfit, ...]:
        """One day in each input, each in any way in which a day can be written."""
        days = {part: find_day(only(given, part), asking.today, self.leaning) for part in ("first", "last")}
        misfits = tuple(Misfit(part=part, line=line("procedure.date_unread")) for part, found in days.items() if found is None)
        value = {part: found.day.isoformat() for part, found in days.items() if found is not None}
        return misfits or judged(self.check(value, asking) or Taken(value=value), "last")

    def show(self, value: Plain, wording: "Wording") -> str:
        first, last = _ends(value)
        return wording.say("procedure.period_shown", first=first, last=last)

    def parts(self, value: Plain, facts: object) -> dict[str, Plain]:
        first, last = _ends(value)
        return {"first": value["first"], "last": value["last"], "days": (last - first).days + 1} if first and last else {}


def _ends(value: Plain) -> tuple[date | None, date | None]:
    return (iso_day(value.get("first")), iso_day(value.get("last"))) if isinstance(value, dict) else (None, None)
