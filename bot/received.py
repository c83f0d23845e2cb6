"""Photos and files that came in the middle of a procedure: fetched before the decision, so that it can say at once what comes next."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from bot.incoming import Bubble, MediaKind, ReceivedPhoto, SentMedia
from bot.line.client import Fetched, Gone, Later, LineClient, TooLarge
from bot.media import LONGEST_DAYS, MediaState, MediaStore, of_message
from bot.media_kinds import LARGEST_DOWNLOAD, Kept, Problem, UnfitFileError, examined
from bot.scanning import ScannerError
from core.database import Database
from core.errors import TemporaryError
from handoff.desk_models import Media
from procedures.fillings import KEPT_RETURNED
from procedures.map import Point
from procedures.photo_places import place_in

log = structlog.get_logger()

TAKEN = (MediaKind.IMAGE, MediaKind.FILE)
UNUSED = timedelta(days=1)
"""So long something is kept that no answer names."""


class PhotoReceiver:
    """Safe to share between threads; what came twice is kept once."""

    def __init__(self, database: Database, clients: Callable[[str], LineClient], store: MediaStore) -> None:
        self._database = database
        self._clients = clients
        self._store = store

    def receive(
        self, municipality_id: str, conversation_id: int | None, bubbles: Sequence[Bubble], now: datetime
    ) -> tuple[ReceivedPhoto, ...]:
        """Raises TemporaryError while LINE still prepares one or can't be reached, or the scanner can't."""
        found = []
        for bubble in bubbles:
            if isinstance(bubble.content, SentMedia) and bubble.message_id is not None:
                found.append(self._one(municipality_id, conversation_id, bubble.message_id, bubble.content, now))
        return tuple(found)

    def _one(self, municipality_id: str, conversation_id: int | None, message_id: str, sent: SentMedia, now: datetime) -> ReceivedPhoto:
        if sent.kind not in TAKEN:
            return ReceivedPhoto(media=0, problem=Problem.UNKNOWN_KIND)
        with self._database.reading() as session:
            known = next((row for row in of_message(session, municipality_id, message_id) if row.state == MediaState.READY), None)
        if known is not None:
            return ReceivedPhoto(media=known.id, name=known.name, mime=known.content_type, size=known.size)
        match self._clients(municipality_id).content(message_id, LARGEST_DOWNLOAD):
            case Later(reason=reason):
                raise TemporaryError(f"a photo of a procedure: {reason}")
            case Gone():
                return ReceivedPhoto(media=0, problem=Problem.GONE)
            case TooLarge():
                return ReceivedPhoto(media=0, problem=Problem.TOO_LARGE)
            case Fetched(data=data):
                try:
                    self._store.require_clean(data)
                    kept = examined(data)
                except UnfitFileError as error:
                    return ReceivedPhoto(media=0, problem=error.problem)
                except ScannerError:
                    # Somebody waits for the next question: the talk goes on, and the photo may be sent again.
                    log.warning("media_unscanned", municipality=municipality_id)
                    return ReceivedPhoto(media=0, problem=Problem.UNSCANNED)
                return self._keep(municipality_id, conversation_id, message_id, sent, kept, place_in(data), now)

    def _keep(
        self,
        municipality_id: str,
        conversation_id: int | None,
        message_id: str,
        sent: SentMedia,
        kept: Kept,
        taken_at: Point | None,
        now: datetime,
    ) -> ReceivedPhoto:
        """Whatever becomes of the turn: nobody has to send it again, and what no answer names goes the next day."""
        with self._database.transaction() as session:
            row = Media(
                municipality_id=municipality_id,
                conversation_id=conversation_id,
                channel_message_id=message_id,
                name=(sent.file_name or "")[:200],
                state=MediaState.WAITING,
                created_at=now,
                expires_at=now + UNUSED,
            )
            session.add(row)
            session.flush()
            self._store.fill(row, kept, sent.file_name or "")
        return ReceivedPhoto(media=row.id, name=row.name, mime=row.content_type, size=row.size, taken_at=taken_at)


def keep_with_filling(session: Session, ids: Sequence[int], conversation_id: int, now: datetime) -> None:
    """While what was begun may be gone on with. What belongs to a case has a longer time already."""
    if ids:
        wanted = update(Media).where(*_ours(ids, conversation_id), Media.case_id.is_(None))
        session.execute(wanted.values(expires_at=now + KEPT_RETURNED), execution_options={"synchronize_session": False})


def keep_with_application(session: Session, ids: Sequence[int], conversation_id: int, application_id: int, now: datetime) -> None:
    """As long as its answers, with which they go (bot/media_jobs.py)."""
    if ids:
        values = {"application_id": application_id, "expires_at": now + timedelta(days=LONGEST_DAYS)}
        wanted = update(Media).where(*_ours(ids, conversation_id))
        session.execute(wanted.values(**values), execution_options={"synchronize_session": False})


def _ours(ids: Sequence[int], conversation_id: int) -> tuple[ColumnElement[bool], ...]:
    """Only what came in this talk: an answer can't lay hold of anybody else's."""
    return Media.id.in_(ids), Media.conversation_id == conversation_id, Media.state == MediaState.READY
