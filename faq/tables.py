"""Tables of cells between a file and its reading: addresses as in Excel, and cells that must not become formulas; pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

FORMULA_START = re.compile(r"'*[=+\-@＝＋－＠\t\r]")
QUOTED_FORMULA_START = re.compile(r"'+[=+\-@＝＋－＠\t\r]")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What stands in a cell, as text; `is_date` tells that Excel holds a day there."""

    row: int
    column: int
    text: str
    is_date: bool = False

    @property
    def address(self) -> str:
        """C12"""
        return f"{column_letters(self.column)}{self.row}"


@dataclass(frozen=True, kw_only=True)
class Table:
    """A file's rows with something in them, from its heading on; cells may be missing at the end of a row."""

    name: str
    rows: Sequence[Sequence[Cell]]
    sheet: str | None = None
    other_sheets: tuple[str, ...] = field(default=())


def column_letters(number: int) -> str:
    """1 → A, 27 → AA"""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def guard_formula(text: str) -> str:
    """A cell that no spreadsheet takes for a formula; `unguard_formula` restores it."""
    return f"'{text}" if FORMULA_START.match(text) else text


def guard_apostrophe(text: str) -> str:
    """For a cell that is stored as text anyway: only what `unguard_formula` would take for guarded."""
    return f"'{text}" if QUOTED_FORMULA_START.match(text) else text


def unguard_formula(text: str) -> str:
    return text[1:] if QUOTED_FORMULA_START.match(text) else text
