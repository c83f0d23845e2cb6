"""Publishing what a pack gives, without ever undoing what an editor did."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import orjson
from sqlalchemy.orm import Session

from core.pack import Pack
from faq import queries
from faq.lifecycle import VersionState
from faq.locking import lock_or_add
from faq.models import Entry
from faq.pack_files import PackItem, files_digest, read_items
from faq.versions import NewVersion, add_versions, withdraw_entries

AUTHOR = "pack"
FORMAT = "1"
"""Raised when the same files should be published anew, because what is made of them has changed."""


EDITORS = 0
"""No version has this number: an entry that left the pack after an editor took over never becomes the pack's again."""


@dataclass(frozen=True, kw_only=True)
class LoadReport:
    """What loading a pack's content did, by number of entries."""

    total: int = 0
    added: int = 0
    changed: int = 0
    withdrawn: int = 0
    kept: tuple[str, ...] = ()
    """Ids whose pack text changed, but that an editor has changed too; the editor's words stay."""
    is_unchanged: bool = False
    """The pack's files are those of the last time; nothing was read."""


def load_pack_content(session: Session, pack: Pack, now: datetime) -> LoadReport:
    """Publishes what is new or changed in the pack, withdraws what it no longer holds. Raises PackError before anything is written."""
    municipality = lock_or_add(session, pack, now)
    digest = hashlib.sha256(f"{FORMAT} {files_digest(pack)}".encode()).hexdigest()
    if municipality.pack_digest == digest:
        return LoadReport(is_unchanged=True)
    items = read_items(pack)
    report = _publish(session, pack, items, now)
    municipality.pack_digest = digest
    session.flush()
    return report


def _publish(session: Session, pack: Pack, items: Sequence[PackItem], now: datetime) -> LoadReport:
    ids = [item.id for item in items]
    entries = {**queries.entries_of_pack(session, pack.id), **queries.entries_by_id(session, pack.id, ids)}
    digests = {item.id: digest_of(item) for item in items}
    fresh = [item for item in items if item.id not in entries]
    changed = [item for item in items if item.id in entries and entries[item.id].pack_digest != digests[item.id]]
    ours = [item for item in changed if _is_ours(entries[item.id])]
    kept = [item for item in changed if not _is_ours(entries[item.id])]
    gone = {key: entry for key, entry in entries.items() if key not in digests and entry.pack_digest is not None}
    additions = [
        NewVersion(entry_id=item.id, draft=item.draft, state=VersionState.PUBLISHED, position=item.position) for item in [*fresh, *ours]
    ]
    versions = add_versions(session, pack.id, additions, AUTHOR, now)
    written = {**entries, **queries.entries_by_id(session, pack.id, ids)}
    for version in versions:
        written[version.entry_id].pack_number = version.number
        written[version.entry_id].pack_digest = digests[version.entry_id]
    for item in kept:
        # Remembered, so that this text is not offered again at each start.
        written[item.id].pack_digest = digests[item.id]
    for item in items:
        if written[item.id].pack_number is not None:
            written[item.id].position = item.position
    withdrawn = _withdraw(session, pack.id, gone, now)
    return LoadReport(total=len(items), added=len(fresh), changed=len(ours), withdrawn=withdrawn, kept=tuple(item.id for item in kept))


def digest_of(item: PackItem) -> str:
    """Of everything that the pack says in an entry, and how that is published."""
    return hashlib.sha256(FORMAT.encode() + orjson.dumps(asdict(item.draft), option=orjson.OPT_SORT_KEYS)).hexdigest()


def _is_ours(entry: Entry) -> bool:
    """Nobody has published or archived this entry since the pack gave it."""
    if entry.pack_number is None or entry.pack_number != entry.current_number:
        return False
    return entry.state == VersionState.PUBLISHED or entry.pack_digest is None


def _withdraw(session: Session, municipality_id: str, gone: Mapping[str, Entry], now: datetime) -> int:
    ours = {key: entry for key, entry in gone.items() if _is_ours(entry)}
    for key, entry in gone.items():
        entry.pack_digest = None
        if key not in ours:
            entry.pack_number = EDITORS
    withdraw_entries(session, municipality_id, ours, now)
    return len(ours)
