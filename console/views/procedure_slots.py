"""The slots of a procedure: days that are closed, capacities that were changed, and how many are taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from console.views.choices import Choice
from console.views.procedure_fees import RowProblem
from core.pack import Pack
from procedures.conditions import Operand
from procedures.definition import Definition
from procedures.fields.choosing import ChoiceField
from procedures.fields.slot import ALL, SlotField
from procedures.known import plain_value
from procedures.models import Slot


@dataclass(frozen=True, kw_only=True)
class SlotLine:
    """One slot, or a closed day."""

    key: str
    day: date
    group: str
    time: str
    taken: int
    capacity: int | None
    """None where the usual one holds."""
    is_closed_day: bool


@dataclass(frozen=True, kw_only=True)
class SlotTable:
    """One field with slots."""

    field: str
    label: str
    usual: int | None
    """None where an answer decides."""
    usual_value: str
    """The value that holds the usual capacity."""
    groups: tuple[Choice, ...]
    times: tuple[Choice, ...]
    closed: tuple[SlotLine, ...]
    lines: tuple[SlotLine, ...]


@dataclass(frozen=True, kw_only=True)
class SlotsView:
    """All fields with slots of a procedure."""

    title: str
    path: str
    tables: tuple[SlotTable, ...]
    typed: Mapping[str, str]
    problems: tuple[RowProblem, ...] = ()

    def problems_of(self, field: str) -> tuple[RowProblem, ...]:
        return tuple(problem for problem in self.problems if problem.field == field)


def slot_table(field: SlotField, definition: Definition, pack: Pack, today: date, rows: Sequence[Slot]) -> SlotTable:
    own = [row for row in rows if row.key.split("|")[0] == field.name]
    labels = {choice.value: choice.label for choice in groups_of(field, definition, pack)}
    lines = [_line(row, labels) for row in own]
    return SlotTable(
        field=field.name,
        label=field.label,
        usual=usual_capacity(field, pack, today),
        usual_value=pack.value_names.get(field.capacity.value, field.capacity.value) if isinstance(field.capacity, Operand) else "",
        groups=groups_of(field, definition, pack),
        times=tuple(Choice(value=time, label=time) for time in field.times),
        closed=tuple(line for line in lines if line.is_closed_day),
        lines=tuple(line for line in lines if not line.is_closed_day and (line.taken or line.capacity is not None)),
    )


def usual_capacity(field: SlotField, pack: Pack, today: date) -> int | None:
    if isinstance(field.capacity, int):
        return field.capacity
    found = plain_value(pack.values.on(field.capacity.value, today)) if field.capacity.value else None
    return found if isinstance(found, int) else None


def groups_of(field: SlotField, definition: Definition, pack: Pack) -> tuple[Choice, ...]:
    """What may stand for the group in a slot's key; none where there are no groups, or nobody can list them."""
    head, _, part = field.group.partition(".")
    asked = definition.by_name.get(head)
    if part == "area":
        return tuple(Choice(value=area, label=area) for area in dict.fromkeys(area.area for area in pack.waste.areas))
    if isinstance(asked, ChoiceField) and not part:
        return tuple(Choice(value=row.value, label=row.label) for row in asked.options_)
    return ()


def _line(row: Slot, labels: Mapping[str, str]) -> SlotLine:
    _, group, _, at = (row.key.split("|") + [""] * 4)[:4]
    is_closed_day = group == ALL
    return SlotLine(
        key=row.key,
        day=row.day,
        group="" if is_closed_day else labels.get(group, group),
        time="" if is_closed_day else at,
        taken=row.taken,
        capacity=row.capacity,
        is_closed_day=is_closed_day and row.capacity == 0,
    )
