"""Named reads over entries and their versions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from core.statements import Prepared
from core.text import normalise
from faq.drafts import EntryDraft, draft_of
from faq.lifecycle import OPEN_STATES, VersionState, is_open
from faq.models import Entry, EntryKind, EntryVersion

CHUNK = 500  # SQLite takes a limited number of parameters in one statement.
PAGE = 50
CURRENT = and_(
    EntryVersion.municipality_id == Entry.municipality_id,
    EntryVersion.entry_id == Entry.id,
    EntryVersion.number == Entry.current_number,
)
"""Joins an entry with its current version."""
RELATED = Prepared(
    select(EntryVersion.related)
    .select_from(Entry)
    .join(EntryVersion, CURRENT)
    .where(Entry.municipality_id == bindparam("municipality"), Entry.id == bindparam("entry"), Entry.state == VersionState.PUBLISHED)
)


@dataclass(frozen=True, kw_only=True)
class EntryFilter:
    """What a list of entries is narrowed to; empty parts narrow nothing."""

    words: str = ""
    """Each of them must stand somewhere in id, question, phrasings or answer; one character is enough."""
    category: str | None = None
    state: VersionState | None = None
    kind: EntryKind | None = None
    department_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class EntryLine:
    """An entry as a list shows it: its current version, and whether somebody is changing it."""

    entry_id: str
    kind: EntryKind
    state: VersionState
    number: int
    question: str
    category: str
    department_id: str | None
    checked_on: date | None
    valid_from: date | None
    valid_until: date | None
    languages: tuple[str, ...]
    draft_number: int | None
    """Of a draft beside the published version."""
    author: str
    updated_at: datetime


@dataclass(frozen=True, kw_only=True)
class EntryPage:
    """A part of a list; `total` counts all of it."""

    lines: tuple[EntryLine, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, kw_only=True)
class EntryHistory:
    """An entry with all its versions, the newest first."""

    entry: Entry
    versions: Sequence[EntryVersion]

    @property
    def published(self) -> EntryVersion | None:
        return next((version for version in self.versions if version.state == VersionState.PUBLISHED), None)

    @property
    def open(self) -> EntryVersion | None:
        """A version that somebody still works on."""
        return next((version for version in self.versions if version.state in OPEN_STATES), None)

    @property
    def to_edit(self) -> EntryVersion:
        """What an editor's form begins with; its number is what they edited."""
        return self.open or next(version for version in self.versions if version.number == self.entry.current_number)

    def version(self, number: int) -> EntryVersion | None:
        return next((version for version in self.versions if version.number == number), None)


@dataclass(frozen=True, kw_only=True)
class PublishedQuestion:
    """A question, or the title of a guide, that residents may choose."""

    entry_id: str
    question: str
    kind: EntryKind
    translated: Mapping[str, str]
    """The question in other languages."""


def entries_page(session: Session, municipality_id: str, wanted: EntryFilter, page: int = 1, size: int = PAGE) -> EntryPage:
    """Pages count from 1; one beyond the end shows the last."""
    conditions = _conditions(municipality_id, wanted)
    total = session.scalar(select(func.count()).select_from(Entry).join(EntryVersion, CURRENT).where(*conditions)) or 0
    pages = max(1, -(-total // size))
    page = min(max(page, 1), pages)
    statement = select(Entry, EntryVersion).join(EntryVersion, CURRENT).where(*conditions)
    rows = session.execute(statement.order_by(Entry.position, Entry.id).limit(size).offset((page - 1) * size)).all()
    drafts = _draft_numbers(session, municipality_id, [entry.id for entry, _ in rows])
    lines = tuple(_line(entry, version, drafts.get(entry.id)) for entry, version in rows)
    return EntryPage(lines=lines, total=total, page=page, pages=pages)


def category_counts(session: Session, municipality_id: str, wanted: EntryFilter | None = None) -> Mapping[str, int]:
    """Entries of each category, in the order of categories; narrowed by everything but the category."""
    conditions = _conditions(municipality_id, wanted or EntryFilter(), any_category=True)
    statement = select(EntryVersion.category, func.count()).select_from(Entry).join(EntryVersion, CURRENT).where(*conditions)
    rows = session.execute(statement.group_by(EntryVersion.category).order_by(func.min(Entry.position), EntryVersion.category))
    return {row[0]: row[1] for row in rows}


def state_counts(session: Session, municipality_id: str) -> Mapping[VersionState, int]:
    """Entries by the state of their current version."""
    statement = select(Entry.state, func.count()).where(Entry.municipality_id == municipality_id).group_by(Entry.state)
    return {VersionState(state): count for state, count in session.execute(statement)}


def entry_history(session: Session, municipality_id: str, entry_id: str) -> EntryHistory | None:
    entry = session.get(Entry, (municipality_id, entry_id))
    if entry is None:
        return None
    statement = select(EntryVersion).where(EntryVersion.municipality_id == municipality_id, EntryVersion.entry_id == entry_id)
    return EntryHistory(entry=entry, versions=session.scalars(statement.order_by(EntryVersion.number.desc())).all())


def published_drafts(session: Session, municipality_id: str) -> Iterator[EntryDraft]:
    """What all published entries say, in their order, for export."""
    statement = select(Entry.kind, EntryVersion).join(EntryVersion, CURRENT)
    statement = statement.where(Entry.municipality_id == municipality_id, Entry.state == VersionState.PUBLISHED)
    for kind, version in session.execute(statement.order_by(Entry.position, Entry.id)):
        yield draft_of(EntryKind(kind), version)


def related_entries(session: Session, municipality_id: str, entry_id: str) -> Sequence[str]:
    """The ids that a published entry names as related, in its order, itself left out; some may not be published."""
    related = RELATED.scalar(session, {"municipality": municipality_id, "entry": entry_id})
    return [str(other) for other in dict.fromkeys(related or ()) if other != entry_id]


def published_categories(session: Session, municipality_id: str, day: date) -> Mapping[str, int]:
    """How many entries each category offers to residents on a day in Japan, in the order of categories."""
    statement = select(EntryVersion.category, func.count()).select_from(Entry).join(EntryVersion, CURRENT)
    statement = statement.where(*_valid_on(municipality_id, day))
    rows = session.execute(statement.group_by(EntryVersion.category).order_by(func.min(Entry.position), EntryVersion.category))
    return {row[0]: row[1] for row in rows}


def published_questions(session: Session, municipality_id: str, category: str, day: date) -> tuple[PublishedQuestion, ...]:
    """What residents may ask of a category on a day in Japan, in order."""
    columns = (Entry.id, Entry.kind, EntryVersion.question, EntryVersion.translations)
    statement = select(*columns).join(EntryVersion, CURRENT).where(*_valid_on(municipality_id, day))
    rows = session.execute(statement.where(EntryVersion.category == category).order_by(Entry.position, Entry.id))
    return tuple(
        PublishedQuestion(
            entry_id=row.id,
            question=row.question,
            kind=EntryKind(row.kind),
            translated={language: text["question"] for language, text in row.translations.items()},
        )
        for row in rows
    )


def published_guide(session: Session, municipality_id: str, entry_id: str, day: date) -> EntryVersion | None:
    """What a guide says to residents on a day in Japan."""
    statement = select(EntryVersion).join(Entry, CURRENT).where(*_valid_on(municipality_id, day))
    return session.scalars(statement.where(Entry.id == entry_id, Entry.kind == EntryKind.GUIDE)).one_or_none()


def published_wordings(session: Session, municipality_id: str) -> Mapping[str, str]:
    """The question of every published entry, by its id."""
    statement = select(EntryVersion.entry_id, EntryVersion.question)
    statement = statement.where(EntryVersion.municipality_id == municipality_id, EntryVersion.state == VersionState.PUBLISHED)
    return {row.entry_id: row.question for row in session.execute(statement)}


def entries_by_id(session: Session, municipality_id: str, entry_ids: Sequence[str]) -> Mapping[str, Entry]:
    """Those of the asked entries that exist."""
    found: dict[str, Entry] = {}
    for start in range(0, len(entry_ids), CHUNK):
        part = select(Entry).where(Entry.municipality_id == municipality_id, Entry.id.in_(entry_ids[start : start + CHUNK]))
        found.update({entry.id: entry for entry in session.scalars(part)})
    return found


def entries_of_pack(session: Session, municipality_id: str) -> Mapping[str, Entry]:
    """Everything that a pack ever gave."""
    statement = select(Entry).where(Entry.municipality_id == municipality_id, Entry.pack_number.is_not(None))
    return {entry.id: entry for entry in session.scalars(statement)}


def current_versions(session: Session, municipality_id: str, entry_ids: Sequence[str]) -> Mapping[str, EntryVersion]:
    """The current version of each of the asked entries that exist."""
    found: dict[str, EntryVersion] = {}
    for start in range(0, len(entry_ids), CHUNK):
        statement = select(EntryVersion).join(Entry, CURRENT).where(Entry.municipality_id == municipality_id)
        found.update({row.entry_id: row for row in session.scalars(statement.where(Entry.id.in_(entry_ids[start : start + CHUNK])))})
    return found


def live_versions(session: Session, municipality_id: str, entry_ids: Sequence[str]) -> Mapping[str, Sequence[EntryVersion]]:
    """Published and open versions of the asked entries."""
    found: dict[str, list[EntryVersion]] = {}
    for start in range(0, len(entry_ids), CHUNK):
        statement = select(EntryVersion).where(
            EntryVersion.municipality_id == municipality_id,
            EntryVersion.entry_id.in_(entry_ids[start : start + CHUNK]),
            EntryVersion.state != VersionState.ARCHIVED,
        )
        for version in session.scalars(statement):
            found.setdefault(version.entry_id, []).append(version)
    return found


def count_entries(session: Session, municipality_id: str) -> int:
    """In any state."""
    return session.scalar(select(func.count()).select_from(Entry).where(Entry.municipality_id == municipality_id)) or 0


def last_position(session: Session, municipality_id: str) -> int:
    """0 where there is no entry."""
    return session.scalar(select(func.max(Entry.position)).where(Entry.municipality_id == municipality_id)) or 0


def _valid_on(municipality_id: str, day: date) -> tuple[ColumnElement[bool], ...]:
    return (
        Entry.municipality_id == municipality_id,
        Entry.state == VersionState.PUBLISHED,
        or_(EntryVersion.valid_from.is_(None), EntryVersion.valid_from <= day),
        or_(EntryVersion.valid_until.is_(None), EntryVersion.valid_until >= day),
    )


def _conditions(municipality_id: str, wanted: EntryFilter, *, any_category: bool = False) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Entry.municipality_id == municipality_id]
    conditions += [EntryVersion.words.contains(word, autoescape=True) for word in normalise(wanted.words).split()]
    if wanted.category is not None and not any_category:
        conditions.append(EntryVersion.category == wanted.category)
    if wanted.state is not None:
        conditions.append(_has_open_version(wanted.state) if is_open(wanted.state) else Entry.state == wanted.state)
    if wanted.kind is not None:
        conditions.append(Entry.kind == wanted.kind)
    if wanted.department_id is not None:
        conditions.append(EntryVersion.department_id == wanted.department_id)
    return conditions


def _has_open_version(state: VersionState) -> ColumnElement[bool]:
    """Also beside a published version."""
    other = aliased(EntryVersion)
    return exists().where(other.municipality_id == Entry.municipality_id, other.entry_id == Entry.id, other.state == state)


def _draft_numbers(session: Session, municipality_id: str, entry_ids: Sequence[str]) -> Mapping[str, int]:
    statement = select(EntryVersion.entry_id, EntryVersion.number).where(
        EntryVersion.municipality_id == municipality_id, EntryVersion.entry_id.in_(entry_ids), EntryVersion.state.in_(OPEN_STATES)
    )
    return {row.entry_id: row.number for row in session.execute(statement)}


def _line(entry: Entry, version: EntryVersion, draft_number: int | None) -> EntryLine:
    return EntryLine(
        entry_id=entry.id,
        kind=EntryKind(entry.kind),
        state=VersionState(entry.state),
        number=version.number,
        question=version.question,
        category=version.category,
        department_id=version.department_id,
        checked_on=version.checked_on,
        valid_from=version.valid_from,
        valid_until=version.valid_until,
        languages=tuple(version.translations),
        draft_number=draft_number if draft_number != version.number else None,
        author=version.author,
        updated_at=entry.updated_at,
    )
