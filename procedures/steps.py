"""What comes of something that a resident did in the middle of a procedure: one type per way to go on."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from procedures.conditions import Plain
from procedures.fields.base import Line, Option
from procedures.state import Filling


@dataclass(frozen=True, kw_only=True)
class Ask:
    """The next question, or the same again with what was wrong."""

    state: Filling
    field: str
    number: int
    total: int
    """Progress: 3 of 8."""
    options: tuple[Option, ...] = ()
    problem: Line | None = None
    """Said instead of the question where a part was understood, before it where something was wrong."""
    is_part: bool = False
    """`problem` asks for the rest of an answer; nothing went wrong."""
    is_more: bool = False
    """The field has an answer, and more may follow."""
    following: str = ""
    """The question that is asked along with it: answering that says that nothing follows, or that the assumed answer holds."""
    following_options: tuple[Option, ...] = ()
    is_again: bool = False
    """The field is asked anew; what was answered may be kept."""
    by_form: bool = False
    """Only on the one-time page."""
    offers_person: bool = False
    notes: tuple[Line, ...] = ()
    reason: str = ""
    """Why staff returned it, in their words."""


@dataclass(frozen=True, kw_only=True)
class OfferKnown:
    """What was given earlier may be used for these fields, with one tap."""

    state: Filling
    values: Mapping[str, Plain]
    number: int
    total: int
    notes: tuple[Line, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Confirm:
    """Everything is there: the card with all answers, and the buttons to submit and to correct."""

    state: Filling
    fingerprint: str
    notes: tuple[Line, ...] = ()
    is_draft: bool = False
    """It is not submitted on LINE: what comes of it is a draft for the counter."""
    may_keep: tuple[str, ...] = ()
    """Fields whose answers may be kept for the next procedure, if the resident consents."""


@dataclass(frozen=True, kw_only=True)
class ChooseEdit:
    """Which answer shall be corrected?"""

    state: Filling
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ChooseKept:
    """Which answers may be kept for the next procedure? Those that were chosen so far stand in the state."""

    state: Filling
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Completed:
    """Submitted: the caller makes the application of it, once."""

    state: Filling
    keeps: tuple[str, ...] = ()
    """Fields whose answers the resident consented to have kept."""


@dataclass(frozen=True, kw_only=True)
class Drafted:
    """Everything is there, and the office must see who applies: the caller keeps it as a draft for the counter."""

    state: Filling


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """It is not for this case: the definition's stop says why, and whom to turn to."""

    state: Filling
    field: str = ""
    stop: int = 0
    """Which of the field's stops."""
    notice: Line | None = None
    """Instead of a field's stop: nobody can begin it at present."""


@dataclass(frozen=True, kw_only=True)
class Paused:
    """Kept for later."""

    state: Filling
    notice: Line | None = None
    """Why, where the resident did not wish it: nobody can submit it at present."""


@dataclass(frozen=True, kw_only=True)
class Dropped:
    """Given up; nothing of it is kept."""

    state: Filling


class PersonReason(StrEnum):
    """Why a person shall go on."""

    ASKED = "asked"
    RULE = "rule"
    """The definition hands such cases over."""


@dataclass(frozen=True, kw_only=True)
class ToPerson:
    """A person goes on, with what was filled in."""

    state: Filling
    reason: PersonReason
    field: str = ""
    stop: int = 0


@dataclass(frozen=True, kw_only=True)
class Between:
    """The words ask something: the caller answers, and then says `then` again."""

    state: Filling
    question: str
    then: "Step"


Step = Ask | OfferKnown | Confirm | ChooseEdit | ChooseKept | Completed | Drafted | Stopped | Paused | Dropped | ToPerson | Between
