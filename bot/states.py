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
    misses: int = 0
    """How many questions in a row, this one included, found nothing."""
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


@dataclass(frozen=True, kw_only=True, config=STRICT)
class WaitingForStaff:
    """A case waits in the queue, and what the resident says belongs to it, until they choose to go on with the bot."""

    kind: Literal["waiting_for_staff"] = "waiting_for_staff"
    before: dict[str, Any] = Field(default_factory=dict)  # Any: JSON.
    """The state that goes on afterwards, as stored; empty for none."""
    acknowledged_at: int = 0
    """When the resident last heard that their words were passed on, in milliseconds since 1970."""
    last: LastAnswer | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class LeavingMessage:
    """The resident wants to leave a message; the next words are it."""

    kind: Literal["leaving_message"] = "leaving_message"
    before: dict[str, Any] = Field(default_factory=dict)  # Any: JSON.
    last: LastAnswer | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class AskedForComment:
    """The resident said how they found the service of a person; why would help, and may be left out."""

    kind: Literal["asked_for_comment"] = "asked_for_comment"
    case_id: int
    score: int
    at: int | None = None
    """When they said so, in milliseconds."""
    before: dict[str, Any] = Field(default_factory=dict)  # Any: JSON.
    last: LastAnswer | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class EndedUnanswered:
    """A case closed because the resident was silent; what they say next is most likely the answer that a person waited for."""

    kind: Literal["ended_unanswered"] = "ended_unanswered"
    case_id: int
    before: dict[str, Any] = Field(default_factory=dict)  # Any: JSON.
    last: LastAnswer | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class FillingProcedure:
    """A procedure is being filled in; what was answered lies sealed in the filling of this uid."""

    kind: Literal["filling_procedure"] = "filling_procedure"
    uid: str
    last: LastAnswer | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class AskedWhatIsLeft:
    """Somebody says that what they reported is not done; what is left of it would help."""

    kind: Literal["asked_what_is_left"] = "asked_what_is_left"
    application_id: int
    last: LastAnswer | None = None


State = (
    Idle
    | AskedAboutMedia
    | AskedForPhone
    | AskedForTime
    | AskedForPlace
    | WaitingForStaff
    | LeavingMessage
    | AskedForComment
    | EndedUnanswered
    | FillingProcedure
    | AskedWhatIsLeft
)
Beside = WaitingForStaff | LeavingMessage | AskedForComment | EndedUnanswered
"""States that stand before another one, which goes on afterwards."""

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
        case WaitingForStaff() | LeavingMessage() | AskedForComment() | EndedUnanswered():
            before = dump_state(without_words(load_state(state.before), phones)) if state.before else {}
            return replace(state, before=before, last=None)
        case _:
            return replace(state, last=None)


def waiting(state: State) -> WaitingForStaff:
    """In the queue; what was being asked is kept for afterwards."""
    return state if isinstance(state, WaitingForStaff) else WaitingForStaff(before=before_of(state), last=state.last)


def resumed(state: State) -> State:
    """What goes on once nobody waits for a person, with fresh tries: it must not lead to a person again for what happened before."""
    return _afresh(load_state(state.before)) if isinstance(state, Beside) else state


def before_of(state: State) -> dict[str, Any]:  # Any: JSON.
    """What a state beside it keeps of this one."""
    return state.before if isinstance(state, Beside) else dump_state(state)


def _afresh(state: State) -> State:
    last = replace(state.last, misses=0, rejected="") if state.last is not None else None
    return replace(state, last=last, failures=0) if isinstance(state, AskedForPhone) else replace(state, last=last)
