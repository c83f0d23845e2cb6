"""Conditions as data, and whether they hold: a few operators over answers, facts, values and days; nothing is evaluated as code. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from procedures.rule_days import DayRule

Plain = Any
"""What JSON holds: the form in which answers are kept. Any: a recursive type would have to be narrowed at every step."""


class DefinitionModel(BaseModel):
    """A part of a definition: unknown keys are errors, nothing changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, str_strip_whitespace=True)


class Known(Protocol):
    """What is known while a procedure is filled in."""

    def get(self, path: str) -> Plain:
        """An answer (`date`), its part (`items.count`), a fee (`fees.sticker`), a fact (`fact.repeated`), what was kept from
        earlier (`kept.name`); None where it is not known."""

    def value(self, name: str) -> Plain:
        """A named value of the pack, as a number where it is one."""

    def day(self, rule: DayRule) -> date: ...

    def labels(self, place: str) -> tuple[str, ...]:
        """A text of the definition in all languages that it was written in, for recognising what was typed instead of tapped."""


class Operand(DefinitionModel):
    """Something to compare with that is not written out: another answer, a value of the pack, or a day seen from today."""

    field: str = ""
    value: str = ""
    day: DayRule | None = None

    @model_validator(mode="after")
    def _just_one(self) -> Self:
        if sum(bool(given) for given in (self.field, self.value, self.day)) != 1:
            raise ValueError("one of field, value, day is needed")
        return self

    def of(self, known: Known) -> Plain:
        if self.field:
            return known.get(self.field)
        return known.day(self.day).isoformat() if self.day is not None else known.value(self.value)


Comparand = bool | int | float | str | Operand


class Condition(DefinitionModel):
    """`field` with the comparisons that must all hold, or other conditions joined by all, any, not."""

    field: str = ""
    is_: Comparand | None = Field(default=None, alias="is")
    is_not: Comparand | None = None
    in_: tuple[Comparand, ...] | None = Field(default=None, alias="in")
    not_in: tuple[Comparand, ...] | None = None
    at_least: Comparand | None = None
    at_most: Comparand | None = None
    more_than: Comparand | None = None
    less_than: Comparand | None = None
    contains: Comparand | None = None
    filled: bool | None = None
    all_: tuple["Condition", ...] | None = Field(default=None, alias="all")
    any_: tuple["Condition", ...] | None = Field(default=None, alias="any")
    not_: "Condition | None" = Field(default=None, alias="not")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        joins = [join for join in (self.all_, self.any_, self.not_) if join is not None]
        if self.field and (joins or not self._comparisons()):
            raise ValueError(
                "a condition on a field needs is, is_not, in, not_in, at_least, at_most, more_than, less_than, contains or filled"
            )
        if not self.field and (len(joins) != 1 or self._comparisons()):
            raise ValueError("a condition needs field, or exactly one of all, any, not")
        return self

    def _comparisons(self) -> list[str]:
        return [name for name in COMPARISONS if getattr(self, name) is not None]

    def holds(self, known: Known) -> bool:
        """What is not known compares as false, except with `filled: false` and the negations."""
        if self.all_ is not None:
            return all(condition.holds(known) for condition in self.all_)
        if self.any_ is not None:
            return any(condition.holds(known) for condition in self.any_)
        if self.not_ is not None:
            return not self.not_.holds(known)
        found = known.get(self.field)
        return all(_compares(name, found, getattr(self, name), known) for name in self._comparisons())

    def paths(self) -> Iterator[str]:
        """Everything that is looked at."""
        if self.field:
            yield self.field
        for part in (*(self.all_ or ()), *(self.any_ or ()), *((self.not_,) if self.not_ else ())):
            yield from part.paths()
        for operand in self._operands():
            if operand.field:
                yield operand.field

    def values(self) -> Iterator[str]:
        """Names of values that must stand in the pack."""
        for part in (*(self.all_ or ()), *(self.any_ or ()), *((self.not_,) if self.not_ else ())):
            yield from part.values()
        for operand in self._operands():
            if operand.value:
                yield operand.value
            if operand.day is not None:
                yield from operand.day.values()

    def _operands(self) -> Iterator[Operand]:
        for name in self._comparisons():
            given = getattr(self, name)
            yield from (one for one in (given if isinstance(given, tuple) else (given,)) if isinstance(one, Operand))


COMPARISONS = ("is_", "is_not", "in_", "not_in", "at_least", "at_most", "more_than", "less_than", "contains", "filled")
KEYS = tuple(name.rstrip("_") for name in COMPARISONS)


def _compares(name: str, found: Plain, wanted: Plain, known: Known) -> bool:
    if name == "filled":
        return (found not in (None, "", [], {})) is wanted
    if name in ("in_", "not_in"):
        among = [_resolved(one, known) for one in wanted]
        return (found in among) if name == "in_" else found not in among
    other = _resolved(wanted, known)
    if name == "is_":
        return bool(found == other)
    if name == "is_not":
        return bool(found != other)
    if found is None or other is None:
        return False
    if name == "contains":
        return other in found if isinstance(found, str | Sequence) else False
    return _ordered(name, found, other)


def _ordered(name: str, found: Plain, other: Plain) -> bool:
    """Numbers with numbers, and texts with texts: days in ISO form sort as they follow each other."""
    if isinstance(found, str) != isinstance(other, str):
        return False
    if name == "at_least":
        return bool(found >= other)
    if name == "at_most":
        return bool(found <= other)
    return bool(found > other) if name == "more_than" else bool(found < other)


def _resolved(wanted: Plain, known: Known) -> Plain:
    return wanted.of(known) if isinstance(wanted, Operand) else wanted
