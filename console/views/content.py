"""The list of content."""

from dataclasses import dataclass
from datetime import date

from console.texts import named
from console.views.choices import Choice
from console.views.paging import Paging
from core.pack import Pack
from faq.queries import EntryLine


@dataclass(frozen=True, kw_only=True)
class ContentLine:
    """One entry. `validity` is set where today lies outside of it."""

    id: str
    kind: str
    question: str
    category: str
    department: str | None
    state: str
    state_key: str
    has_draft: bool
    checked_on: date | None
    validity: str | None


@dataclass(frozen=True, kw_only=True)
class ContentView:
    """One page of the list, with what it was narrowed to."""

    words: str
    category: str
    state: str
    categories: tuple[Choice, ...]
    states: tuple[Choice, ...]
    lines: tuple[ContentLine, ...]
    total: int
    paging: Paging
    may_edit: bool

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.category or self.state)


def content_line(line: EntryLine, pack: Pack, today: date) -> ContentLine:
    department = pack.departments.get(line.department_id or "")
    return ContentLine(
        id=line.entry_id,
        kind=named("entry_kind", line.kind),
        question=line.question,
        category=line.category,
        department=department.name if department else line.department_id,
        state=named("entry_state", line.state),
        state_key=line.state,
        has_draft=line.draft_number is not None,
        checked_on=line.checked_on,
        validity=validity(line.valid_from, line.valid_until, today),
    )


def validity(valid_from: date | None, valid_until: date | None, today: date) -> str | None:
    """Why residents do not find it today although it is published: it is early, or it is over."""
    if valid_from is not None and today < valid_from:
        return "early"
    return "over" if valid_until is not None and valid_until < today else None
