"""What staff do with an application besides moving it: checking its answers one by one, noting something, and who deals with it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.changes import APPLICATIONS, announce_last, application_topic
from procedures.keys import ForgottenError
from procedures.lifecycle import NotAllowedError, Verb
from procedures.models import Application, ApplicationEvent, ApplicationMark
from procedures.moving import Desk, record
from procedures.versions import definition_of


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What somebody found of one answer."""

    is_fine: bool
    reason: str
    """Why it needs correction."""
    staff_id: int
    at: datetime


def mark_field(
    session: Session, desk: Desk, application: Application, field: str, *, is_fine: bool, reason: str = "", staff_id: int, now: datetime
) -> None:
    """The last word counts. Raises NotAllowedError for a field that is not asked, or whose answers are forgotten."""
    definition = definition_of(session, desk.municipality_id, desk.procedures, application.procedure_id, application.digest)
    if field not in definition.by_name or not definition.by_name[field].is_asked or application.resident_id is None:
        raise NotAllowedError(f"'{field}' can't be checked")
    row = session.get(ApplicationMark, (application.id, field))
    if row is None:
        row = ApplicationMark(application_id=application.id, field=field)
        session.add(row)
    row.is_fine, row.staff_id, row.at = is_fine, staff_id, now
    row.sealed = _sealed(session, desk, application, reason.strip(), now) if reason.strip() and not is_fine else None
    session.flush()
    _tell(session, application, now)


def unmark_field(session: Session, application: Application, field: str, *, now: datetime) -> None:
    drop_marks(session, application.id, [field])
    _tell(session, application, now)


def drop_marks(session: Session, application_id: int, fields: Collection[str]) -> None:
    """These answers are others than those that were checked."""
    session.execute(delete(ApplicationMark).where(ApplicationMark.application_id == application_id, ApplicationMark.field.in_(fields)))


def marks_of(session: Session, desk: Desk, application: Application) -> Mapping[str, Mark]:
    rows = session.scalars(select(ApplicationMark).where(ApplicationMark.application_id == application.id))
    return {
        row.field: Mark(is_fine=row.is_fine, reason=opened(session, desk, application, row.sealed), staff_id=row.staff_id, at=row.at)
        for row in rows
    }


def note(session: Session, desk: Desk, application: Application, words: str, *, staff_id: int, now: datetime) -> None:
    """Among staff. Raises NotAllowedError where nothing is said, or the resident was forgotten."""
    if not words.strip() or application.resident_id is None:
        raise NotAllowedError("a note has words")
    record(session, application, Verb.NOTE, now, staff_id=staff_id, sealed=_sealed(session, desk, application, words.strip(), now))


def assign(session: Session, application: Application, holder_id: int | None, *, staff_id: int, now: datetime) -> bool:
    """False where it is theirs already."""
    if application.holder_id == holder_id:
        return False
    record(session, application, Verb.ASSIGN, now, staff_id=staff_id, detail={"from": application.holder_id, "to": holder_id})
    application.holder_id = holder_id
    session.flush()
    return True


def words_of(session: Session, desk: Desk, application: Application, event: ApplicationEvent) -> str:
    """What was written when it happened; nothing where it can't be read any more."""
    return opened(session, desk, application, event.sealed)


def opened(session: Session, desk: Desk, application: Application, sealed: bytes | None) -> str:
    if sealed is None or application.resident_id is None:
        return ""
    try:
        return desk.seals.existing(session, application.resident_id).decrypt(sealed).decode()
    except ForgottenError:
        return ""


def _sealed(session: Session, desk: Desk, application: Application, words: str, now: datetime) -> bytes:
    if application.resident_id is None:
        raise NotAllowedError("the resident of an application was forgotten")
    return desk.seals.for_resident(session, desk.municipality_id, application.resident_id, now).encrypt(words.encode())


def _tell(session: Session, application: Application, now: datetime) -> None:
    announce_last(session, application.municipality_id, APPLICATIONS, application_topic(application.id), now=now)


def has_corrections(session: Session, application: Application) -> bool:
    """Whether any answer was found to need correction."""
    wanted = select(ApplicationMark.field).where(ApplicationMark.application_id == application.id, ApplicationMark.is_fine.is_(False))
    return session.scalar(wanted.limit(1)) is not None
