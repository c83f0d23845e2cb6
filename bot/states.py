"""What a conversation is in the middle of: one type per state, and their form in the database."""

from collections.abc import Collection
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, kw_only=True, config=STRICT)
class LastAnswer:
    """What the resident asked last and what we showed, so that 違う and short follow-ups can be understood."""

    question: str
    entries: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    """Entries that the resident said were not meant."""
    offered: tuple[str, ...] = ()
    """Entries that were shown as choices, in their order."""
    subject: str = ""
    """What the talk is about, which later questions may leave out."""
    aspect: str = ""
    """What was asked of it: a key of retrieval/data/follow_up.yaml."""
    turn: str = ""
    """Uid of the turn that showed it."""
    rejected: str = ""
    """Uid of the turn whose answer was refused, where this is what was offered instead."""
    at: int = 0
    """Milliseconds since 1970."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Idle:
    """Nothing is expected of the resident."""

    kind: Literal["idle"] = "idle"
    last: LastAnswer | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class AskedAboutMedia:
    """A photo or file came without words and we asked what it is about."""

    kind: Literal["asked_about_media"] = "asked_about_media"
    media: str = "image"
    last: LastAnswer | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class AskedForPhone:
    """A call-back was asked for; its telephone number is missing."""

    kind: Literal["asked_for_phone"] = "asked_for_phone"
    topic: str = ""
    department_id: str | None = None
    failures: int = 0
    last: LastAnswer | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class AskedForTime:
    """A call-back was asked for; when to call is missing."""

    kind: Literal["asked_for_time"] = "asked_for_time"
    phone: str
    topic: str = ""
    department_id: str | None = None
    last: LastAnswer | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class AskedForPlace:
    """The nearest of something was asked for; where the resident is would help."""

    kind: Literal["asked_for_place"] = "asked_for_place"
    wanted: str
    """The name that was asked with, such as 小学校; it matched facilities of the pack."""
    last: LastAnswer | None = None


State = Idle | AskedAboutMedia | AskedForPhone | AskedForTime | AskedForPlace

ADAPTER: TypeAdapter[State] = TypeAdapter(Annotated[State, Field(discriminator="kind")])


def dump_state(state: State) -> dict[str, Any]:  # Any: JSON.
    return ADAPTER.dump_python(state, mode="json")  # type: ignore[no-any-return]  # a dataclass dumps to a dict


def load_state(stored: dict[str, Any]) -> State:  # Any: JSON.
    """A state of an older version that can't be read counts as idle: a forgotten half-sentence is better than a stuck talk."""
    try:
        return ADAPTER.validate_python(stored or {"kind": "idle"})
    except ValidationError:
        return Idle()


def without_words(state: State, phones: Collection[str] = ()) -> State:
    """The same expectation without anything that the resident wrote: for messages that are taken back.

    Without a telephone number that stood in one, it is asked for again.
    """
    match state:
        case AskedForTime(phone=phone, department_id=department_id) if phone in phones:
            return AskedForPhone(department_id=department_id)
        case AskedForPhone() | AskedForTime():
            return replace(state, topic="", last=None)
        case AskedForPlace():
            return Idle()
        case _:
            return replace(state, last=None)
