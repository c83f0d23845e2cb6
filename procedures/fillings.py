"""What residents have begun and not submitted: kept sealed for seven days, reminded of once, one of each procedure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from procedures.keys import ForgottenError, Seals
from procedures.loading import Procedures
from procedures.models import FillingRow
from procedures.state import Filling, dump_filling, load_filling
from procedures.versions import store_version

KEPT = timedelta(days=7)
REMINDED_BEFORE = timedelta(days=2)
"""Before it is dropped."""


def save_filling(
    session: Session, seals: Seals, procedures: Procedures, filling: Filling, *, municipality_id: str, resident_id: int, now: datetime
) -> None:
    """Each answer starts the seven days anew. A procedure that is begun again replaces what was begun before."""
    sealed = seals.for_resident(session, municipality_id, resident_id, now).encrypt(dump_filling(filling))
    row = session.scalar(select(FillingRow).where(FillingRow.uid == filling.uid).with_for_update())
    if row is None:
        session.execute(delete(FillingRow).where(FillingRow.resident_id == resident_id, FillingRow.procedure_id == filling.procedure_id))
        if procedures.digests.get(filling.procedure_id) == filling.digest:
            store_version(session, municipality_id, procedures, filling.procedure_id, now)
        row = FillingRow(
            municipality_id=municipality_id,
            resident_id=resident_id,
            uid=filling.uid,
            procedure_id=filling.procedure_id,
            digest=filling.digest,
            created_at=now,
        )
        session.add(row)
    row.sealed, row.updated_at, row.expires_at = sealed, now, now + KEPT
    session.flush()


def filling_of(session: Session, seals: Seals, resident_id: int, procedure_id: str, now: datetime) -> Filling | None:
    """What the resident has begun of it; None where nothing, or nothing that can still be read, is there."""
    return _opened(session, seals, session.scalar(_begun(resident_id, now).where(FillingRow.procedure_id == procedure_id)))


def latest_filling(session: Session, seals: Seals, resident_id: int, now: datetime) -> Filling | None:
    return _opened(session, seals, session.scalar(_begun(resident_id, now).order_by(FillingRow.updated_at.desc()).limit(1)))


def filling_by_uid(session: Session, seals: Seals, resident_id: int, uid: str, now: datetime) -> Filling | None:
    return _opened(session, seals, session.scalar(_begun(resident_id, now).where(FillingRow.uid == uid)))


def drop_filling(session: Session, uid: str) -> None:
    session.execute(delete(FillingRow).where(FillingRow.uid == uid))


def to_remind(session: Session, municipality_id: str, now: datetime) -> Sequence[FillingRow]:
    """Those that will be dropped soon and of which nobody was reminded; locked, and marked by the caller in this transaction."""
    wanted = select(FillingRow).where(
        FillingRow.municipality_id == municipality_id,
        FillingRow.reminded_at.is_(None),
        FillingRow.expires_at > now,
        FillingRow.expires_at <= now + REMINDED_BEFORE,
    )
    rows = session.scalars(wanted.order_by(FillingRow.id).limit(100).with_for_update(skip_locked=True)).all()
    for row in rows:
        row.reminded_at = now
    return rows


def drop_expired(session: Session, municipality_id: str, now: datetime, limit: int = 500) -> int:
    ids = session.scalars(
        select(FillingRow.id).where(FillingRow.municipality_id == municipality_id, FillingRow.expires_at <= now).limit(limit)
    ).all()
    session.execute(delete(FillingRow).where(FillingRow.id.in_(ids)))
    return len(ids)


def _begun(resident_id: int, now: datetime) -> Select[FillingRow]:
    return select(FillingRow).where(FillingRow.resident_id == resident_id, FillingRow.expires_at > now)


def _opened(session: Session, seals: Seals, row: FillingRow | None) -> Filling | None:
    if row is None:
        return None
    try:
        return load_filling(seals.existing(session, row.resident_id).decrypt(row.sealed))
    except (ForgottenError, ValueError):
        return None
