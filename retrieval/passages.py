"""Passages as values, and the one way to write them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.models import Municipality
from retrieval import queries
from retrieval.models import PassageKind, PassageRow

PLACEHOLDER = "{{"


@dataclass(frozen=True, kw_only=True)
class Link:
    """A page that an answer points to."""

    label: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Translation:
    """A stored translation of a passage; never made up at run time."""

    question: str
    answer: str


@dataclass(frozen=True, kw_only=True)
class NewPassage:
    """A passage as publishing hands it over; its place in the sequence is its position."""

    kind: PassageKind
    question: str
    body: str
    phrasings: tuple[str, ...] = ()
    version_id: int | None = None
    category: str = ""
    department_id: str | None = None
    source_url: str | None = None
    """With the id of its section, where the source has one."""
    anchor: str = ""
    """Of its section on our own page of the guide; empty for the beginning."""
    place: str = ""
    """Where its section stands in the source, in words ("3ページ")."""
    checked_on: date | None = None
    links: tuple[Link, ...] = ()
    translations: Mapping[str, Translation] = field(default_factory=dict)
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, kw_only=True)
class Passage(NewPassage):
    """A published passage as search knows it."""

    id: int
    entry_id: str
    position: int
    revision: int

    @cached_property
    def has_placeholder(self) -> bool:
        """Whether anything in it is to be filled before it is shown."""
        translated = (part for text in self.translations.values() for part in (text.question, text.answer))
        return any(PLACEHOLDER in text for text in (self.question, self.body, *translated))

    def is_valid_on(self, day: date) -> bool:
        """`day` is a day in Japan."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_until is None or day <= self.valid_until)


def replace_passages(session: Session, municipality_id: str, entry_id: str, passages: Sequence[NewPassage]) -> None:
    """Makes `passages` all that can be found of this entry, once the caller's transaction commits; an empty sequence withdraws it."""
    replace_many(session, municipality_id, {entry_id: passages})


def replace_many(session: Session, municipality_id: str, passages: Mapping[str, Sequence[NewPassage]]) -> None:
    """`replace_passages` for entries by id, with few statements: an import of thousands must not hold up residents' messages."""
    if not passages:
        return
    revision = bump_revision(session, municipality_id)
    rows = {(row.entry_id, row.position): row for row in queries.rows_of_entries(session, municipality_id, passages.keys())}
    for entry_id, own in passages.items():
        for position, passage in enumerate(own):
            row = rows.pop((entry_id, position), None)
            if row is None:
                row = PassageRow(municipality_id=municipality_id, entry_id=entry_id, position=position)
                session.add(row)
            _write(row, passage, revision)
    for row in rows.values():
        if not row.is_removed:
            _bury(row, revision)
    session.flush()


def bump_revision(session: Session, municipality_id: str) -> int:
    """The next content revision. Taking it locks the municipality's row, so that revisions become visible in their order."""
    session.execute(
        update(Municipality).where(Municipality.id == municipality_id).values(content_revision=Municipality.content_revision + 1),
        execution_options={"synchronize_session": "fetch"},
    )
    return queries.content_revision(session, municipality_id)


def view_of(row: PassageRow) -> Passage:
    """The row as a value, placeholders untouched."""
    return Passage(
        id=row.id,
        entry_id=row.entry_id,
        position=row.position,
        revision=row.revision,
        kind=PassageKind(row.kind),
        question=row.question,
        body=row.body,
        phrasings=tuple(row.phrasings),
        version_id=row.version_id,
        category=row.category,
        department_id=row.department_id,
        source_url=row.source_url,
        anchor=row.anchor,
        place=row.place,
        checked_on=row.checked_on,
        links=tuple(Link(label=link["label"], url=link["url"]) for link in row.links),
        translations={
            language: Translation(question=text["question"], answer=text["answer"]) for language, text in row.translations.items()
        },
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )


def _write(row: PassageRow, passage: NewPassage, revision: int) -> None:
    row.kind = passage.kind
    row.question = passage.question
    row.body = passage.body
    row.phrasings = list(passage.phrasings)
    row.version_id = passage.version_id
    row.category = passage.category
    row.department_id = passage.department_id
    row.source_url = passage.source_url
    row.anchor = passage.anchor
    row.place = passage.place
    row.checked_on = passage.checked_on
    row.links = [{"label": link.label, "url": link.url} for link in passage.links]
    row.translations = {language: {"question": text.question, "answer": text.answer} for language, text in passage.translations.items()}
    row.valid_from = passage.valid_from
    row.valid_until = passage.valid_until
    row.is_removed = False
    row.revision = revision


def _bury(row: PassageRow, revision: int) -> None:
    row.question = ""
    row.body = ""
    row.anchor = ""
    row.place = ""
    row.phrasings = []
    row.links = []
    row.translations = {}
    row.is_removed = True
    row.revision = revision
