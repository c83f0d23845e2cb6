"""A procedure as data: what its YAML may say, and which of its texts residents read. Pure."""

from collections.abc import Iterator, Mapping
from datetime import date, time
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, SerializeAsAny, model_validator
from pydantic import Field as Key

from core.messages import Language
from procedures.conditions import Condition, DefinitionModel, Plain
from procedures.fields import FIELD_TYPES
from procedures.fields.base import NAME, Check, Field
from procedures.rule_days import DayRule


class Assurance(StrEnum):
    """How surely the person is known to whom submitting is allowed."""

    ANONYMOUS = "L0"
    ACCOUNT = "L1"
    """A LINE account."""
    VERIFIED = "L2"
    """An account that the office has verified with a link code."""
    PUBLIC = "L3"
    """公的個人認証 (JPKI), by a provider that the municipality plugs in."""


def _clock_time(value: Any) -> Any:  # Any: whatever YAML holds.
    # YAML 1.1 reads an unquoted 16:30 as a number of minutes.
    return time(value // 60, value % 60) if isinstance(value, int) else value


ClockTime = Annotated[time, BeforeValidator(_clock_time)]


def _typed(raw: Any) -> Any:  # Any: whatever YAML holds.
    """The field's own model. Raises ValueError for an unknown type."""
    if isinstance(raw, Field):
        return raw
    kind = raw.get("type") if isinstance(raw, dict) else None
    if kind not in FIELD_TYPES:
        import difflib

        near = difflib.get_close_matches(str(kind), list(FIELD_TYPES), n=1)
        raise ValueError(f"unknown type '{kind}'" + (f" (did you mean '{near[0]}'?)" if near else ""))
    return FIELD_TYPES[kind].model_validate(raw)


AnyField = Annotated[SerializeAsAny[Field], BeforeValidator(_typed)]


class Step(DefinitionModel):
    """Fields that belong together on the paper form."""

    title: str
    fields: tuple[AnyField, ...] = Key(min_length=1)


class FeeRow(DefinitionModel):
    """What one answer costs on some days; both ends belong to it."""

    key: str
    amount: int = Key(ge=0)
    valid_from: date | None = Key(default=None, alias="from")
    valid_until: date | None = Key(default=None, alias="until")


class Fee(DefinitionModel):
    """A sum: a value of the pack, or rows by an answer. `day_of` is the answer whose day decides; without it today does."""

    label: str = ""
    """What people call it."""
    value: str = ""
    by: str = ""
    rows: tuple[FeeRow, ...] = ()
    day_of: str = ""

    @model_validator(mode="after")
    def _just_one(self) -> Self:
        if bool(self.value) == bool(self.rows) or bool(self.rows) != bool(self.by):
            raise ValueError("either value, or by with rows is needed")
        return self


class CrossCheck(Check):
    """What must hold between answers when all are there. `field` is asked again; a warning is said and lets go on."""

    field: str
    warns: bool = False


class Window(DefinitionModel):
    """Until when the resident may change or withdraw: a rule seen from the day of an answer, in which states, which fields."""

    day: str
    """The answer with the day."""
    until: DayRule
    fields: tuple[str, ...] = ()
    """That may be changed; none means all."""
    states: tuple[Literal["new", "checking", "returned", "accepted"], ...] = ("new", "checking", "returned", "accepted")
    withdrawal: bool = True


class Reminder(DefinitionModel):
    """Something to say some time before (or after) the day of an answer."""

    day: str
    when: DayRule
    at: ClockTime
    say: str


class Retention(DefinitionModel):
    """How long applications are kept after they ended, and by which rule."""

    days: int = Key(ge=1)
    because: str


class Reopening(DefinitionModel):
    """How often, and how long after the end, whoever applied may say that it is not done."""

    times: int = Key(default=1, ge=1)
    within_days: int = Key(default=30, ge=1)


class Doubles(DefinitionModel):
    """What counts as the same matter: near in place and time within one class, or equal answers."""

    place: str = ""
    same: tuple[str, ...] = ()
    metres: int = Key(default=30, ge=1)
    days: int = Key(default=14, ge=1)
    joined_when: Condition | None = None
    """The applicant says that it is the earlier report: theirs joins it."""


class Saying(DefinitionModel):
    """A text for some answers only."""

    when: Condition
    say: str


class Effect(DefinitionModel):
    """Something that is to happen at once when an application is submitted; `name` is one of procedures/effects.py."""

    when: Condition | None = None
    name: Literal["stop_rabies_notices"]


StateName = Literal["new", "checking", "returned", "accepted", "done", "refused", "withdrawn"]


class Definition(DefinitionModel):
    """A file of `procedures/`."""

    id: str = Key(pattern=NAME)
    title: str
    department: str
    category: str = ""
    """Of content, so that the button stands under answers of it."""
    entries: tuple[str, ...] = ()
    """Entries under whose answer the button that starts it stands."""
    entry_answers: Mapping[str, Mapping[str, Plain]] = Key(default_factory=dict)
    """What the entry under whose answer it is begun already says: by entry, the answers by field."""
    starts: tuple[str, ...] = ()
    """Names by which residents ask to begin: 粗大ごみの収集."""
    assurance: Assurance
    legal_basis: str
    retention: Retention
    start_label: str = ""
    """Of the buttons that begin it and that submit, where nothing is applied for: 通報を始める, この内容で通報する."""
    send_label: str = ""
    intro: str = ""
    confirm: str = ""
    """What submitting declares, on the confirmation."""
    thanks: str
    tells: Mapping[StateName, str] = Key(default_factory=dict)
    """What the resident is told when an application comes to a state; `{reason}` is what staff wrote."""
    states: Mapping[StateName, str] = Key(default_factory=dict)
    """Names of states, where they differ from the usual ones."""
    accept_within: DayRule | None = None
    """By when staff accept or return, seen from the submission."""
    steps: tuple[Step, ...] = Key(min_length=1)
    fees: Mapping[str, Fee] = Key(default_factory=dict)
    checks: tuple[CrossCheck, ...] = ()
    window: Window | None = None
    reminders: tuple[Reminder, ...] = ()
    reopening: Reopening | None = None
    doubles: Doubles | None = None
    anonymous: Condition | None = None
    """Then staff are not shown who applied, and the applicant is told nothing more."""
    mournful: Condition | None = None
    """No cheerful words or pictures around it while this holds."""
    thanks_if: tuple[Saying, ...] = ()
    """Instead of `thanks`, the first that holds."""
    effects: tuple[Effect, ...] = ()
    """What submitting sets going elsewhere."""
    translations: Mapping[Language, Mapping[str, str]] = Key(default_factory=dict)
    """Texts in other languages, by their place: `fields.date.ask`."""

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        return tuple(field for step in self.steps for field in step.fields)

    @cached_property
    def asked(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.is_asked)

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        return {field.name: field for field in self.fields}

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """Every text that residents may read, by its place."""
        return dict(self._texts())

    def _texts(self) -> Iterator[tuple[str, str]]:
        for name in ("title", "start_label", "send_label", "intro", "confirm", "thanks"):
            yield name, getattr(self, name)
        for group in ("tells", "states"):
            yield from ((f"{group}.{state}", text) for state, text in getattr(self, group).items())
        yield from ((f"thanks_if.{number}.say", saying.say) for number, saying in enumerate(self.thanks_if))
        yield from ((f"steps.{number}.title", step.title) for number, step in enumerate(self.steps))
        yield from ((f"checks.{number}.say", check.say) for number, check in enumerate(self.checks))
        yield from ((f"reminders.{number}.say", reminder.say) for number, reminder in enumerate(self.reminders))
        for field in self.fields:
            for place, text in _texts_of(field):
                yield f"fields.{field.name}.{place}", text

    def value_names(self) -> Iterator[tuple[str, str]]:
        """Place and name of every value of the pack that it needs, besides those in texts."""
        for name, fee in self.fees.items():
            if fee.value:
                yield f"fees.{name}", fee.value
        for rule in (self.accept_within, self.window.until if self.window else None, *(one.when for one in self.reminders)):
            if rule is not None:
                yield from (("", value) for value in rule.values())
        for field in self.fields:
            yield from ((f"field '{field.name}'", value) for value in field.value_names())
        for place, condition in conditions_of(self):
            yield from ((place, value) for value in condition.values())


def _texts_of(field: Field) -> Iterator[tuple[str, str]]:
    yield from ((place, getattr(field, place)) for place in ("label", "ask", "example", "purpose") if getattr(field, place))
    for group in ("checks", "notes", "stops"):
        yield from ((f"{group}.{number}.say", part.say) for number, part in enumerate(getattr(field, group)))
    for number, stop in enumerate(field.stops):
        yield from ((f"stops.{number}.calls.{place}.label", call.label) for place, call in enumerate(stop.calls))
        yield from ((f"stops.{number}.calls.{place}.number", call.number) for place, call in enumerate(stop.calls))
        if stop.link:
            yield f"stops.{number}.link", stop.link
    yield from field.own_texts()


def conditions_of(definition: Definition) -> Iterator[tuple[str, Condition]]:
    """Every condition with the place that its errors name."""
    for field in definition.fields:
        yield from ((f"field '{field.name}'", condition) for condition in field.conditions())
    for number, check in enumerate(definition.checks):
        yield from ((f"checks.{number}", condition) for condition in (check.when, check.unless) if condition is not None)
    yield from ((f"thanks_if.{number}", saying.when) for number, saying in enumerate(definition.thanks_if))
    yield from (("effects", effect.when) for effect in definition.effects if effect.when is not None)
    doubles = definition.doubles.joined_when if definition.doubles is not None else None
    for place, found in (("mournful", definition.mournful), ("anonymous", definition.anonymous), ("doubles", doubles)):
        if found is not None:
            yield place, found
