"""What every type of field is: keys that all share, and the promises that each type keeps."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field as Key

from core.clock import in_japan
from procedures.conditions import Condition, DefinitionModel, Known, Plain
from procedures.facts import Facts
from procedures.fields.inputs import Given, Input, Misfit, judged, only
from procedures.said import Said, Words

if TYPE_CHECKING:
    from procedures.wording import Wording

NAME = r"^[a-z][a-z0-9_]{0,39}$"


@dataclass(frozen=True, kw_only=True)
class Line:
    """Something to say: a sentence by key (`procedure.…`), or a text of the definition by its place (`fields.date.ask`)."""

    key: str
    gaps: Mapping[str, object] = field(default_factory=dict)
    """Days are shown as days, numbers with commas."""


def line(key: str, **gaps: object) -> Line:
    return Line(key=key, gaps=gaps)


class Way(StrEnum):
    """How a choice is taken."""

    TAP = "tap"
    PICK_DAY = "pick_day"
    SEND_PLACE = "send_place"
    TAKE_PHOTO = "take_photo"
    OPEN_FORM = "open_form"


@dataclass(frozen=True, kw_only=True)
class Option:
    """A quick reply: the label is a text of its own or a line."""

    value: str = ""
    label: Line | str
    way: Way = Way.TAP
    earliest: date | None = None
    latest: date | None = None


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Where a field is asked: the other answers, what is known, the moment, and what was left half-said."""

    known: Known
    facts: Facts
    now: datetime
    current: Plain = None
    """The field's own answer so far."""
    scratch: Plain = None
    """What the field noted for itself at the last turn."""
    is_again: bool = False
    """It is asked anew, and nothing was said to it since."""

    @property
    def today(self) -> date:
        """In Japan."""
        return in_japan(self.now).date()


@dataclass(frozen=True, kw_only=True)
class Taken:
    """The field has (another part of) its answer."""

    value: Plain
    is_open: bool = False
    """More may follow, and the field asks on until the resident says that this is all."""
    scratch: Plain = None
    notes: tuple[Line, ...] = ()
    also: Mapping[str, Plain] = field(default_factory=dict)
    """Answers of other fields that came with it, checked like any."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """It was meant as an answer and can't be one."""

    line: Line
    options: tuple[Option, ...] = ()
    """Better ones to tap; the field's own where there are none."""
    scratch: Plain = None
    is_step: bool = False
    """Nothing went wrong: a part was understood, and the line asks for the rest."""
    current: Plain = None
    """The answer so far, where it changed."""
    notes: tuple[Line, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Unread:
    """Nothing of it could be understood as an answer."""


Reading = Taken | Problem | Unread


@dataclass(frozen=True, kw_only=True)
class Found:
    """An answer inside a longer message, and the message without it."""

    value: Plain
    rest: str


class Check(DefinitionModel):
    """What must hold of an answer (`unless`), or must not (`when`), and what is said otherwise."""

    when: Condition | None = None
    unless: Condition | None = None
    say: str

    def is_broken(self, known: Known) -> bool:
        return (self.when is not None and self.when.holds(known)) or (self.unless is not None and not self.unless.holds(known))


class Telephone(DefinitionModel):
    """A number to call, shown as a button."""

    label: str
    number: str
    """May hold a placeholder of a value."""


class Stop(DefinitionModel):
    """Where the procedure ends because it is not for this case: what is said, and whom to turn to."""

    when: Condition
    say: str
    calls: tuple[Telephone, ...] = ()
    link: str = ""
    to_staff: bool = False
    """A person takes over, with what was filled in."""


class Assumed(DefinitionModel):
    """An answer that need not be given: the next question is asked along, and whoever answers that one means this.

    For gates that somebody has read before; whoever describes something at length is asked on its own.
    """

    value: Plain
    when: Condition


class Field(DefinitionModel):
    """A question of a procedure. A subclass per type; `type` is its name in YAML."""

    type: str
    name: str = Key(pattern=NAME)
    label: str
    """Short, for the confirmation and the paper form."""
    ask: str = ""
    example: str = ""
    optional: bool = False
    when: Condition | None = None
    """Asked only then."""
    ask_when: Condition | None = None
    """Otherwise it is not asked, but what is said of it, and what is corrected on the confirmation, is taken."""
    asked_by: str = ""
    """A later choice that is asked instead while both are open: what is chosen there shows this answer, too."""
    assumed: Assumed | None = None
    checks: tuple[Check, ...] = ()
    notes: tuple[Check, ...] = ()
    """Said once after the answer, which is taken all the same."""
    stops: tuple[Stop, ...] = ()
    keeps: str = ""
    """The kind of personal data that the answer is, offered again in the next procedure."""
    keeps_when: Condition | None = None
    """Offered to be kept only then: what is over is of no use next time."""
    purpose: str = ""
    """Why it is asked, where that does not show; part of the consent to keep it."""
    sensitive: bool = False
    """Asked on a one-time page only, and masked in the talk."""
    only_staff_need: bool = False
    """Left out of the confirmation."""

    is_free_text: ClassVar[bool] = False
    """Nearly everything can be an answer, so that questions must be told from answers first."""
    is_asked: ClassVar[bool] = True
    takes_several: ClassVar[bool] = False
    is_for_pages: ClassVar[bool] = True
    """Whether it can be entered on a page."""

    def read(self, said: Said, asking: Asking) -> Reading:
        """What was said, as an answer. Never raises for what residents send."""
        raise NotImplementedError

    def find(self, text: str, asking: Asking) -> Found | None:
        """An answer that stands in a longer message and can't be mistaken; None for types that can't tell."""
        return None

    def is_exactly(self, text: str, asking: Asking) -> bool:
        """Whether the words are just an answer that the question offers, even where they look like something else."""
        return False

    def check(self, value: Plain, asking: Asking) -> Problem | None:
        """Whether a stored value is (still) allowed; a value of the wrong shape is a problem, never an exception."""
        return None

    def show(self, value: Plain, wording: "Wording") -> str:
        return str(value)

    def mask(self, value: Plain, wording: "Wording") -> str:
        """What the talk may show of a sensitive value."""
        shown = self.show(value, wording)
        return "●" * max(len(shown) - 2, 1) + shown[-2:] if len(shown) > 4 else "●" * 4

    def options(self, asking: Asking) -> tuple[Option, ...]:
        """Quick replies, the likely ones first."""
        return ()

    def inputs(self, asking: Asking) -> tuple[Input, ...]:
        """How it is asked on a page."""
        return (Input(),)

    def entered(self, given: Given, asking: Asking) -> Taken | tuple[Misfit, ...]:
        """What was entered on a page, as an answer, or what is wrong with it."""
        return judged(self.read(Words(text=only(given)), asking))

    def parts(self, value: Plain, facts: Facts) -> Mapping[str, Plain]:
        """What conditions may look at besides the value: `items.count`."""
        return {}

    part_names: ClassVar[tuple[str, ...]] = ()

    def paths(self) -> Iterator[str]:
        """What its own keys refer to, besides `when`, checks, notes and stops."""
        yield from ()

    def value_names(self) -> Iterator[str]:
        """Named values of the pack that its own keys need."""
        yield from ()

    def own_texts(self) -> Iterator[tuple[str, str]]:
        """Texts of the type's own keys that residents read: place within the field, text."""
        yield from ()

    def gates(self) -> Iterator[Condition]:
        """Conditions that decide whether and how it is asked."""
        assumed = self.assumed.when if self.assumed is not None else None
        yield from (condition for condition in (self.when, self.ask_when, assumed) if condition is not None)

    def conditions(self) -> Iterator[Condition]:
        yield from self.gates()
        for check in (*self.checks, *self.notes):
            yield from (condition for condition in (check.when, check.unless) if condition is not None)
        for stop in self.stops:
            yield stop.when
        if self.keeps_when is not None:
            yield self.keeps_when

    def text(self, place: str, **gaps: object) -> Line:
        """A text of this field."""
        return Line(key=f"fields.{self.name}.{place}", gaps=gaps)


def malformed() -> Problem:
    """For stored values of another shape: of an older definition, or tampered with."""
    return Problem(line=line("procedure.ask_again"))
