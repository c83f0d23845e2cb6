"""The words of texts.yaml by key, and moments and days as Japanese readers expect them."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

import yaml

from core.clock import Clock, in_japan
from core.sentences import fill_gaps, flatten

PATH = Path(__file__).parent / "texts.yaml"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@lru_cache(maxsize=1)
def _texts() -> Mapping[str, str]:
    return flatten(yaml.safe_load(PATH.read_text(encoding="utf-8")))


def say(key: str, /, **gaps: object) -> str:
    """Raises KeyError for a key that texts.yaml lacks, PackError for a gap that is not given."""
    return fill_gaps(_texts()[key], key, gaps)


def named(group: str, value: str | None, fallback: str | None = None) -> str:
    """The word for a stored value; one that is not listed shows as itself, or as the fallback's word."""
    text = _texts().get(f"{group}.{value}")
    if text is not None:
        return text
    return say(f"{group}.{fallback}") if fallback is not None else value or ""


class Calendar:
    """Writes days and moments relative to the clock: the year only where it is not this one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def day(self, day: date) -> str:
        key = "moment.day_this_year" if day.year == in_japan(self._clock()).year else "moment.day"
        return say(key, year=day.year, month=day.month, day=day.day, weekday=say(f"weekday.{WEEKDAYS[day.weekday()]}"))

    def moment(self, moment: datetime) -> str:
        local = in_japan(moment)
        time = f"{local:%-H:%M}"
        if local.date() == in_japan(self._clock()).date():
            return say("moment.today", time=time)
        return say("moment.full", day=self.day(local.date()), time=time)
