"""Sessions of logged-in staff: beginning, finding by the cookie's token, ending."""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from console import queries
from console.models import StaffSession
from core.encryption import Keyring
from core.models import Municipality
from handoff.models import Staff

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
TOUCH = timedelta(minutes=5)
"""How exact `last_seen_at` is: a click need not write."""


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Who is logged in, read once per request."""

    session_id: int
    staff_id: int
    municipality_id: str
    municipality_name: str
    name: str
    role: str
    department_id: str | None
    csrf_token: str
    last_seen_at: datetime
    change_number: int = 0
    """Of the municipality's newest change when this was read: what is read afterwards is at least as new."""


class Sessions:
    """The database holds a keyed hash of each token, so that a copy of it opens no session."""

    def __init__(self, keyring: Keyring) -> None:
        self._key = keyring.key("console-session")

    def begin(self, session: Session, staff: Staff, now: datetime) -> str:
        """A new session each time, so that a token that somebody planted before the login is worth nothing. Returns the cookie's token."""
        queries.delete_ended_sessions(session, now=now, idle_since=now - IDLE)
        token = secrets.token_urlsafe(32)
        session.add(
            StaffSession(
                token_hash=self._hash(token),
                staff_id=staff.id,
                csrf_token=secrets.token_urlsafe(32),
                created_at=now,
                last_seen_at=now,
                expires_at=now + LONGEST,
            )
        )
        session.flush()
        return token

    def visitor(self, session: Session, token: str, now: datetime) -> Visitor | None:
        """None when the session has ended or the account is switched off."""
        return self.visitors(session, (token,), now).get(token) if token else None

    def visitors(self, session: Session, tokens: Collection[str], now: datetime) -> Mapping[str, Visitor]:
        """By token; those whose session has ended or whose account is switched off are left out."""
        hashes = {self._hash(token): token for token in tokens}
        found = {}
        for row, staff, municipality in queries.sessions_with_staff(session, hashes):
            visitor = _visitor(row, staff, municipality, now)
            if visitor is not None:
                found[hashes[row.token_hash]] = visitor
        return found

    def end(self, session: Session, token: str) -> None:
        if token:
            queries.delete_session(session, self._hash(token))

    def _hash(self, token: str) -> str:
        return hmac.new(self._key, token.encode(), hashlib.sha256).hexdigest()


def _visitor(row: StaffSession, staff: Staff, municipality: Municipality, now: datetime) -> Visitor | None:
    if not staff.is_active or now >= row.expires_at or now - row.last_seen_at >= IDLE:
        return None
    return Visitor(
        session_id=row.id,
        staff_id=staff.id,
        municipality_id=staff.municipality_id,
        municipality_name=municipality.name,
        name=staff.name,
        role=staff.role,
        department_id=staff.department_id,
        csrf_token=row.csrf_token,
        last_seen_at=row.last_seen_at,
        change_number=municipality.change_number,
    )


def is_due_to_touch(visitor: Visitor, now: datetime) -> bool:
    return now - visitor.last_seen_at >= TOUCH
