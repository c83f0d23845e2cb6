"""The form that changes an entry: what its fields hold, its problems, and what somebody else changed meanwhile."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from console.texts import named
from console.views.choices import Choice
from console.views.differences import Piece, differences
from core.pack import Pack
from faq.lengths import ANSWER_LIMIT, GUIDE_LIMIT
from faq.models import EntryKind, EntryVersion

FIELDS = ("question", "answer", "phrasings", "category", "department_id", "source_url", "checked_on", "valid_from", "valid_until")

ISO_DAY = re.compile(r"(\d{4}-\d\d-\d\d)?")


@dataclass(frozen=True, kw_only=True)
class FieldProblem:
    """`field` is also the id of the input, where the form has one."""

    field: str
    label: str
    text: str

    @classmethod
    def of(cls, field: str, text: str) -> "FieldProblem":
        return cls(field=field, label=named("field", field), text=text)


@dataclass(frozen=True, kw_only=True)
class Change:
    """What somebody else changed in one field."""

    label: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """Somebody published while the form was open."""

    author: str
    at: datetime
    changes: tuple[Change, ...]
    keeps_typed: bool


@dataclass(frozen=True, kw_only=True)
class FormView:
    """What the fields hold; texts as they were typed."""

    action: str
    edited: str
    values: Mapping[str, str]
    limit: int
    categories: tuple[str, ...]
    departments: tuple[Choice, ...]
    languages: str
    """Of stored translations, in words; empty without any."""
    keeps_translations: bool
    problems: tuple[FieldProblem, ...] = ()
    conflict: Conflict | None = None

    def problems_of(self, field: str) -> tuple[FieldProblem, ...]:
        return tuple(problem for problem in self.problems if problem.field == field)

    def input_type(self, field: str) -> str:
        """A field for days would hide what is no day."""
        return "date" if ISO_DAY.fullmatch(self.values[field]) else "text"

    def has(self, field: str) -> bool:
        return field in self.values


def values_of(version: EntryVersion) -> Mapping[str, str]:
    """As the form's fields hold them."""
    return {
        "question": version.question,
        "answer": version.body,
        "phrasings": "\n".join(version.phrasings),
        "category": version.category,
        "department_id": version.department_id or "",
        "source_url": version.source_url or "",
        "checked_on": _iso(version.checked_on),
        "valid_from": _iso(version.valid_from),
        "valid_until": _iso(version.valid_until),
    }


def changes(before: EntryVersion, after: EntryVersion) -> tuple[Change, ...]:
    """Fields that differ between two versions, in the order of the form."""
    old, new = values_of(before), values_of(after)
    return tuple(Change(label=named("field", name), pieces=differences(old[name], new[name])) for name in FIELDS if old[name] != new[name])


def department_choices(pack: Pack) -> tuple[Choice, ...]:
    return tuple(Choice(value=department.id, label=department.name) for department in pack.departments.values())


def languages_in_words(version: EntryVersion | None) -> str:
    return "、".join(named("language", language) for language in version.translations) if version is not None else ""


def limit_of(kind: str) -> int:
    return GUIDE_LIMIT if kind == EntryKind.GUIDE else ANSWER_LIMIT


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
