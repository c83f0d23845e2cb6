"""The fees of a procedure and the values that its texts and rules name, each with its days."""

from collections.abc import Iterator
from dataclasses import dataclass

from console.procedure_fee_form import TypedRow
from console.texts import named, say
from console.views.choices import Choice
from console.views.differences import Piece
from core.values import placeholders
from procedures.conditions import Operand
from procedures.definition import Definition
from procedures.fields.base import Field
from procedures.rule_days import RuleOfDay

LIMITS = ("after", "until", "capacity", "max_count", "least", "most")
"""Keys of fields that may name a value."""


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
    code: str
    """The name in files, beside a label in words."""
    shown: str
    """What holds today."""
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


def uses_of(name: str, definition: Definition) -> str:
    """Where a procedure uses a value, in words: 収集日, 住民による変更 …"""
    found = [fee_label(definition, fee) for fee, rule in definition.fees.items() if rule.value == name]
    found += [use for field in definition.fields for use in _uses_in(name, field)]
    rules = (("flow.accepting", definition.accept_within), ("flow.changing", definition.window.until if definition.window else None))
    found += [say(key) for key, rule in rules if rule is not None and name in rule.values()]
    if not found and any(name in placeholders(text) for text in definition.texts.values()):
        found = [say("fees.in_texts")]
    return say("condition.separator").join(dict.fromkeys(found))


def fee_label(definition: Definition, name: str) -> str:
    return definition.fees[name].label or say("fees.fee", name=name)


def _uses_in(name: str, field: Field) -> Iterator[str]:
    """収集日の定員, 収集日のいちばん早い日 …"""
    for key in LIMITS:
        limit = getattr(field, key, None)
        if (isinstance(limit, Operand) and limit.value == name) or (isinstance(limit, RuleOfDay) and name in limit.values()):
            yield say("fees.limit", field=field.label, limit=named("fee_limit", key))
    if any(name in condition.values() for condition in field.conditions()):
        yield field.label
