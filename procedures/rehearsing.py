"""Playing through procedures with the invented residents of a pack: whether they come to the end, after how many questions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import median

from pydantic import Field as Key

from core.errors import PackError
from core.pack_loading import CONTENT
from procedures.conditions import DefinitionModel, Plain
from procedures.definition import Definition
from procedures.facts import Facts
from procedures.fields.base import Asking, Taken
from procedures.fields.choosing import DONE
from procedures.filling import begin, fill
from procedures.known import Answers
from procedures.loading import Procedures, read_checked
from procedures.said import Chose, Command, Confirmed, Gave, Placed, Said, SentPhoto, UsedKnown, Words
from procedures.state import Filling
from procedures.steps import Ask, Between, Completed, Confirm, OfferKnown, Step, Stopped, ToPerson

MOST_TURNS = 60


class RehearsedPlace(DefinitionModel):
    """A place sent by the map."""

    latitude: float
    longitude: float


class Rehearsal(DefinitionModel):
    """One resident: what they say to each question, in order where it is asked more than once."""

    about: str
    procedure: str
    begins: str = ""
    """The words with which they ask for it."""
    entry: str = ""
    """The answer under which they begin it."""
    says: Mapping[str, tuple[str, ...]] = Key(default_factory=dict)
    """By field. `photo` sends a photo, 35.1,139.2 a place, `first` taps the first choice."""
    ends: str = "completed"
    """Or `stopped`, `person`."""


class Rehearsals(DefinitionModel):
    """procedure_rehearsals.yaml"""

    residents: tuple[Rehearsal, ...]


@dataclass(frozen=True, kw_only=True)
class Played:
    """How one resident fared."""

    rehearsal: Rehearsal
    questions: int
    """Questions, offers and confirmations that had to be answered, up to the receipt."""
    end: str
    state: Filling


@dataclass
class _Script:
    says: Mapping[str, Sequence[str]]
    definition: Definition
    facts: Facts
    now: datetime
    places: dict[str, int] = field(default_factory=dict)

    def next_for(self, step: Ask) -> Said:
        """What comes next for this question; who has named everything answers the question that is asked along with it."""
        name, options = step.field, step.options
        if step.following and not step.is_more and self._need_not_say(step.field):
            name, options = step.following, step.following_options
        elif step.is_more and self.places.get(name, 0) >= len(self.says.get(name, ())):
            if not step.following:
                return Chose(field=name, value=DONE)
            name, options = step.following, step.following_options
        lines, place = self.says.get(name, ()), self.places.get(name, 0)
        self.places[name] = place + 1
        if place >= len(lines):
            raise PackError(f"procedure_rehearsals.yaml: '{name}' is asked {place + 1} times, and there are {len(lines)} answers")
        return Chose(field=name, value=options[0].value) if lines[place] == "first" and options else said_of(lines[place])

    def _need_not_say(self, name: str) -> bool:
        """Whether what they would say to it is what is assumed of whoever answers the next question."""
        field, lines, place = self.definition.by_name[name], self.says.get(name, ()), self.places.get(name, 0)
        known = Answers(definition=self.definition, answers={}, facts=self.facts, now=self.now)
        reading = field.read(Words(text=lines[place]), Asking(known=known, facts=self.facts, now=self.now)) if place < len(lines) else None
        return field.assumed is not None and isinstance(reading, Taken) and reading.value == field.assumed.value


def said_of(written: str) -> Said:
    if written == "photo":
        return SentPhoto(media=1, mime="image/jpeg", size=100_000)
    parts = written.split(",")
    if len(parts) == 2 and all(part.strip().replace(".", "", 1).isdigit() for part in parts):
        return Placed(latitude=float(parts[0]), longitude=float(parts[1]))
    return Words(text=written)


def load_rehearsals(municipality_id: str, content: Path = CONTENT) -> Sequence[Rehearsal]:
    path = content / municipality_id / "procedure_rehearsals.yaml"
    return read_checked(Rehearsals, path).residents if path.is_file() else ()


def play(procedures: Procedures, rehearsal: Rehearsal, facts: Facts, now: datetime) -> Played:
    """Raises PackError where the script and the definition do not fit."""
    definition = procedures.definitions.get(rehearsal.procedure)
    if definition is None:
        raise PackError(f"procedure_rehearsals.yaml: no procedure '{rehearsal.procedure}'")
    script = _Script(says=rehearsal.says, definition=definition, facts=facts, now=now)
    step: Step = begin(
        definition, procedures.digests[definition.id], "rehearsal", now=now, facts=facts, words=rehearsal.begins, entry=rehearsal.entry
    )
    for questions in range(MOST_TURNS):
        match step:
            case Ask():
                said = script.next_for(step)
            case OfferKnown():
                said = UsedKnown(accepted=True)
            case Confirm():
                said = Confirmed(fingerprint=step.fingerprint)
            case Between():
                said = Gave(command=Command.RESUME)
            case _:
                return Played(rehearsal=rehearsal, questions=questions, end=_end(step), state=step.state)
        step = fill(definition, step.state, said, now=now, facts=facts)
    raise PackError(f"procedure_rehearsals.yaml: '{rehearsal.about}' does not come to an end")


def known_from(procedures: Procedures, played: Played) -> Mapping[str, Plain]:
    """What may be kept of it, by kind."""
    definition = procedures.definitions[played.rehearsal.procedure]
    return {one.keeps: played.state.answers[one.name] for one in definition.asked if one.keeps and one.name in played.state.answers}


def median_questions(played: Sequence[Played]) -> Mapping[str, float]:
    """By procedure, of those that came to the receipt."""
    names = dict.fromkeys(one.rehearsal.procedure for one in played if one.end == "completed")
    return {name: median(one.questions for one in played if one.rehearsal.procedure == name and one.end == "completed") for name in names}


def _end(step: Step) -> str:
    match step:
        case Completed():
            return "completed"
        case Stopped():
            return "stopped"
        case ToPerson():
            return "person"
        case _:
            return "left"
