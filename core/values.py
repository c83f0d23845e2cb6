"""A municipality's named values with validity (fees, hours, numbers), and filling them into texts."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from core.clock import in_japan
from core.errors import PackError

PLACEHOLDER = re.compile(r"\{\{\s*([a-z0-9_.-]+)\s*\}\}")


class DatedValue(BaseModel):
    """A value and the days on which it holds; both ends belong to it."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    value: str
    valid_from: date | None = Field(default=None, alias="from")
    valid_until: date | None = Field(default=None, alias="until")

    def holds_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_until is None or day <= self.valid_until)


class Values:
    """All named values of a municipality."""

    def __init__(self, values: Mapping[str, Sequence[DatedValue]]) -> None:
        self._values = values

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def rows_of(self, key: str) -> Sequence[DatedValue]:
        """None for a value that nobody has written."""
        return self._values.get(key, ())

    def with_rows(self, rows: Mapping[str, Sequence[DatedValue]]) -> "Values":
        """These instead of the own ones of the same names."""
        return Values({**self._values, **rows})

    def on(self, key: str, day: date) -> str:
        """The value of that day in Japan. Raises PackError where none is known or none holds."""
        rows = self._values.get(key)
        if rows is None:
            raise PackError(f"unknown value '{key}': add it to values/ or correct its name in the text")
        for row in rows:
            if row.holds_on(day):
                return row.value
        raise PackError(f"value '{key}' has no row for {day}: add one to values/")

    def fill(self, text: str, moment: datetime) -> str:
        """The text with each placeholder replaced by what holds at the moment, Japan time."""
        day = in_japan(moment).date()
        return PLACEHOLDER.sub(lambda match: self.on(match.group(1), day), text)


def placeholders(text: str) -> list[str]:
    return PLACEHOLDER.findall(text)
