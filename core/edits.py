"""Daily edits over the pack: what officers changed, kept as editions, and followed by every process within a second."""

import hashlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from core.database import Database
from core.models import Edition, EditionState, Municipality
from core.statements import Prepared

PROCEDURE, VALUE, INTAKE = "procedure:", "value:", "intake:"
"""What subjects begin with; the id of a procedure or the name of a value follows."""
EDIT_REVISION = Prepared(select(Municipality.edit_revision).where(Municipality.id == bindparam("municipality")))
LOOKED_AT_AGAIN = 0.25
"""Seconds after which a process looks whether something was edited."""


def digest_of(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()[:16]


@dataclass(frozen=True, kw_only=True)
class Edited:
    """What holds besides the pack, at one revision."""

    revision: int = -1
    texts: Mapping[str, str] = field(default_factory=dict)
    """By subject."""

    def of(self, kind: str) -> Mapping[str, str]:
        """By what follows the kind in the subject."""
        return {subject.removeprefix(kind): text for subject, text in self.texts.items() if subject.startswith(kind)}


class Edits:
    """What was edited, as far as this process has seen it."""

    def __init__(self, database: Database, ticks: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._ticks = ticks
        self._seen: dict[str, tuple[float, Edited]] = {}
        self._lock = threading.Lock()

    def of(self, municipality_id: str) -> Edited:
        seen = self._seen.get(municipality_id)
        if seen is not None and self._ticks() - seen[0] < LOOKED_AT_AGAIN:
            return seen[1]
        # One thread looks; the others go on with what was seen before, where there is something.
        if self._lock.acquire(blocking=seen is None):
            try:
                return self._look(municipality_id)
            finally:
                self._lock.release()
        assert seen is not None
        return seen[1]

    def look_again(self, municipality_id: str) -> None:
        """After an edit by this process."""
        with self._lock:
            self._look(municipality_id)

    def _look(self, municipality_id: str) -> Edited:
        ticks = self._ticks()
        seen = self._seen.get(municipality_id)
        with self._database.reading() as session:
            revision = edit_revision(session, municipality_id)
            edited = seen[1] if seen is not None and seen[1].revision == revision else None
            if edited is None:
                edited = Edited(revision=revision, texts=published_texts(session, municipality_id))
        self._seen[municipality_id] = ticks, edited
        return edited


def edit_revision(session: Session, municipality_id: str) -> int:
    return EDIT_REVISION.scalar(session, {"municipality": municipality_id}) or 0


def published_texts(session: Session, municipality_id: str) -> Mapping[str, str]:
    wanted = select(Edition.subject, Edition.text).where(
        Edition.municipality_id == municipality_id, Edition.state == EditionState.PUBLISHED, Edition.is_pack.is_(False)
    )
    return dict(session.execute(wanted).all())


def raise_revision(session: Session, municipality_id: str) -> None:
    """Locks the municipality's editions until the transaction ends, so that their writers take turns."""
    raised = update(Municipality).where(Municipality.id == municipality_id).values(edit_revision=Municipality.edit_revision + 1)
    session.execute(raised, execution_options={"synchronize_session": False})


def edition(session: Session, municipality_id: str, subject: str, number: int) -> Edition | None:
    return session.get(Edition, (municipality_id, subject, number))


def edition_in(session: Session, municipality_id: str, subject: str, state: EditionState) -> Edition | None:
    """The one that is published, or waits for approval."""
    wanted = select(Edition).where(Edition.municipality_id == municipality_id, Edition.subject == subject, Edition.state == state)
    return session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()


def editions_of(session: Session, municipality_id: str, subjects: Sequence[str], limit: int = 50) -> Sequence[Edition]:
    """The newest first."""
    wanted = select(Edition).where(Edition.municipality_id == municipality_id, Edition.subject.in_(subjects))
    return session.scalars(wanted.order_by(Edition.created_at.desc(), Edition.number.desc()).limit(limit)).all()


def last_number(session: Session, municipality_id: str, subject: str) -> int:
    wanted = select(func.max(Edition.number)).where(Edition.municipality_id == municipality_id, Edition.subject == subject)
    return session.scalar(wanted) or 0
