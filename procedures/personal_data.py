"""わたしのデータ: what a resident gave once and allowed to be offered again, with purpose, origin and end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.errors import ProjectError
from procedures.conditions import Plain
from procedures.definition import Definition
from procedures.keys import ForgottenError, Seals, destroy_key
from procedures.lifecycle import OPEN
from procedures.models import (
    Application,
    CounterDraft,
    FillingRow,
    FormLink,
    LinkAttempts,
    PersonalDatum,
    StoppedNotice,
    VerifiedAccount,
)
from procedures.state import Filling

KEPT = timedelta(days=365)
"""After it was given or used last."""
CORRECTED = "corrected"


class OpenApplicationsError(ProjectError):
    """Everything can be forgotten only when no application is under way; withdraw them first, or wait until they end."""


@dataclass(frozen=True, kw_only=True)
class KnownDatum:
    """A row of わたしのデータ."""

    kind: str
    field_type: str
    value: Plain
    purpose: str
    origin: str
    given_at: datetime
    expires_at: datetime


def keep_answers(
    session: Session,
    seals: Seals,
    definition: Definition,
    filling: Filling,
    fields: Sequence[str],
    *,
    municipality_id: str,
    resident_id: int,
    now: datetime,
) -> None:
    """Of the fields to which the resident consented, those that say what kind of datum they are. Sensitive ones are never kept."""
    cipher = seals.for_resident(session, municipality_id, resident_id, now)
    for field in definition.asked:
        if field.name not in fields or not field.keeps or field.sensitive or field.name not in filling.answers:
            continue
        row = _row(session, resident_id, field.keeps)
        if row is None:
            row = PersonalDatum(municipality_id=municipality_id, resident_id=resident_id, kind=field.keeps)
            session.add(row)
        row.field_type, row.purpose, row.origin = field.type, field.purpose, definition.id
        row.sealed = cipher.encrypt(orjson.dumps(filling.answers[field.name]))
        row.given_at, row.expires_at = now, now + KEPT
    session.flush()


def known_data(session: Session, seals: Seals, resident_id: int, now: datetime) -> Sequence[KnownDatum]:
    """What is kept and has not expired, by kind; nothing where the key is gone."""
    rows = session.scalars(
        select(PersonalDatum).where(PersonalDatum.resident_id == resident_id, PersonalDatum.expires_at > now).order_by(PersonalDatum.kind)
    ).all()
    if not rows:
        return ()
    try:
        cipher = seals.existing(session, resident_id)
    except ForgottenError:
        return ()
    return tuple(
        KnownDatum(
            kind=row.kind,
            field_type=row.field_type,
            value=orjson.loads(cipher.decrypt(row.sealed)),
            purpose=row.purpose,
            origin=row.origin,
            given_at=row.given_at,
            expires_at=row.expires_at,
        )
        for row in rows
    )


def known_values(session: Session, seals: Seals, resident_id: int, now: datetime) -> Mapping[str, Plain]:
    """For `Facts.known`."""
    return {datum.kind: datum.value for datum in known_data(session, seals, resident_id, now)}


def correct_datum(session: Session, seals: Seals, resident_id: int, kind: str, value: Plain, now: datetime) -> bool:
    """False where nothing of that kind is kept. The caller has checked the value by a field of the type."""
    row = _row(session, resident_id, kind)
    if row is None:
        return False
    row.sealed = seals.existing(session, resident_id).encrypt(orjson.dumps(value))
    row.origin, row.given_at, row.expires_at = CORRECTED, now, now + KEPT
    return True


def delete_datum(session: Session, resident_id: int, kind: str) -> bool:
    row = _row(session, resident_id, kind)
    if row is None:
        return False
    session.delete(row)
    session.flush()
    return True


def delete_data(session: Session, resident_id: int) -> int:
    """All that is offered again, and everything begun; applications stay, and what staff returned of them.

    Returns how many rows of わたしのデータ there were.
    """
    kept = session.scalars(select(PersonalDatum.id).where(PersonalDatum.resident_id == resident_id)).all()
    session.execute(delete(PersonalDatum).where(PersonalDatum.resident_id == resident_id))
    begun = select(FillingRow.uid).where(FillingRow.resident_id == resident_id, FillingRow.application_id.is_(None))
    session.execute(delete(FormLink).where(FormLink.filling_uid.in_(begun)), execution_options={"synchronize_session": False})
    session.execute(delete(FillingRow).where(FillingRow.uid.in_(begun)), execution_options={"synchronize_session": False})
    return len(kept)


def forget_resident(session: Session, resident_id: int) -> None:
    """Everything: the key is destroyed, so that answers of ended applications can't be read again either.

    Raises OpenApplicationsError while one is under way.
    """
    is_open = select(Application.id).where(Application.resident_id == resident_id, Application.state.in_(OPEN)).limit(1)
    if session.scalar(is_open) is not None:
        raise OpenApplicationsError("an application of the resident is under way")
    delete_data(session, resident_id)
    for table in (FillingRow, FormLink, CounterDraft, VerifiedAccount, LinkAttempts):
        session.execute(delete(table).where(table.resident_id == resident_id))
    session.execute(delete(StoppedNotice).where(StoppedNotice.resident_id == resident_id))
    for application in session.scalars(select(Application).where(Application.resident_id == resident_id)):
        application.sealed = None
    destroy_key(session, resident_id)


def drop_expired(session: Session, municipality_id: str, now: datetime, limit: int = 500) -> int:
    ids = session.scalars(
        select(PersonalDatum.id).where(PersonalDatum.municipality_id == municipality_id, PersonalDatum.expires_at <= now).limit(limit)
    ).all()
    session.execute(delete(PersonalDatum).where(PersonalDatum.id.in_(ids)))
    return len(ids)


def _row(session: Session, resident_id: int, kind: str) -> PersonalDatum | None:
    return session.scalar(
        select(PersonalDatum).where(PersonalDatum.resident_id == resident_id, PersonalDatum.kind == kind).with_for_update()
    )
