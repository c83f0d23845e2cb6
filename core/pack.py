"""A municipality's pack: the data under content/ that decides how its counter behaves, loaded and checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from core.messages import Language
from core.sentences import Sentences
from core.values import Values

if TYPE_CHECKING:
    from core.counter_rules import CounterRules
    from core.waste_tables import Waste

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class PackModel(BaseModel):
    """Unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Retention(PackModel):
    """How long what residents wrote is kept."""

    raw_event_days: int = Field(default=30, ge=1, le=365)
    ledger_days: int = Field(default=1095, ge=30)
    state_days: int = Field(default=30, ge=1)
    """Of silence, until the last question and half-finished dialogues are blanked."""
    callback_days: int = Field(default=365, ge=1)
    """After a call-back is done."""
    blocked_days: int = Field(default=180, ge=1)
    """After a resident blocked us, until they and their LINE id are forgotten."""
    media_days: int = Field(default=30, ge=1)
    """Of photos and files after their case is closed."""
    silent_days: int = Field(default=1095, ge=30)
    """Of silence, until the same."""


class Referral(PackModel):
    """Another office that residents are sent to with matters that are not the municipality's."""

    name: str
    url: str = ""


class MunicipalityInfo(PackModel):
    """municipality.yaml"""

    id: str
    name: str
    kana: str = ""
    prefecture: str = ""
    aliases: tuple[str, ...] = ()
    website: str = ""
    phone: str = ""
    address: str = ""
    general_department: str = ""
    languages: tuple[Language, ...] = (Language.JAPANESE,)
    districts: tuple[str, ...] = ()
    retention: Retention = Retention()
    procedures_need_approval: bool = False
    """A change of a procedure, or of a value on its page, holds only once somebody else has approved it."""
    referrals: Mapping[str, Referral] = Field(default_factory=dict)
    """By the keys of retrieval/data/elsewhere.yaml: the office that is responsible here, such as the tax office of this place."""


class OpeningHours(PackModel):
    """One interval on some days of the week, Japan time; several intervals of one day make a lunch break."""

    days: tuple[Weekday, ...]
    open: time
    close: time

    @field_validator("open", "close", mode="before")
    @classmethod
    def _clock_time(cls, value: object) -> object:
        # YAML 1.1 reads an unquoted 08:30 as a number of minutes.
        return time(value // 60, value % 60) if isinstance(value, int) else value


class Department(PackModel):
    """departments.yaml"""

    id: str
    name: str
    phone: str
    place: str = ""
    url: str = ""
    handles: str = ""
    hours: tuple[OpeningHours, ...]


class YearlyClosure(PackModel):
    """Days of every year, as month-day; may run over New Year."""

    start: str = Field(alias="from", pattern=r"^\d\d-\d\d$")
    end: str = Field(alias="until", pattern=r"^\d\d-\d\d$")
    reason: str


class DatedClosure(PackModel):
    """Days on which departments are closed, or open against the rule. No departments means all."""

    start: date = Field(alias="from")
    end: date = Field(alias="until")
    reason: str
    departments: tuple[str, ...] = ()
    open: time | None = None
    close: time | None = None


class Calendar(PackModel):
    """calendar.yaml"""

    closed_every_year: tuple[YearlyClosure, ...] = ()
    closed: tuple[DatedClosure, ...] = ()
    opened: tuple[DatedClosure, ...] = ()


class Facility(PackModel):
    """A row of facilities.csv or shelters.csv."""

    id: str
    name: str
    kind: str
    district: str = ""
    address: str
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    phone: str = ""
    hours: str = ""
    closed: str = ""
    url: str = ""
    capacity: str = ""
    disasters: str = ""
    note: str = ""


class CrisisKind(PackModel):
    """Words that call for the fixed safe message, and words that show that they mean something else."""

    id: str
    patterns: tuple[str, ...]
    unless: tuple[str, ...] = ()


class SmallTalk(PackModel):
    """A group of utterances that want no information, and the sentence that answers them."""

    id: str
    patterns: tuple[str, ...]
    sentence: str


class Lexicon(PackModel):
    """Words by which routing understands what a resident wants; patterns are regular expressions over normalised text."""

    crisis: tuple[CrisisKind, ...] = ()
    small_talk: tuple[SmallTalk, ...] = ()
    staff: tuple[str, ...] = ()
    menu: tuple[str, ...] = ()
    thanks: tuple[str, ...] = ()
    greetings: tuple[str, ...] = ()
    corrections: tuple[str, ...] = ()
    correction_forms: tuple[str, ...] = ()
    """Expressions with the groups `wrong` and `right`."""
    rejections: tuple[str, ...] = ()
    helpful: tuple[str, ...] = ()
    feedback_reasons: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """Why an answer did not help: other_question, wrong, unclear."""
    cancel: tuple[str, ...] = ()
    phone_corrections: tuple[str, ...] = ()
    """Words that the number given before was wrong."""
    back: tuple[str, ...] = ()
    """Words that want the step before."""
    go_on: tuple[str, ...] = ()
    """Words of somebody who waits for a person and wants the bot's answers meanwhile."""
    fragments: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    """Words that ask about somebody rather than something; such questions are not answered in groups."""
    facility_shapes: tuple[str, ...] = ()
    """How somebody asks the way: expressions over the whole utterance, katakana as hiragana, with the groups `name` and perhaps `near`."""
    facility_kinds: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """A kind of facilities → what residents call all of them."""
    languages: Mapping[Language, tuple[str, ...]] = Field(default_factory=dict)


class Sticker(PackModel):
    """What keywords of a sticker stand for: words that are then handled as if they had been typed."""

    keywords: tuple[str, ...]
    means: str


class Topic(PackModel):
    """An entrance of the menu: a label and the words it asks with, or a category."""

    id: str
    label: str
    ask: str


class Names(PackModel):
    """names.yaml: Japanese names that residents see → how they are said in other languages."""

    offices: Mapping[str, Mapping[Language, str]] = Field(default_factory=dict)
    """Each with the Japanese name in it, which is what the sign says."""
    labels: Mapping[str, Mapping[Language, str]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _offices_can_be_found(self) -> Self:
        for name, said in self.offices.items():
            for language, text in said.items():
                if name not in text:
                    raise ValueError(f"offices: '{text}' ({language.value}) must hold '{name}', which the sign says")
        return self


class MenuArea(PackModel):
    """A tappable part of the rich menu, in pixels of its image."""

    x: int = Field(ge=0)
    y: int = Field(ge=0)
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    label: str = Field(max_length=20)
    tap: str
    """What it does: menu, staff, language, location, or ask:WORDS."""


class RichMenu(PackModel):
    """rich_menu.yaml; the image lies beside it."""

    name: str
    chat_bar_text: str = Field(max_length=14)
    width: int
    height: int
    image: str
    areas: tuple[MenuArea, ...] = Field(max_length=20)


class SamplePerson(PackModel):
    """An invented resident of the chat page."""

    name: str
    language: str = "ja"
    about: str = ""


class SampleStaff(PackModel):
    """An account that `demo` makes ready."""

    login: str
    name: str
    role: str
    department: str | None = None
    skills: tuple[str, ...] = ()
    """Categories of content."""
    languages: tuple[str, ...] = ()
    """Tags of languages other than Japanese."""


class Demo(PackModel):
    """demo.yaml: people who exist only in `demo`."""

    residents: tuple[SamplePerson, ...] = ()
    staff: tuple[SampleStaff, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Pack:
    """Everything of one municipality that a turn may need, immutable."""

    municipality: MunicipalityInfo
    sentences: Sentences
    lexicon: Lexicon
    values: Values
    departments: Mapping[str, Department]
    calendar: Calendar
    stickers: Sequence[Sticker]
    topics: Sequence[Topic]
    photo_topics: Sequence[Topic]
    facilities: Sequence[Facility]
    waste: "Waste"
    rich_menu: RichMenu | None
    names: Names
    counter: "CounterRules"
    demo: Demo
    folder: str | None
    value_names: Mapping[str, str] = field(default_factory=dict)
    """value_names.yaml: what people call a value."""

    @property
    def id(self) -> str:
        return self.municipality.id

    @cached_property
    def own_places(self) -> frozenset[str]:
        """Names of the municipality, its prefecture, its districts, and what lies in it."""
        info = self.municipality
        facilities = [name for facility in self.facilities for name in (facility.name, facility.district, facility.address)]
        return frozenset(name for name in (info.name, *info.aliases, info.prefecture, *info.districts, *facilities) if name)

    @cached_property
    def general_department(self) -> Department | None:
        """Whom to name when no department is known."""
        return self.departments.get(self.municipality.general_department)

    def office_name(self, department: Department, language: Language) -> str:
        """With the Japanese name in it; only that where nobody has written another."""
        return self.names.offices.get(department.name, {}).get(language, department.name)

    def label(self, japanese: str, language: Language) -> str:
        """A category, a choice or the municipality's name; in Japanese where nobody has written another."""
        return self.names.labels.get(japanese, {}).get(language, japanese)

    def department(self, department_id: str | None) -> Department | None:
        """The department, or the general one where the id is missing or unknown."""
        return self.departments.get(department_id or "") or self.general_department
