"""A field that follows from others: sums, products, deadlines, the fewest stickers that make a sum."""

import math
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, ClassVar, Literal, Self

from pydantic import Field as Key
from pydantic import model_validator

from procedures.conditions import DefinitionModel, Known, Operand, Plain
from procedures.facts import Facts
from procedures.fields.base import Field
from procedures.fields.dates import iso_day
from procedures.rule_days import deadline

if TYPE_CHECKING:
    from procedures.wording import Wording


class Piece(DefinitionModel):
    """A sticker, stamp or coin that can be bought."""

    label: str
    """With the gap {count}: 処理券{count}枚."""
    amount: int | Operand


class Combination(DefinitionModel):
    """The fewest pieces that make the sum exactly."""

    amount: str
    pieces: tuple[Piece, ...] = Key(min_length=1)


class Deadline(DefinitionModel):
    """A term that is counted from the day after an event."""

    event: str
    days: int | Operand
    moves_to_open_day: bool = False


class ComputedField(Field):
    """Never asked; anew with every answer."""

    type: Literal["computed"]
    product_of: tuple[str, ...] = ()
    sum_of: tuple[str, ...] = ()
    combination: Combination | None = None
    deadline: Deadline | None = None
    is_money: bool = False
    unit: str = ""

    is_asked: ClassVar[bool] = False
    is_for_pages: ClassVar[bool] = False

    @model_validator(mode="after")
    def _just_one(self) -> Self:
        if sum(bool(given) for given in (self.product_of, self.sum_of, self.combination, self.deadline)) != 1:
            raise ValueError("one of product_of, sum_of, combination, deadline is needed")
        return self

    def compute(self, known: Known, facts: Facts) -> Plain:
        """None while something that it needs is missing."""
        if self.combination is not None:
            amount = known.get(self.combination.amount)
            return self._pieces(self.combination, amount, known) if isinstance(amount, int) else None
        if self.deadline is not None:
            return self._last_day(self.deadline, known, facts)
        numbers = [known.get(path) for path in (*self.product_of, *self.sum_of)]
        if not all(isinstance(number, int) for number in numbers):
            return None
        if self.sum_of:
            return sum(numbers)
        result = 1
        for number in numbers:
            result *= number
        return result

    @staticmethod
    def _pieces(combination: Combination, amount: int, known: Known) -> Plain:
        amounts = [piece.amount.of(known) if isinstance(piece.amount, Operand) else piece.amount for piece in combination.pieces]
        if not all(isinstance(one, int) and one > 0 for one in amounts):
            return None
        counts = fewest(amount, amounts)
        if counts is None:
            return None
        return [{"piece": number, "count": count} for number, count in enumerate(counts) if count]

    @staticmethod
    def _last_day(rule: Deadline, known: Known, facts: Facts) -> Plain:
        event: date | None = iso_day(known.get(rule.event))
        days = rule.days.of(known) if isinstance(rule.days, Operand) else rule.days
        if event is None or not isinstance(days, int):
            return None
        return deadline(event, days, moves_to_open_day=rule.moves_to_open_day, is_open=facts.is_open).isoformat()

    def show(self, value: Plain, wording: "Wording") -> str:
        if self.combination is not None:
            return wording.joined([wording.line(self.text(f"pieces.{one['piece']}", count=one["count"])) for one in value])
        if self.deadline is not None:
            return wording.day(date.fromisoformat(value))
        if self.is_money:
            return wording.money(value)
        return wording.number(value) + (wording.line(self.text("unit")) if self.unit else "")

    def paths(self) -> Iterator[str]:
        yield from (*self.product_of, *self.sum_of)
        if self.combination is not None:
            yield self.combination.amount
            yield from (piece.amount.field for piece in self.combination.pieces if isinstance(piece.amount, Operand) and piece.amount.field)
        if self.deadline is not None:
            yield self.deadline.event

    def value_names(self) -> Iterator[str]:
        pieces = self.combination.pieces if self.combination is not None else ()
        yield from (piece.amount.value for piece in pieces if isinstance(piece.amount, Operand) and piece.amount.value)
        if self.deadline is not None and isinstance(self.deadline.days, Operand) and self.deadline.days.value:
            yield self.deadline.days.value

    def own_texts(self) -> Iterator[tuple[str, str]]:
        if self.unit:
            yield "unit", self.unit
        if self.combination is not None:
            yield from ((f"pieces.{number}", piece.label) for number, piece in enumerate(self.combination.pieces))


MOST_PIECES = 10_000


def fewest(amount: int, pieces: Sequence[int]) -> list[int] | None:
    """How many of each make the amount exactly, as few as possible in all; None where none do."""
    step = math.gcd(*pieces)
    if amount < 0 or amount % step or amount // step > MOST_PIECES:
        return None
    amount, pieces = amount // step, [piece // step for piece in pieces]
    best: list[list[int] | None] = [[0] * len(pieces)]
    for target in range(1, amount + 1):
        before = [(target - piece, number) for number, piece in enumerate(pieces) if piece <= target]
        known = [(best[rest], number) for rest, number in before]
        options = [(sum(counts), number, counts) for counts, number in known if counts is not None]
        if not options:
            best.append(None)
            continue
        _, number, counts = min(options, key=lambda option: (option[0], -pieces[option[1]]))
        best.append([count + (place == number) for place, count in enumerate(counts)])
    return best[amount]
