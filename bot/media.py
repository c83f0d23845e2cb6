"""Photos and files of talks: their rows, their bytes in the data folder (encrypted), and the signed links to them."""

import base64
import hashlib
import hmac
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import quote

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.media_kinds import Kept, Kind, Problem, UnfitFileError, examined, safe_name
from bot.scanning import Scanner
from core.clock import from_milliseconds, in_japan, to_milliseconds
from core.database import after_commit
from core.encryption import Cipher, Keyring
from core.errors import TamperedError
from core.messages import Language, Message, Picture, Text
from core.pack import Pack
from handoff.desk_models import Media
from handoff.models import Case

log = structlog.get_logger()

LINK_DAYS = 30
LONGEST_DAYS = 400
"""Until a file goes though its case was never closed and nobody extended it."""
PREFIX = "/media"
PREVIEW = "preview"


class MediaState:
    """What became of a photo or file."""

    WAITING = "waiting"
    """LINE still has to hand it out."""
    READY = "ready"
    REFUSED = "refused"
    """Not kept; `problem` says why."""
    GONE = "gone"
    """Taken back, or its time is over."""


class MediaStore:
    """The bytes; safe to share between threads. `public_url` is where residents reach this server, None where they can't."""

    def __init__(self, folder: Path, keyring: Keyring, public_url: str | None = None, scanner: Scanner | None = None) -> None:
        self._folder = folder
        self._cipher: Cipher = keyring.cipher("media")
        self._key = keyring.key("media links")
        self.scanner = scanner
        """None where the operator has none: then files are not looked at, and the pages say so."""
        self.public_url = public_url if public_url is not None and public_url.startswith("https://") else None

    def require_clean(self, data: bytes) -> None:
        """To be asked while no transaction is open. Raises UnfitFileError, and ScannerError where nobody knows."""
        if self.scanner is None or not data:
            return
        virus = self.scanner.virus_in(data)
        if virus is not None:
            log.warning("virus_found", virus=virus)
            raise UnfitFileError(Problem.INFECTED)

    def await_download(
        self,
        session: Session,
        *,
        municipality_id: str,
        conversation_id: int,
        case_id: int,
        channel_message_id: str,
        name: str,
        now: datetime,
    ) -> Media:
        """The row of something that a resident sent; its bytes come by a job."""
        row = Media(
            municipality_id=municipality_id,
            conversation_id=conversation_id,
            case_id=case_id,
            channel_message_id=channel_message_id,
            name=name[:200],
            state=MediaState.WAITING,
            created_at=now,
            expires_at=now + timedelta(days=LONGEST_DAYS),
        )
        session.add(row)
        session.flush()
        return row

    def take_upload(self, session: Session, case: Case, name: str, data: bytes, *, now: datetime) -> Media:
        """A file that staff want to send. Raises UnfitFileError; nothing is kept then."""
        kept = examined(data)
        row = Media(
            municipality_id=case.municipality_id,
            conversation_id=case.conversation_id,
            case_id=case.id,
            name=safe_name(name, kept.kind),
            state=MediaState.WAITING,
            created_at=now,
            expires_at=now + timedelta(days=LONGEST_DAYS),
        )
        session.add(row)
        session.flush()
        self.fill(row, kept, name)
        return row

    def fill(self, row: Media, kept: Kept, name: str | None) -> None:
        """Writes the bytes and says in the row that they are there. Files of a transaction that fails are swept up later."""
        self._write(self._path(row), kept.data)
        if kept.preview is not None:
            self._write(self._path(row, PREVIEW), kept.preview)
        row.name, row.content_type = safe_name(name or row.name, kept.kind), kept.kind.value
        row.size, row.state, row.problem = len(kept.data), MediaState.READY, ""

    def read(self, row: Media, *, is_preview: bool = False) -> bytes:
        """Raises FileNotFoundError, and TamperedError where the bytes were changed or encrypted with another key."""
        path = self._path(row, PREVIEW if is_preview else "")
        return self._cipher.decrypt((path if path.is_file() else self._path(row)).read_bytes())

    def drop(self, session: Session, row: Media) -> None:
        """The bytes go once the transaction is durable; the row stays as a trace without a name."""
        row.state, row.name, row.size = MediaState.GONE, "", 0
        for path in (self._path(row), self._path(row, PREVIEW)):
            after_commit(session, partial(path.unlink, missing_ok=True))

    def keep_until(self, session: Session, pack: Pack, case: Case, *, now: datetime) -> None:
        """A closed case's files have their time from now."""
        until = now + timedelta(days=pack.municipality.retention.media_days)
        session.execute(update(Media).where(Media.case_id == case.id).values(expires_at=until))

    def link(self, row: Media, *, now: datetime, is_preview: bool = False) -> str:
        """Opens without a login for LINK_DAYS."""
        until = to_milliseconds(now + timedelta(days=LINK_DAYS)) // 1000
        part = PREVIEW if is_preview else "file"
        name = f"{PREVIEW}.jpg" if is_preview else quote(row.name)
        return f"{self.public_url or ''}{PREFIX}/{row.id}/{until}/{part}/{self._sign(row.id, until, part)}/{name}"

    def opened(self, session: Session, media_id: int, until: int, part: str, signature: str, now: datetime) -> Media | None:
        """The file behind a link; None where the link is not ours, its time is over, or the file is gone."""
        if not hmac.compare_digest(signature.encode(), self._sign(media_id, until, part).encode()):
            return None
        if from_milliseconds(until * 1000) < now:
            return None
        row = session.get(Media, media_id)
        return row if row is not None and row.state == MediaState.READY else None

    def orphans(self, session: Session) -> Iterator[Path]:
        """Files without a row that says they are there."""
        for path in sorted(self._folder.glob("*/*/*")):
            number = path.name.partition(".")[0]
            row = session.get(Media, int(number)) if number.isdigit() else None
            if row is None or row.state in (MediaState.GONE, MediaState.REFUSED):
                yield path

    def _path(self, row: Media, part: str = "") -> Path:
        return self._folder / row.municipality_id / f"{row.id % 256:02x}" / (f"{row.id}.{part}" if part else str(row.id))

    def _write(self, path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
        unfinished.write_bytes(self._cipher.encrypt(data))
        unfinished.chmod(0o600)
        unfinished.replace(path)

    def _sign(self, media_id: int, until: int, part: str) -> str:
        digest = hmac.new(self._key, f"{media_id}:{until}:{part}".encode(), hashlib.sha256).digest()[:18]
        return base64.urlsafe_b64encode(digest).decode()


def reachable(row: Media) -> bool:
    return row.state == MediaState.READY


def shown_to_resident(store: MediaStore, pack: Pack, language: Language, row: Media, *, now: datetime) -> tuple[Message, ...]:
    """A picture as such; everything else as a link in words."""
    if row.content_type in (Kind.JPEG, Kind.PNG):
        return (Picture(original_url=store.link(row, now=now), preview_url=store.link(row, now=now, is_preview=True), alt=row.name),)
    last = in_japan(now + timedelta(days=LINK_DAYS))
    day = pack.sentences.say("card.date", language, year=last.year, month=last.month, day=last.day)
    said = pack.sentences.say("media.link", language, name=row.name, url=store.link(row, now=now), day=day)
    return (Text(text=said),)


def of_message(session: Session, municipality_id: str, channel_message_id: str) -> list[Media]:
    statement = select(Media).where(Media.municipality_id == municipality_id, Media.channel_message_id == channel_message_id)
    return list(session.scalars(statement))


__all__ = ["MediaState", "MediaStore", "Problem", "TamperedError", "UnfitFileError", "of_message", "reachable", "shown_to_resident"]
