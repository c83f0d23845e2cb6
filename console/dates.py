"""Days and moments as Japanese readers expect them."""

from datetime import date, datetime

from console.texts import say
from core.clock import Clock, in_japan

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Calendar:
    """Writes days and moments relative to the clock: the year only where it is not this one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def day(self, day: date) -> str:
        key = "moment.day_this_year" if day.year == in_japan(self._clock()).year else "moment.day"
        return say(key, year=day.year, month=day.month, day=day.day, weekday=say(f"weekday.{WEEKDAYS[day.weekday()]}"))

    def full(self, moment: datetime) -> str:
        """With its year, whenever it is read: for paper."""
        local = in_japan(moment)
        weekday = say(f"weekday.{WEEKDAYS[local.weekday()]}")
        day = say("moment.day", year=local.year, month=local.month, day=local.day, weekday=weekday)
        return say("moment.full", day=day, time=f"{local:%-H:%M}")

    def moment(self, moment: datetime) -> str:
        local = in_japan(moment)
        time = f"{local:%-H:%M}"
        if local.date() == in_japan(self._clock()).date():
            return say("moment.today", time=time)
        return say("moment.full", day=self.day(local.date()), time=time)
