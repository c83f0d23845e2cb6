"""From published versions to the passages that residents can find."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

from sqlalchemy.orm import Session

from faq.drafts import draft_of
from faq.models import Entry, EntryKind, EntryVersion
from retrieval.chunking import guide_sections, section_title
from retrieval.guide_format import section_id
from retrieval.models import PassageKind
from retrieval.passages import NewPassage, replace_many

PLACE_LONGEST = 200
SAFE_IN_FRAGMENT = "!$&'()*+,;=:@/?-._~%"


def show(session: Session, municipality_id: str, published: Sequence[tuple[Entry, EntryVersion]]) -> None:
    """Residents find these versions, and nothing else of their entries, as soon as the transaction commits."""
    replace_many(session, municipality_id, {entry.id: passages_of(EntryKind(entry.kind), version) for entry, version in published})


def withdraw(session: Session, municipality_id: str, entry_ids: Sequence[str]) -> None:
    """Residents find nothing of these entries any more."""
    replace_many(session, municipality_id, dict.fromkeys(entry_ids, ()))


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
