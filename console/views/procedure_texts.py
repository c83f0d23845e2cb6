"""The form for texts of a procedure."""

from dataclasses import dataclass
from datetime import datetime

from console.source_problems import ProblemLine
from console.texts import named, say
from console.views.choices import Choice
from console.views.differences import Piece
from procedures.definition import Definition

LONG = 40
"""Characters from which on a text gets more than one line."""


@dataclass(frozen=True, kw_only=True)
class TextView:
    """One text; `place` is also the id of its input."""

    place: str
    label: str
    value: str
    japanese: str
    """Beside a translation."""
    rows: int
    is_required: bool


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What somebody else changed in one place."""

    label: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, kw_only=True)
class TextConflict:
    """Somebody changed the procedure while the form was open."""

    author: str
    at: datetime | None
    differences: tuple[Difference, ...]


@dataclass(frozen=True, kw_only=True)
class TextsView:
    """A portion of a procedure's texts, in one language."""

    title: str
    portion: str
    portion_label: str
    path: str
    edited: str
    language: str
    language_label: str
    tag: str
    languages: tuple[Choice, ...]
    texts: tuple[TextView, ...]
    translated: str
    """Languages that have translations of these, in words."""
    needs_approval: bool
    problems: tuple[ProblemLine, ...] = ()
    conflict: TextConflict | None = None
    keeps_translations: bool = False

    def problems_of(self, place: str) -> tuple[ProblemLine, ...]:
        return tuple(problem for problem in self.problems if problem.field == place)


NUMBERED = {
    ("steps", "title"): "steps_title",
    ("stops", "say"): "stops_say",
    ("stops", "label"): "stops_label",
    ("stops", "number"): "stops_number",
    ("stops", "link"): "stops_link",
}
"""Texts of which one place in a list has several."""


def place_label(place: str, definition: Definition) -> str:
    """質問, お礼, 「玄関前」という選択肢 …"""
    inside = place
    if place.startswith("fields."):
        inside = place.split(".", 2)[2]
    parts = inside.split(".")
    if parts[0] in ("tells", "states"):
        return say(f"text_place.{parts[0]}", state=named("application_state", parts[1]))
    if parts[0] == "options":
        return say("text_place.option", name=definition.texts.get(place, parts[1]))
    if len(parts) > 1 and parts[1].isdecimal():
        key = NUMBERED.get((parts[0], parts[-1]), parts[0])
        return named("text_place", key, "other", number=int(parts[1]) + 1, name=inside)
    return named("text_place", parts[0], "other", name=inside)


def rows_for(text: str) -> int:
    return 1 if len(text) < LONG and "\n" not in text else min(10, 2 + text.count("\n") + len(text) // 60)
