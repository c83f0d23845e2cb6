"""How surely the office knows who applies: link codes that the counter gives out, accounts that were verified, providers of more."""

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.errors import ProjectError
from procedures.definition import Assurance
from procedures.keys import Seals
from procedures.models import LinkAttempts, LinkCode, VerifiedAccount
from procedures.receipts import ALPHABET, check_character

LIFETIME = timedelta(minutes=15)
"""Of a link code: the resident stands at the counter."""
VERIFIED_FOR = timedelta(days=365)
MOST_FAILURES = 5
WINDOW = timedelta(hours=1)
LETTERS = "".join(letter for letter in ALPHABET if letter not in "01IOLUV")
"""Without those that are taken for one another."""
BODY = 7


class NotAssuredError(ProjectError):
    """The office does not know surely enough who applies; the resident comes to the counter with a draft."""


class IdentityProvider(Protocol):
    """A way to 公的個人認証 that a municipality plugs in."""

    def level(self, resident_id: int, now: datetime) -> Assurance | None:
        """What it has proved of the resident and still holds; None for nothing."""


PROVIDERS: dict[str, IdentityProvider] = {}
"""By municipality. Empty: nobody reaches L3 on LINE, and procedures that need it end in a draft for the counter."""


class Verification(StrEnum):
    """What came of a typed code."""

    VERIFIED = "verified"
    WRONG = "wrong"
    """Unknown, used, or too old; which of them is not told."""
    LOCKED = "locked"
    """Too many wrong ones; the right one is refused too, for an hour."""


def level_of(
    session: Session, municipality_id: str, resident_id: int | None, now: datetime, providers: Mapping[str, IdentityProvider] = PROVIDERS
) -> Assurance:
    """A talk on LINE is an account, whoever holds it."""
    if resident_id is None:
        return Assurance.ACCOUNT
    row = session.get(VerifiedAccount, resident_id)
    found = [Assurance.ACCOUNT, *([Assurance.VERIFIED] if row is not None and row.expires_at > now else [])]
    provider = providers.get(municipality_id)
    proved = provider.level(resident_id, now) if provider is not None else None
    return max([*found, *([proved] if proved is not None else [])])


def give_code(session: Session, seals: Seals, *, municipality_id: str, staff_id: int, method: str, now: datetime) -> str:
    """For somebody whose identity the member of staff has checked by `method`. Shown once; only a keyed hash is kept."""
    code = new_code()
    row = LinkCode(
        municipality_id=municipality_id,
        digest=_digest(seals, municipality_id, code),
        method=method[:40],
        staff_id=staff_id,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    session.add(row)
    session.flush()
    return code


def verify_account(session: Session, seals: Seals, *, municipality_id: str, resident_id: int, code: str, now: datetime) -> Verification:
    """Uses the code up, whoever else types it at this moment."""
    attempts = session.get(LinkAttempts, resident_id, with_for_update=True)
    if attempts is None:
        attempts = LinkAttempts(resident_id=resident_id, municipality_id=municipality_id, failures=0, began_at=now)
        session.add(attempts)
    if attempts.began_at + WINDOW <= now:
        attempts.failures, attempts.began_at = 0, now
    if attempts.failures >= MOST_FAILURES:
        return Verification.LOCKED
    statement = (
        update(LinkCode)
        .where(
            LinkCode.municipality_id == municipality_id,
            LinkCode.digest == _digest(seals, municipality_id, code),
            LinkCode.used_at.is_(None),
            LinkCode.expires_at > now,
        )
        .values(used_at=now)
        .returning(LinkCode.staff_id, LinkCode.method)
    )
    found = session.execute(statement, execution_options={"synchronize_session": False}).first()
    if found is None:
        attempts.failures += 1
        return Verification.WRONG
    attempts.failures = 0
    row = session.get(VerifiedAccount, resident_id)
    if row is None:
        row = VerifiedAccount(resident_id=resident_id, municipality_id=municipality_id)
        session.add(row)
    row.staff_id, row.method, row.verified_at, row.expires_at = found.staff_id, found.method, now, now + VERIFIED_FOR
    session.flush()
    return Verification.VERIFIED


def drop_expired(session: Session, municipality_id: str, now: datetime, limit: int = 500) -> int:
    """Codes a day after their end, and verifications whose time is over."""
    ids = session.scalars(
        select(LinkCode.id).where(LinkCode.municipality_id == municipality_id, LinkCode.expires_at <= now - timedelta(days=1)).limit(limit)
    ).all()
    session.execute(delete(LinkCode).where(LinkCode.id.in_(ids)))
    over = session.scalars(
        select(VerifiedAccount.resident_id)
        .where(VerifiedAccount.municipality_id == municipality_id, VerifiedAccount.expires_at <= now)
        .limit(limit)
    ).all()
    session.execute(delete(VerifiedAccount).where(VerifiedAccount.resident_id.in_(over)))
    return len(ids) + len(over)


def new_code() -> str:
    """Seven random characters and one that shows a wrong one: ABCD-EFGH."""
    while True:
        body = "".join(secrets.choice(LETTERS) for _ in range(BODY))
        code = body + check_character(body)
        if code[-1] in LETTERS:
            return f"{code[:4]}-{code[4:]}"


def read_code(text: str) -> str | None:
    """The code, where the whole message is one: its last character tells it from words."""
    flat = "".join(character for character in unicodedata.normalize("NFKC", text).upper() if character.isalnum())
    if len(flat) != BODY + 1 or any(letter not in LETTERS for letter in flat) or check_character(flat[:-1]) != flat[-1]:
        return None
    return f"{flat[:4]}-{flat[4:]}"


def _digest(seals: Seals, municipality_id: str, code: str) -> str:
    return hmac.new(seals.link_key, f"code|{municipality_id}|{code}".encode(), hashlib.sha256).hexdigest()
