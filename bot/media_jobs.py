"""The job that fetches what residents sent from LINE, and the sweeping up of what nobody needs any more."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from bot.line.client import Fetched, Gone, Later, LineClient, TooLarge
from bot.media import MediaState, MediaStore
from bot.media_kinds import LARGEST_DOWNLOAD, Kept, Problem, UnfitFileError, examined
from core.changes import case_topic
from core.clock import Clock, system_clock
from core.database import Database
from core.errors import TemporaryError
from core.jobs import Job, NewJob
from handoff.changing import tell
from handoff.desk_models import Media
from handoff.models import OPEN_STATES, Case
from procedures.models import Application

FETCH_JOB = "fetch_media"
FETCH_BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 5, 15, 60, 300, 900, 3600))
BATCH = 200

log = structlog.get_logger()


def fetch_job(media: Media) -> NewJob:
    return NewJob(kind=FETCH_JOB, payload={"media_id": media.id}, municipality_id=media.municipality_id)


class MediaFetcher:
    """Runs fetch jobs; one that runs twice finds its file there."""

    def __init__(self, database: Database, clients: Callable[[str], LineClient], store: MediaStore, clock: Clock = system_clock) -> None:
        self._database = database
        self._clients = clients
        self._store = store
        self._clock = clock

    def run(self, job: Job) -> None:
        """Raises TemporaryError while LINE still prepares it or can't be reached, or the scanner can't."""
        media_id = int(job.payload["media_id"])
        with self._database.reading() as session:
            row = session.get(Media, media_id)
            if row is None or row.state != MediaState.WAITING or row.channel_message_id is None:
                return
            municipality_id, message_id = row.municipality_id, row.channel_message_id
        match self._clients(municipality_id).content(message_id, LARGEST_DOWNLOAD):
            case Later(reason=reason):
                raise TemporaryError(f"media {media_id}: {reason}")
            case Gone():
                self._refuse(media_id, Problem.GONE)
            case TooLarge():
                self._refuse(media_id, Problem.TOO_LARGE)
            case Fetched(data=data):
                try:
                    self._store.require_clean(data)
                    kept = examined(data)
                except UnfitFileError as error:
                    self._refuse(media_id, error.problem)
                else:
                    self._keep(media_id, kept)

    def give_up(self, job: Job) -> None:
        self._refuse(int(job.payload["media_id"]), Problem.UNAVAILABLE)

    def _keep(self, media_id: int, kept: Kept) -> None:
        with self._database.transaction() as session:
            row = _waiting(session, media_id)
            # Taken back while it was being fetched: nothing is written.
            if row is not None:
                self._store.fill(row, kept, row.name)
                _tell(session, row, self._clock())

    def _refuse(self, media_id: int, problem: Problem) -> None:
        with self._database.transaction() as session:
            row = _waiting(session, media_id)
            if row is not None:
                row.state, row.problem = MediaState.REFUSED, problem.value
                _tell(session, row, self._clock())
        log.info("media_refused", media=media_id, problem=problem.value)


def _waiting(session: Session, media_id: int) -> Media | None:
    row = session.get(Media, media_id, with_for_update={"key_share": True}, populate_existing=True)
    return row if row is not None and row.state == MediaState.WAITING else None


def _tell(session: Session, row: Media, now: datetime) -> None:
    if row.case_id is not None:
        tell(session, row.municipality_id, case_topic(row.case_id), now=now)


def drop_expired(database: Database, store: MediaStore, municipality_id: str, now: datetime) -> int:
    """Files whose time is over, except those of open cases and of applications whose answers are still there; returns how many."""
    total = 0
    while True:
        with database.transaction() as session:
            is_open = exists().where(Case.id == Media.case_id, Case.state.in_(OPEN_STATES))
            is_answer = exists().where(Application.id == Media.application_id, Application.sealed.is_not(None))
            is_forgotten = exists().where(Application.id == Media.application_id, Application.sealed.is_(None))
            old = select(Media).where(
                Media.municipality_id == municipality_id,
                or_(Media.expires_at < now, is_forgotten),
                Media.state != MediaState.GONE,
                ~is_open,
                ~is_answer,
            )
            rows = session.scalars(old.order_by(Media.id).limit(BATCH)).all()
            for row in rows:
                store.drop(session, row)
        total += len(rows)
        if len(rows) < BATCH:
            return total


def sweep(database: Database, store: MediaStore) -> int:
    """Removes files that a crash left behind without a row; returns how many."""
    with database.reading() as session:
        orphans = list(store.orphans(session))
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)
