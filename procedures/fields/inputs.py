"""A question as inputs of a page: what each takes, and what may be wrong with what was entered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from procedures.fields.base import Line, Option, Reading, Taken

LONGEST = 400
"""Characters that an input takes where its question sets no limit."""
Given = Mapping[str, Sequence[str]]
"""What was entered for one question, by the part of the answer; an empty part is the whole."""


class InputKind(StrEnum):
    """How something is entered."""

    LINE = "line"
    LINES = "lines"
    ONE = "one"
    """One of several choices."""
    SOME = "some"


@dataclass(frozen=True, kw_only=True)
class Input:
    """One control of a page."""

    part: str = ""
    label: "Line | None" = None
    """Of a part; the whole answer is called as the question is."""
    kind: InputKind = InputKind.LINE
    options: "tuple[Option, ...]" = ()
    mode: str = "text"
    """Which keys a telephone shows."""
    autocomplete: str = "off"
    longest: int = LONGEST


@dataclass(frozen=True, kw_only=True)
class Misfit:
    """What is wrong with one input."""

    part: str = ""
    line: "Line"


def only(given: Given, part: str = "") -> str:
    return next(iter(given.get(part, ())), "")


def judged(reading: "Reading", part: str = "") -> "Taken | tuple[Misfit, ...]":
    """A page has no next message: whatever is no complete answer is wrong."""
    from procedures.fields.base import Problem, Taken, line

    match reading:
        case Taken():
            return reading
        case Problem(line=said):
            return (Misfit(part=part, line=said),)
        case _:
            return (Misfit(part=part, line=line("procedure.form.unread")),)
