"""What a resident can do in the middle of a procedure, as values free of any channel's form."""

from dataclasses import dataclass
from enum import StrEnum

from procedures.conditions import Plain


class Command(StrEnum):
    """What may be done at any step besides answering."""

    BACK = "back"
    EDIT = "edit"
    LATER = "later"
    STOP = "stop"
    STAFF = "staff"
    RESUME = "resume"
    """Asks again what was asked: after a pause, a restart, or a question in between."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """Typed words."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Chose:
    """A button of a question; an older question's button still answers its own field."""

    field: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Picked:
    """A day of the date picker, in ISO form."""

    field: str
    day: str


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A place on the map."""

    latitude: float
    longitude: float
    address: str = ""
    accuracy: float | None = None


@dataclass(frozen=True, kw_only=True)
class SentPhoto:
    """A photo that was stored without its hidden data; `taken_at` is what the hidden data said of the place."""

    media: int
    mime: str
    size: int
    taken_at: tuple[float, float] | None = None


@dataclass(frozen=True, kw_only=True)
class SentFile:
    """A file that was stored."""

    media: int
    name: str
    mime: str
    size: int


@dataclass(frozen=True, kw_only=True)
class FilledForm:
    """What was entered on the one-time page for a sensitive field."""

    field: str
    value: Plain


@dataclass(frozen=True, kw_only=True)
class Gave:
    """A command, typed or tapped."""

    command: Command


@dataclass(frozen=True, kw_only=True)
class ChoseToEdit:
    """Wants to answer this field anew."""

    field: str


@dataclass(frozen=True, kw_only=True)
class UsedKnown:
    """Says whether what was given in an earlier procedure shall be used, all of it at once."""

    accepted: bool


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """Submits. `fingerprint` names the card that was confirmed, so that an older card submits nothing that was changed since."""

    fingerprint: str
    keeps: bool = False
    """Consents that everything which may be kept is kept for the next procedure; otherwise only what was chosen is."""


@dataclass(frozen=True, kw_only=True)
class ChoseToKeep:
    """Wants to say, one by one, what may be kept; with a field, whether that one is."""

    field: str = ""
    keeps: bool = False


Said = Words | Chose | Picked | Placed | SentPhoto | SentFile | FilledForm | Gave | ChoseToEdit | UsedKnown | Confirmed | ChoseToKeep
