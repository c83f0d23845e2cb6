"""Tokens of other systems: making one, which shows it once, finding whose it is, and revoking it."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.encryption import Keyring
from core.errors import ProjectError
from procedures.outside import queries
from procedures.outside.models import SYSTEM_LENGTH, ApiToken
from procedures.outside.scopes import Scope

PREFIX = "mdg_"
"""So that a token is recognised where it should not be, such as in a repository."""
HINT = 4
USE_IS_NOTED_EVERY = timedelta(minutes=1)


class TokenRefusedError(ProjectError):
    """No such token is made; `problem` is the key of what is wrong."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"no token is made: {problem}")
        self.problem = problem


@dataclass(frozen=True, kw_only=True)
class Bearer:
    """Who calls: what a valid token says."""

    token_id: int
    municipality_id: str
    system: str
    scopes: frozenset[str]
    procedures: frozenset[str]

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes

    def sees(self, procedure_id: str) -> bool:
        return not self.procedures or procedure_id in self.procedures


class Tokens:
    """The database holds a keyed hash of each token, so that a copy of it opens nothing."""

    def __init__(self, keyring: Keyring) -> None:
        self._key = keyring.key("api-tokens")

    def make(
        self,
        session: Session,
        *,
        municipality_id: str,
        system: str,
        scopes: Sequence[str],
        procedures: Sequence[str] = (),
        known_procedures: Sequence[str],
        staff_id: int | None,
        now: datetime,
        expires_at: datetime | None = None,
    ) -> tuple[ApiToken, str]:
        """The row, and the token itself, which nobody can read again. Raises TokenRefusedError."""
        name = system.strip()
        if not name or len(name) > SYSTEM_LENGTH or not name.isprintable():
            raise TokenRefusedError("system_bad")
        if not scopes or not set(scopes) <= set(Scope):
            raise TokenRefusedError("scopes_bad")
        if not set(procedures) <= set(known_procedures):
            raise TokenRefusedError("procedures_bad")
        if expires_at is not None and expires_at <= now:
            raise TokenRefusedError("expiry_past")
        token = PREFIX + secrets.token_urlsafe(32)
        row = ApiToken(
            municipality_id=municipality_id,
            system=name,
            token_hash=self._hash(token),
            hint=token[-HINT:],
            scopes=[scope.value for scope in Scope if scope in scopes],
            procedures=sorted(set(procedures)),
            created_at=now,
            created_by=staff_id,
            expires_at=expires_at,
        )
        session.add(row)
        session.flush()
        return row, token

    def bearer(self, session: Session, token: str, now: datetime) -> tuple[Bearer, bool] | None:
        """Whose the token is, and whether its use should be noted; None where it is unknown, revoked or expired."""
        if not token.startswith(PREFIX):
            return None
        row = queries.token_by_hash(session, self._hash(token))
        if row is None or row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
            return None
        bearer = Bearer(
            token_id=row.id,
            municipality_id=row.municipality_id,
            system=row.system,
            scopes=frozenset(row.scopes),
            procedures=frozenset(row.procedures),
        )
        return bearer, row.last_used_at is None or now - row.last_used_at >= USE_IS_NOTED_EVERY

    def _hash(self, token: str) -> str:
        return hmac.new(self._key, token.encode(), hashlib.sha256).hexdigest()


def revoke(session: Session, municipality_id: str, token_id: int, now: datetime) -> ApiToken | None:
    """From now on it opens nothing; None where there is none that still did."""
    row = queries.token_in(session, municipality_id, token_id)
    if row is None or row.revoked_at is not None:
        return None
    row.revoked_at = now
    return row
