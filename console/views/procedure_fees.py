"""The fees of a procedure and the values that its texts and rules name, each with its days."""

from dataclasses import dataclass

from console.procedure_fee_form import TypedRow
from console.views.choices import Choice
from console.views.differences import Piece


@dataclass(frozen=True, kw_only=True)
class RowProblem:
    """`field` is the id of the input."""

    field: str
    text: str


@dataclass(frozen=True, kw_only=True)
class TableView:
    """One table with its form."""

    kind: str
    """`fees` for rows of the definition, `values` for a value."""
    name: str
    label: str
    note: str
    edited: str
    rows: tuple[TypedRow, ...]
    keys: tuple[Choice, ...]
    """Answers that decide; none where only the day does."""
    waiting: str
    """Who changed it, while that waits for approval."""
    may_edit: bool
    """Not where days without a value are meant, for which the form has no words."""
    now: str
    problems: tuple[RowProblem, ...] = ()
    conflict: tuple[Piece, ...] = ()
    """What somebody else changed since the form was opened."""

    def problems_of(self, field: str) -> tuple[RowProblem, ...]:
        return tuple(problem for problem in self.problems if problem.field == field)

    def id(self, field: str) -> str:
        return f"{self.kind}-{self.name}-{field}"


@dataclass(frozen=True, kw_only=True)
class FeesView:
    """All tables of one procedure."""

    title: str
    path: str
    fees: tuple[TableView, ...]
    values: tuple[TableView, ...]
    needs_approval: bool
    has_problems: bool
