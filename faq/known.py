"""Entries that an import finds already there, as drafts to go on from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from faq import queries
from faq.drafts import EntryDraft, draft_of
from faq.lifecycle import VersionState
from faq.models import Entry, EntryKind, EntryVersion


@dataclass(frozen=True, kw_only=True)
class Known:
    """An entry that exists; `is_final` tells that saying the same again would change nothing."""

    draft: EntryDraft
    last_number: int
    is_final: bool
    author: str
    open_author: str | None
    """Of a version that somebody still works on."""


def known_entries(session: Session, municipality_id: str, entry_ids: Sequence[str], *, publish: bool) -> Mapping[str, Known]:
    """Those of the asked entries that exist."""
    unique = list(dict.fromkeys(entry_ids))
    entries = queries.entries_by_id(session, municipality_id, unique)
    current = queries.current_versions(session, municipality_id, unique)
    live = queries.live_versions(session, municipality_id, unique)
    return {key: _known(entry, current[key], live.get(key, ()), publish=publish) for key, entry in entries.items()}


def _known(entry: Entry, current: EntryVersion, live: Sequence[EntryVersion], *, publish: bool) -> Known:
    """A draft continues an open draft; a publication continues what is published."""
    being_edited = next((version for version in live if version.state != VersionState.PUBLISHED), None)
    version = current if publish or being_edited is None else being_edited
    is_final = version.state == VersionState.PUBLISHED or (not publish and version is being_edited)
    return Known(
        draft=draft_of(EntryKind(entry.kind), version),
        last_number=entry.last_number,
        is_final=is_final,
        author=version.author,
        open_author=being_edited.author if being_edited is not None else None,
    )
