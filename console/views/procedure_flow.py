"""A procedure drawn as nested lists: steps, questions, when they are asked, where it ends, what is checked. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from console.texts import named, say
from console.views.procedure_conditions import Drawn, condition_words, day_words, path_words, value_words
from procedures.fields.base import Check, Field
from procedures.fields.choosing import ChoiceField, ChoicesField, YesNoField
from procedures.fields.computed import ComputedField


@dataclass(frozen=True, kw_only=True)
class FlowRule:
    """A condition in words, and what is said then."""

    when: str
    say: str
    more: tuple[str, ...] = ()
    """Whom to call, that a person takes over."""


@dataclass(frozen=True, kw_only=True)
class FlowField:
    """A question, or something that follows from others."""

    name: str
    number: int | None
    """Among the questions; None for what is not asked."""
    label: str
    kind: str
    ask: str
    example: str
    when: str | None
    asked: tuple[str, ...]
    """Where it is not simply asked in its turn: how else."""
    marks: tuple[str, ...]
    choices: tuple[str, ...]
    checks: tuple[FlowRule, ...]
    notes: tuple[FlowRule, ...]
    stops: tuple[FlowRule, ...]


@dataclass(frozen=True, kw_only=True)
class FlowStep:
    """Questions that belong together."""

    title: str
    fields: tuple[FlowField, ...]


@dataclass(frozen=True, kw_only=True)
class FlowView:
    """The whole way from the first question to the end."""

    intro: str
    steps: tuple[FlowStep, ...]
    checks: tuple[FlowRule, ...]
    after: tuple[FlowRule, ...]
    """What happens once it was submitted: until when it may be changed, what is told when."""


def flow_view(drawn: Drawn) -> FlowView:
    numbers = {field.name: number for number, field in enumerate(drawn.definition.asked, start=1)}
    return FlowView(
        intro=drawn.text(drawn.definition.intro),
        steps=tuple(
            FlowStep(title=step.title, fields=tuple(_field(field, numbers.get(field.name), drawn) for field in step.fields))
            for step in drawn.definition.steps
        ),
        checks=tuple(
            FlowRule(
                when=_broken(check, drawn),
                say=drawn.text(check.say),
                more=(say("flow.warns") if check.warns else say("flow.asks_again", field=drawn.definition.by_name[check.field].label),),
            )
            for check in drawn.definition.checks
        ),
        after=tuple(_after(drawn)),
    )


def _field(field: Field, number: int | None, drawn: Drawn) -> FlowField:
    return FlowField(
        name=field.name,
        number=number,
        label=field.label,
        kind=named("field_type", field.type),
        ask=drawn.text(field.ask),
        example=field.example,
        when=condition_words(field.when, drawn) if field.when is not None else None,
        asked=tuple(_asked(field, drawn)),
        marks=tuple(_marks(field, drawn)),
        choices=_choices(field, drawn),
        checks=tuple(FlowRule(when=_broken(check, drawn), say=drawn.text(check.say)) for check in field.checks),
        notes=tuple(FlowRule(when=_broken(note, drawn), say=drawn.text(note.say)) for note in field.notes),
        stops=tuple(
            FlowRule(
                when=condition_words(stop.when, drawn),
                say=drawn.text(stop.say),
                more=(
                    *(say("flow.calls", label=call.label, number=drawn.text(call.number)) for call in stop.calls),
                    *((say("flow.to_staff"),) if stop.to_staff else ()),
                ),
            )
            for stop in field.stops
        ),
    )


def _marks(field: Field, drawn: Drawn) -> list[str]:
    found = [say("flow.optional")] if field.optional else []
    if field.sensitive:
        found.append(say("flow.sensitive"))
    if field.keeps:
        when = condition_words(field.keeps_when, drawn) if field.keeps_when is not None else ""
        found.append(say("flow.keeps_when", when=when) if when else say("flow.keeps"))
    if isinstance(field, ComputedField):
        found.append(say("flow.computed"))
    return found


def _asked(field: Field, drawn: Drawn) -> Iterator[str]:
    if field.ask_when is not None:
        yield say("flow.ask_when", when=condition_words(field.ask_when, drawn))
    if field.asked_by:
        yield say("flow.asked_by", field=drawn.definition.by_name[field.asked_by].label)
    if field.assumed is not None:
        value = value_words(field.assumed.value, field.name, drawn)
        yield say("flow.assumed", when=condition_words(field.assumed.when, drawn), value=value)


def _choices(field: Field, drawn: Drawn) -> tuple[str, ...]:
    if isinstance(field, ChoiceField | ChoicesField):
        return tuple(
            say("flow.choice_when", label=row.label, when=condition_words(row.when, drawn)) if row.when is not None else row.label
            for row in field.options_
        )
    if isinstance(field, YesNoField):
        return field.yes_label or say("condition.yes"), field.no_label or say("condition.no")
    return ()


def _broken(check: Check, drawn: Drawn) -> str:
    if check.when is not None:
        return condition_words(check.when, drawn)
    return say("condition.not", condition=condition_words(check.unless, drawn)) if check.unless is not None else ""


def _after(drawn: Drawn) -> list[FlowRule]:
    found = []
    if drawn.definition.accept_within is not None:
        found.append(
            FlowRule(when=say("flow.accepting"), say=say("flow.accept_within", day=day_words(drawn.definition.accept_within, drawn)))
        )
    window = drawn.definition.window
    if window is not None:
        day = say("flow.day_of", field=path_words(window.day, drawn), day=day_words(window.until, drawn))
        fields = say("condition.separator").join(
            drawn.definition.by_name[name].label for name in window.fields if name in drawn.definition.by_name
        )
        more = (say("flow.window_fields", fields=fields),) if fields else ()
        key = "flow.window" if window.withdrawal else "flow.window_change"
        found.append(FlowRule(when=say("flow.changing"), say=say(key, day=day), more=more))
    for reminder in drawn.definition.reminders:
        day = say("flow.day_of", field=path_words(reminder.day, drawn), day=day_words(reminder.when, drawn))
        found.append(FlowRule(when=say("flow.reminder", day=day, time=f"{reminder.at:%-H:%M}"), say=drawn.text(reminder.say)))
    found += [FlowRule(when=named("told_when", state), say=drawn.text(text)) for state, text in drawn.definition.tells.items()]
    if drawn.definition.reopening is not None:
        rule = drawn.definition.reopening
        found.append(FlowRule(when=say("flow.reopening"), say=say("flow.reopening_rule", times=rule.times, days=rule.within_days)))
    return found
