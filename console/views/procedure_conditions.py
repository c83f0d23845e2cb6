"""Conditions and days of a definition, said in words that officers read. Pure."""

from dataclasses import dataclass
from datetime import date, datetime

from console.texts import TEXTS, named, say
from core.clock import in_japan
from core.errors import PackError
from core.values import Values
from procedures.conditions import COMPARISONS, Comparand, Condition, Operand
from procedures.definition import Definition
from procedures.fields.choosing import ChoiceField, ChoicesField, YesNoField
from procedures.rule_days import RuleOfDay


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A definition, and the values of the day on which it is looked at."""

    definition: Definition
    values: Values
    now: datetime

    def value(self, name: str) -> str:
        """That of the day; its name where it has none."""
        try:
            return self.values.on(name, in_japan(self.now).date())
        except PackError:
            return say("condition.value", name=name)

    def text(self, written: str) -> str:
        """Filled with values; as it was written where one is missing."""
        try:
            return self.values.fill(written, self.now)
        except PackError:
            return written


def condition_words(condition: Condition, drawn: Drawn) -> str:
    if condition.all_ is not None:
        return say("condition.and").join(_inside(part, drawn) for part in condition.all_)
    if condition.any_ is not None:
        return say("condition.or").join(_inside(part, drawn) for part in condition.any_)
    if condition.not_ is not None:
        return say("condition.not", condition=condition_words(condition.not_, drawn))
    said = [
        _comparison(condition.field, name, getattr(condition, name), drawn) for name in COMPARISONS if getattr(condition, name) is not None
    ]
    return say("condition.and").join(said)


def _inside(part: Condition, drawn: Drawn) -> str:
    words = condition_words(part, drawn)
    is_joined = part.all_ is not None or part.any_ is not None
    return say("condition.group", condition=words) if is_joined else words


def _comparison(path: str, name: str, wanted: Comparand | tuple[Comparand, ...] | bool, drawn: Drawn) -> str:
    field = path_words(path, drawn)
    there = _there(path, name, wanted, field)
    if there is not None:
        return there
    if name == "filled":
        return say("condition.filled" if wanted else "condition.not_filled", field=field)
    if isinstance(wanted, tuple):
        values = say("condition.separator").join(value_words(one, path, drawn) for one in wanted)
        return say(f"condition.{name}", field=field, values=values)
    return say(f"condition.{name}", field=field, value=value_words(wanted, path, drawn))


def _there(path: str, name: str, wanted: Comparand | tuple[Comparand, ...] | bool, field: str) -> str | None:
    """What is there or is not, where it would read oddly as an answer."""
    if name not in ("is_", "is_not", "filled") or not isinstance(wanted, bool):
        return None
    is_there = wanted is not (name == "is_not")
    kind = "condition_there" if is_there else "condition_missing"
    key = f"{kind}.{path.partition('.')[2]}"
    return say(key, field=field) if key in TEXTS.all else None


def path_words(path: str, drawn: Drawn) -> str:
    """An answer by its label, its part in brackets."""
    head, _, rest = path.partition(".")
    if head in ("fees", "value", "fact"):
        return named(f"condition_{head}", rest.replace(".", "_"), "other", name=rest)
    if head == "today":
        return say("condition.today")
    if head == "kept":
        return say("condition.kept", field=next(field.label for field in drawn.definition.fields if field.keeps == rest))
    field = drawn.definition.by_name.get(head)
    label = field.label if field is not None else head
    return say("condition.part", field=label, part=named("procedure_part", rest)) if rest else say("condition.field", field=label)


def value_words(wanted: Comparand, path: str, drawn: Drawn) -> str:
    """What is compared with, or answered, at a path."""
    match wanted:
        case Operand(field=field) if field:
            return path_words(field, drawn)
        case Operand(value=value) if value:
            return drawn.value(value)
        case Operand(day=RuleOfDay() as day):
            return day_words(day, drawn)
        case bool():
            return _yes_or_no(wanted, path, drawn)
    return _label(str(wanted), path, drawn)


def _yes_or_no(wanted: bool, path: str, drawn: Drawn) -> str:
    field = drawn.definition.by_name.get(path)
    own = (field.yes_label if wanted else field.no_label) if isinstance(field, YesNoField) else ""
    return say("condition.quoted", value=own or say("condition.yes" if wanted else "condition.no"))


def _label(value: str, path: str, drawn: Drawn) -> str:
    field = drawn.definition.by_name.get(path)
    rows = field.options_ if isinstance(field, ChoiceField | ChoicesField) else ()
    label = next((row.label for row in rows if row.value == value), None)
    if label is not None:
        return say("condition.quoted", value=label)
    try:
        return day_in_words(date.fromisoformat(value))
    except ValueError:
        return named("part_value", value) if "." in path else value


def day_in_words(day: date) -> str:
    return say("condition.date", year=day.year, month=day.month, day=day.day)


def day_words(rule: RuleOfDay, drawn: Drawn) -> str:
    """So many days before or after the day it is seen from."""
    if rule.fixed is not None:
        return day_in_words(rule.fixed)
    if rule.written == "today":
        return say("condition.same_day")
    number = drawn.value(rule.value) if rule.value else str(rule.number)
    unit = named("day_unit", rule.unit.split()[0])
    return say("condition.before" if rule.sign < 0 else "condition.after", number=number, unit=unit)
