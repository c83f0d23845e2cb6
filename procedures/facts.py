"""What filling may look at besides the answers, read beforehand: tables, calendars, free places, what was given before."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from pydantic import Field as Key

from core.pack import Facility
from core.values import Values
from core.waste_tables import Waste
from procedures.conditions import DefinitionModel, Plain
from procedures.map import CityMap


class ProcedureWords(DefinitionModel):
    """procedure_words.yaml: how residents say what the buttons say, in all languages; whole utterances, but for the patterns."""

    back: tuple[str, ...] = ()
    edit: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    stop: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    resume: tuple[str, ...] = ()
    confirm: tuple[str, ...] = ()
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    """The answer that is there shall stay."""
    confirm_and_keep: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    """How do my applications stand?"""
    reopen: tuple[str, ...] = ()
    """What was reported as done is not done."""
    my_data: tuple[str, ...] = ()
    """What is kept of me?"""
    skip: tuple[str, ...] = ()
    """Nothing to say to this question, or no more."""
    start_shapes: tuple[str, ...] = ()
    """Expressions over the whole utterance, with the group `what`: that a procedure is wanted, not only asked about."""
    question_shapes: tuple[str, ...] = ()
    """Expressions anywhere in the utterance: it asks something."""
    edit_shapes: tuple[str, ...] = ()
    """Expressions over the whole utterance, with the group `what`: that an answer shall be corrected."""
    change_shapes: tuple[str, ...] = ()
    """Expressions over the whole utterance, perhaps with the group `what`: what was applied for shall change, or be taken back."""
    place_shapes: tuple[str, ...] = ()
    """Expressions over the whole utterance: a place is told by what stands there."""
    corrections: tuple[str, ...] = ()
    """Expressions for what may stand before a corrected answer: やっぱり."""
    counters: str = Key(default="")
    """Expression for what may follow a number of things: 個, 枚, つ."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Locality:
    """What a municipality's pack knows of its places and things; compared by identity."""

    name: str
    prefecture: str
    waste: Waste
    values: Values
    facilities: Sequence[Facility] = ()
    postal_codes: Mapping[str, str] = field(default_factory=dict)
    """Seven digits → the town (district)."""
    city_map: CityMap = field(default_factory=CityMap)
    words: ProcedureWords = field(default_factory=ProcedureWords)


def always(_day: date) -> bool:
    return True


def never(_day: date) -> bool:
    return False


def nothing_taken(_key: str) -> int:
    return 0


def nothing_found(_name: str, _answers: Mapping[str, Plain]) -> Plain:
    return None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """For one resident at one moment. The functions answer from what was read, or read consistently themselves; none of them writes."""

    locality: Locality
    intake_notice: str = ""
    """What residents are told while the procedure's intake is stopped."""
    is_open: Callable[[date], bool] = always
    """Whether the procedure's department works on that day."""
    is_closure: Callable[[date], bool] = never
    """Whether the whole municipality rests, collections included: the closures of calendar.yaml."""
    is_holiday: Callable[[date], bool] = never
    taken: Callable[[str], int] = nothing_taken
    """How many places of a slot are taken."""
    capacities: Mapping[str, int] = field(default_factory=dict)
    """Slots whose capacity somebody changed; 0 closes one."""
    known: Mapping[str, Plain] = field(default_factory=dict)
    """What was given before and may be used again, by kind of personal data."""
    found: Mapping[str, Plain] = field(default_factory=dict)
    """What is known beforehand for conditions: `fact.NAME`."""
    assurance: str = "L1"
    """How surely it is known who fills in; `fact.assured` tells whether that is enough for the procedure."""
    look_up: Callable[[str, Mapping[str, Plain]], Plain] = nothing_found
    """What can be found only with the answers so far, such as a report nearby: `fact.NAME`."""
