"""What residents have begun and not submitted: kept sealed for seven days, reminded of once, one of each procedure and application."""

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
KEPT_ASIDE = timedelta(days=1)
"""Where the procedure turned out to be for other cases: for who answered wrongly and goes back."""
KEPT_RETURNED = timedelta(days=60)
"""What staff returned waits longer."""


def save_filling(
    session: Session,
    seals: Seals,
    procedures: Procedures,
    filling: Filling,
    *,
    municipality_id: str,
    resident_id: int,
    now: datetime,
    is_aside: bool = False,
) -> None:
    """Each answer starts the time anew. A procedure that is begun again replaces what was begun before of it.

    `is_aside`: only its own button goes back to it, and it goes sooner.
    """
    sealed = seals.for_resident(session, municipality_id, resident_id, now).encrypt(dump_filling(filling))
    row = session.scalar(select(FillingRow).where(FillingRow.uid == filling.uid).with_for_update())
    if row is None:
        session.execute(
            delete(FillingRow).where(
                FillingRow.resident_id == resident_id,
                FillingRow.procedure_id == filling.procedure_id,
                FillingRow.application_id == filling.application_id,  # None compares as IS NULL.
            )
        )
        if procedures.digests.get(filling.procedure_id) == filling.digest:
            store_version(session, municipality_id, procedures, filling.procedure_id, now)
        row = FillingRow(
            municipality_id=municipality_id,
            resident_id=resident_id,
            uid=filling.uid,
            procedure_id=filling.procedure_id,
            digest=filling.digest,
            application_id=filling.application_id,
            created_at=now,
        )
        session.add(row)
    kept = KEPT_RETURNED if filling.reasons else KEPT_ASIDE if is_aside else KEPT
    row.digest, row.sealed, row.updated_at, row.expires_at = filling.digest, sealed, now, now + kept
    row.reminded_at = now if is_aside else None
    session.flush()


def filling_of(session: Session, seals: Seals, resident_id: int, procedure_id: str, now: datetime) -> Filling | None:
    """What the resident has begun of it; None where nothing, or nothing that can still be read, is there."""
    wanted = _going_on(resident_id, now).where(FillingRow.procedure_id == procedure_id, FillingRow.application_id.is_(None))
    return _opened(session, seals, session.scalar(wanted))


def filling_by_uid(session: Session, seals: Seals, resident_id: int, uid: str, now: datetime) -> Filling | None:
    """One of the resident's own, whichever of them goes on."""
    return _opened(session, seals, session.scalar(_begun(resident_id, now).where(FillingRow.uid == uid)))


def filling_for(session: Session, seals: Seals, resident_id: int, application_id: int, now: datetime) -> Filling | None:
    """What changes or completes an application."""
    wanted = _begun(resident_id, now).where(FillingRow.application_id == application_id).order_by(FillingRow.updated_at.desc())
    return _opened(session, seals, session.scalar(wanted.limit(1)))


def latest_filling(session: Session, seals: Seals, resident_id: int, now: datetime) -> Filling | None:
    return _opened(session, seals, session.scalar(_going_on(resident_id, now).order_by(FillingRow.updated_at.desc()).limit(1)))


def fillings_of(session: Session, seals: Seals, resident_id: int, now: datetime) -> Sequence[Filling]:
    """Everything that the resident is in the middle of."""
    rows = session.scalars(_begun(resident_id, now).order_by(FillingRow.id)).all()
    return tuple(filling for row in rows if (filling := _opened(session, seals, row)) is not None)


def reseal(session: Session, seals: Seals, filling: Filling, now: datetime) -> None:
    """Other content; neither its end nor its reminder moves."""
    row = session.scalars(select(FillingRow).where(FillingRow.uid == filling.uid).with_for_update()).one()
    row.sealed = seals.for_resident(session, row.municipality_id, row.resident_id, now).encrypt(dump_filling(filling))
    session.flush()


def begun_of(session: Session, resident_id: int, now: datetime) -> Sequence[tuple[str, datetime]]:
    """Procedure and end of each thing that the resident has begun, without its answers; changes of applications apart."""
    rows = session.scalars(_going_on(resident_id, now).where(FillingRow.application_id.is_(None)).order_by(FillingRow.expires_at)).all()
    return [(row.procedure_id, row.expires_at) for row in rows]


def drop_filling(session: Session, uid: str) -> None:
    session.execute(delete(FillingRow).where(FillingRow.uid == uid))


def drafts_to_remind(session: Session, municipality_id: str, now: datetime, limit: int = 100) -> Sequence[FillingRow]:
    """Those that will be dropped soon and of which nobody was reminded."""
    return session.scalars(_unreminded(now).where(FillingRow.municipality_id == municipality_id).order_by(FillingRow.id).limit(limit)).all()


def draft_to_remind(session: Session, filling_id: int, now: datetime) -> FillingRow | None:
    """One of them, locked; the caller marks it in this transaction."""
    return session.scalar(_unreminded(now).where(FillingRow.id == filling_id).with_for_update())


def _unreminded(now: datetime) -> Select[FillingRow]:
    return select(FillingRow).where(
        FillingRow.reminded_at.is_(None), FillingRow.expires_at > now, FillingRow.expires_at <= now + REMINDED_BEFORE
    )


def drop_expired(session: Session, municipality_id: str, now: datetime, limit: int = 500) -> int:
    ids = session.scalars(
        select(FillingRow.id).where(FillingRow.municipality_id == municipality_id, FillingRow.expires_at <= now).limit(limit)
    ).all()
    session.execute(delete(FillingRow).where(FillingRow.id.in_(ids)))
    return len(ids)


def _begun(resident_id: int, now: datetime) -> Select[FillingRow]:
    return select(FillingRow).where(FillingRow.resident_id == resident_id, FillingRow.expires_at > now)


def _going_on(resident_id: int, now: datetime) -> Select[FillingRow]:
    """Without what was put aside: that counts as reminded of from the moment in which it was saved."""
    is_aside = FillingRow.reminded_at.is_not(None) & (FillingRow.reminded_at == FillingRow.updated_at)
    return _begun(resident_id, now).where(~is_aside)


def _opened(session: Session, seals: Seals, row: FillingRow | None) -> Filling | None:
    if row is None:
        return None
    try:
        return load_filling(seals.existing(session, row.resident_id).decrypt(row.sealed))
    except (ForgottenError, ValueError):
        return None
