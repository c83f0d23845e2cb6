"""The one way to write versions: one or thousands at once, with the entries they belong to and what residents find of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.text import normalise
from faq import queries
from faq.drafts import EntryDraft
from faq.lifecycle import VersionState, is_open
from faq.models import Entry, EntryVersion
from faq.projecting import show, withdraw

BATCH = 200

Progress = Callable[[int, int], None]
"""Takes how many are done, and of how many."""


@dataclass(frozen=True, kw_only=True)
class NewVersion:
    """A version to be written; a position moves its entry, and None leaves it or puts a new one last."""

    entry_id: str
    draft: EntryDraft
    state: VersionState
    position: int | None = None


def add_versions(
    session: Session, municipality_id: str, additions: Sequence[NewVersion], author: str, now: datetime, progress: Progress | None = None
) -> list[EntryVersion]:
    """Writes one version per entry. A published one takes the place of the published one, an open one that of the open one.

    The caller holds the municipality's lock and has checked the drafts.
    """
    versions: list[EntryVersion] = []
    entries = dict(queries.entries_by_id(session, municipality_id, [addition.entry_id for addition in additions]))
    next_position = queries.last_position(session, municipality_id) + 1
    for start in range(0, len(additions), BATCH):
        batch = additions[start : start + BATCH]
        live = queries.live_versions(session, municipality_id, [addition.entry_id for addition in batch])
        # The earlier ones first: the database allows no two published or open versions of an entry, not even for a moment.
        for addition in batch:
            for version in live.get(addition.entry_id, ()):
                if is_open(VersionState(version.state)) is is_open(addition.state):
                    set_state(version, VersionState.ARCHIVED, now)
        session.flush()
        for addition in batch:
            if addition.entry_id not in entries:
                entries[addition.entry_id] = _new_entry(municipality_id, addition, next_position, now)
                session.add(entries[addition.entry_id])
                next_position += 1
        rows = [_version(entries[addition.entry_id], addition, live.get(addition.entry_id, ()), author, now) for addition in batch]
        session.flush()
        session.add_all(rows)
        session.flush()
        show(session, municipality_id, [(entries[row.entry_id], row) for row in rows if row.state == VersionState.PUBLISHED])
        versions += rows
        if progress:
            progress(len(versions), len(additions))
    return versions


def set_state(version: EntryVersion, state: VersionState, now: datetime) -> None:
    version.state = state
    if state is VersionState.PUBLISHED:
        version.published_at = now
    if state is VersionState.ARCHIVED:
        version.archived_at = now


def make_current(entry: Entry, version: EntryVersion, now: datetime) -> None:
    entry.current_number = version.number
    entry.state = version.state
    entry.updated_at = now


def withdraw_entries(session: Session, municipality_id: str, entries: Mapping[str, Entry], now: datetime) -> None:
    """Residents no longer find these published entries."""
    live = queries.live_versions(session, municipality_id, list(entries))
    for entry_id, entry in entries.items():
        for version in live.get(entry_id, ()):
            if version.state == VersionState.PUBLISHED:
                set_state(version, VersionState.ARCHIVED, now)
                make_current(entry, version, now)
    session.flush()
    withdraw(session, municipality_id, list(entries))


def content_of(entry_id: str, draft: EntryDraft) -> dict[str, Any]:  # Any: values of columns.
    """The columns of a version that say something."""
    return {
        "question": draft.question,
        "body": draft.answer,
        "phrasings": list(draft.phrasings),
        "category": draft.category,
        "department_id": draft.department_id,
        "source_url": draft.source_url,
        "checked_on": draft.checked_on,
        "links": [{"label": link.label, "url": link.url} for link in draft.links],
        "related": list(draft.related),
        "translations": {language: {"question": text.question, "answer": text.answer} for language, text in draft.translations.items()},
        "valid_from": draft.valid_from,
        "valid_until": draft.valid_until,
        "note": draft.note,
        "words": normalise("\n".join((entry_id, draft.question, *draft.phrasings, draft.answer))),
    }


def _new_entry(municipality_id: str, addition: NewVersion, next_position: int, now: datetime) -> Entry:
    return Entry(
        municipality_id=municipality_id,
        id=addition.entry_id,
        kind=addition.draft.kind,
        state=addition.state,
        current_number=0,
        last_number=0,
        position=next_position if addition.position is None else addition.position,
        created_at=now,
        updated_at=now,
    )


def _version(entry: Entry, addition: NewVersion, live: Sequence[EntryVersion], author: str, now: datetime) -> EntryVersion:
    # What was published until a moment ago is archived by now, when this version takes its place.
    published = next((version for version in live if version.published_at is not None), None)
    entry.last_number += 1
    version = EntryVersion(
        municipality_id=entry.municipality_id,
        entry_id=entry.id,
        number=entry.last_number,
        based_on=published.number if published else None,
        author=author,
        created_at=now,
        **content_of(entry.id, addition.draft),
    )
    set_state(version, addition.state, now)
    entry.kind = addition.draft.kind
    if addition.position is not None:
        entry.position = addition.position
    if addition.state is VersionState.PUBLISHED or published is None:
        make_current(entry, version, now)
    return version
