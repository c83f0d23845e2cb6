"""The audit log: writing a record into a municipality's chain, and finding where a chain was tampered with."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.encryption import Keyring
from core.models import AuditRecord, Municipality

BEGINNING = "0" * 64


class AuditLog:
    """Keyed, so that who can write to the database but does not hold SECRET_KEY can't forge a chain."""

    def __init__(self, keyring: Keyring) -> None:
        self._key = keyring.key("audit")

    def record(self, session: Session, *, municipality_id: str, staff_id: int | None, action: str, subject: str, now: datetime) -> None:
        """In the transaction of the change itself; chains of one municipality are written one after the other."""
        _lock(session, municipality_id)
        last = _last(session, municipality_id)
        record = AuditRecord(
            municipality_id=municipality_id,
            number=last.number + 1 if last else 1,
            at=now.astimezone(UTC),
            staff_id=staff_id,
            action=action,
            object=subject[:200],
            previous_hash=last.hash if last else BEGINNING,
        )
        record.hash = self._hash(record)
        session.add(record)
        session.flush()

    def first_broken(self, records: Sequence[AuditRecord]) -> int | None:
        """The number of the first record that does not continue the chain; None while all of it is sound."""
        previous = BEGINNING
        for number, record in enumerate(records, start=1):
            if record.number != number or record.previous_hash != previous or not hmac.compare_digest(record.hash, self._hash(record)):
                return number
            previous = record.hash
        return None

    def _hash(self, record: AuditRecord) -> str:
        # Microseconds are kept by both databases; the time zone is UTC by type.
        fields = [
            record.municipality_id,
            record.number,
            record.at.isoformat(),
            record.staff_id,
            record.action,
            record.object,
            record.previous_hash,
        ]
        return hmac.new(self._key, orjson.dumps(fields), hashlib.sha256).hexdigest()


def _lock(session: Session, municipality_id: str) -> None:
    """Two transactions must not continue the same chain at the same place; others may go on referring to the municipality."""
    session.execute(select(Municipality.id).where(Municipality.id == municipality_id).with_for_update(key_share=True))


def _last(session: Session, municipality_id: str) -> AuditRecord | None:
    statement = select(AuditRecord).where(AuditRecord.municipality_id == municipality_id)
    return session.scalars(statement.order_by(AuditRecord.number.desc()).limit(1)).one_or_none()
