"""From published versions to the passages that residents can find."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from faq.drafts import draft_of
from faq.models import Entry, EntryKind, EntryVersion
from retrieval.chunking import guide_sections, section_title
from retrieval.guide_format import section_id
from retrieval.models import PassageKind, PassageRow
from retrieval.passages import NewPassage, bump_revision, replace_passages

PLACE_LONGEST = 200
SAFE_IN_FRAGMENT = "!$&'()*+,;=:@/?-._~%"
GONE: Mapping[str, Any] = {"question": "", "body": "", "phrasings": [], "links": [], "translations": {}, "is_removed": True}


def show(session: Session, municipality_id: str, published: Sequence[tuple[Entry, EntryVersion]]) -> None:
    """Residents find these versions, and nothing else of their entries, as soon as the transaction commits."""
    passages = {entry.id: passages_of(EntryKind(entry.kind), version) for entry, version in published}
    if len(passages) == 1:
        for entry_id, own in passages.items():
            replace_passages(session, municipality_id, entry_id, own)
    elif passages:
        _replace_many(session, municipality_id, passages)


def withdraw(session: Session, municipality_id: str, entry_ids: Sequence[str]) -> None:
    """Residents find nothing of these entries any more."""
    for entry_id in entry_ids:
        replace_passages(session, municipality_id, entry_id, ())


def passages_of(kind: EntryKind, version: EntryVersion) -> tuple[NewPassage, ...]:
    """One passage for an FAQ entry; a guide is cut at its headings."""
    draft = draft_of(kind, version)
    whole = NewPassage(
        kind=PassageKind(kind.value),
        question=draft.question,
        body=draft.answer,
        phrasings=draft.phrasings,
        version_id=version.id,
        category=draft.category,
        department_id=draft.department_id,
        source_url=draft.source_url,
        checked_on=draft.checked_on,
        links=draft.links,
        translations=draft.translations,
        valid_from=draft.valid_from,
        valid_until=draft.valid_until,
    )
    if kind is EntryKind.FAQ:
        return (whole,)
    sections = guide_sections(draft.answer)
    return tuple(
        replace(
            whole,
            question=section_title(draft.question, section),
            body=section.body,
            source_url=address_in(draft.source_url, section.anchor),
            anchor=section_id(section.number),
            place=section.place[:PLACE_LONGEST],
            # Other wordings of the whole guide find its beginning, not each of its parts.
            phrasings=draft.phrasings if place == 0 else (),
            translations=draft.translations if len(sections) == 1 else {},
        )
        for place, section in enumerate(sections)
    )


def address_in(source_url: str | None, anchor: str) -> str | None:
    """The address of a section in its source; that of the whole where the section has no id of its own."""
    if source_url is None or not anchor:
        return source_url
    return f"{source_url.partition('#')[0]}#{quote(anchor, safe=SAFE_IN_FRAGMENT)}"


def _replace_many(session: Session, municipality_id: str, passages: Mapping[str, Sequence[NewPassage]]) -> None:
    """`replace_passages` for a whole batch with few statements: an import of thousands must not hold up residents' messages."""
    revision = bump_revision(session, municipality_id)
    statement = select(PassageRow).where(PassageRow.municipality_id == municipality_id, PassageRow.entry_id.in_(passages.keys()))
    rows = {(row.entry_id, row.position): row for row in session.scalars(statement)}
    for entry_id, own in passages.items():
        for position, passage in enumerate(own):
            row = rows.pop((entry_id, position), None)
            if row is None:
                row = PassageRow(municipality_id=municipality_id, entry_id=entry_id, position=position)
                session.add(row)
            _set(row, {**_columns(passage), "is_removed": False, "revision": revision})
    for row in rows.values():
        if not row.is_removed:
            _set(row, {**GONE, "revision": revision})
    session.flush()


def _set(row: PassageRow, columns: Mapping[str, Any]) -> None:  # Any: values of columns.
    for name, value in columns.items():
        setattr(row, name, value)


def _columns(passage: NewPassage) -> dict[str, Any]:  # Any: values of columns.
    return {
        "kind": passage.kind,
        "question": passage.question,
        "body": passage.body,
        "phrasings": list(passage.phrasings),
        "version_id": passage.version_id,
        "category": passage.category,
        "department_id": passage.department_id,
        "source_url": passage.source_url,
        "anchor": passage.anchor,
        "place": passage.place,
        "checked_on": passage.checked_on,
        "links": [{"label": link.label, "url": link.url} for link in passage.links],
        "translations": {language: {"question": text.question, "answer": text.answer} for language, text in passage.translations.items()},
        "valid_from": passage.valid_from,
        "valid_until": passage.valid_until,
    }
