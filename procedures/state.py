"""What is kept of a procedure that a resident is filling in; everything else follows from it."""

from collections.abc import Mapping
from typing import Any

from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass

from procedures.conditions import Plain


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Filling:
    """The answers so far, and what the talk is in the middle of. Which question comes next follows from them."""

    uid: str
    """Made when it began; submitting the same filling twice makes one application."""
    procedure_id: str
    digest: str
    """Of the definition with which it was begun."""
    answers: Mapping[str, Plain] = Field(default_factory=dict)
    """By field, in their JSON form; those of fields that do not apply any more are gone."""
    skipped: tuple[str, ...] = ()
    """Optional fields that were left out."""
    revisiting: str = ""
    """A field that is asked again though it has an answer."""
    open_field: str = ""
    """A field whose answer may go on."""
    scratch: Plain = None
    """What the field that is asked noted for itself."""
    scratch_of: str = ""
    heard: str = ""
    """Words that were said before the question they answer."""
    failures: int = 0
    """In a row, at the question that is asked."""
    is_known_offered: bool = False
    """What was given earlier was offered once."""
    sources: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """Ids of the messages from which an answer came, by field: who takes a message back takes its answers back."""
    keeping: tuple[str, ...] = ()
    """Fields whose answers the resident chose, one by one, to have kept for the next procedure."""
    said_notes: tuple[str, ...] = ()
    """Notes and warnings that need not be said again."""
    reasons: Mapping[str, str] = Field(default_factory=dict)
    """What staff wrote to the fields that they returned."""
    limited_to: tuple[str, ...] = ()
    """Fields that may be answered anew: of a returned application, or of one that is changed; none means all."""
    application_id: int | None = None
    """Of the application that this changes or completes."""


ADAPTER: TypeAdapter[Filling] = TypeAdapter(Filling)


def dump_filling(filling: Filling) -> bytes:
    return ADAPTER.dump_json(filling)


def load_filling(stored: bytes) -> Filling:
    """Raises ValueError where it is of another shape."""
    return ADAPTER.validate_json(stored)


def plain_filling(filling: Filling) -> dict[str, Any]:  # Any: JSON.
    return ADAPTER.dump_python(filling, mode="json")  # type: ignore[no-any-return]  # a dataclass dumps to a dict
