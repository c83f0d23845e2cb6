"""Sealing what residents give: one key per resident, wrapped by a key of SECRET_KEY. Destroying it makes everything unreadable."""

import os
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite
from sqlalchemy.orm import Session

from core.encryption import Cipher, Keyring
from core.errors import ProjectError
from procedures.models import ResidentKey

PURPOSE = "resident-keys"
KEY_BYTES = 32


class ForgottenError(ProjectError):
    """The resident's key was destroyed; what it sealed can't be read any more."""


class Seals:
    """Opens and seals with residents' keys."""

    def __init__(self, keyring: Keyring) -> None:
        self._wrapping = keyring.cipher(PURPOSE)
        self.digest_key = keyring.key("procedure-doubles")
        """For hashes of what makes two applications the same."""
        self.link_key = keyring.key("procedure-form-links")

    def for_resident(self, session: Session, municipality_id: str, resident_id: int, now: datetime) -> Cipher:
        """The resident's cipher; the key is made at first."""
        row = session.get(ResidentKey, resident_id)
        if row is None:
            wrapped = self._wrapping.encrypt(os.urandom(KEY_BYTES))
            insert = insert_on_sqlite if session.get_bind().dialect.name == "sqlite" else insert_on_postgresql
            values = {"resident_id": resident_id, "municipality_id": municipality_id, "wrapped": wrapped, "created_at": now}
            # Another turn of the same resident may make it at the same moment.
            session.execute(insert(ResidentKey).values(values).on_conflict_do_nothing(index_elements=["resident_id"]))
            row = session.get_one(ResidentKey, resident_id)
        return Cipher(self._wrapping.decrypt(row.wrapped))

    def existing(self, session: Session, resident_id: int) -> Cipher:
        """Raises ForgottenError where there is none."""
        row = session.get(ResidentKey, resident_id)
        if row is None:
            raise ForgottenError(f"the key of resident {resident_id} was destroyed")
        return Cipher(self._wrapping.decrypt(row.wrapped))


def destroy_key(session: Session, resident_id: int) -> None:
    session.execute(delete(ResidentKey).where(ResidentKey.resident_id == resident_id))
