"""Channel access tokens: which are known, how long each lives, which were revoked."""

from dataclasses import dataclass
from enum import StrEnum

STATELESS_MS = 15 * 60_000
SHORT_LIVED_MS = 30 * 24 * 60 * 60_000
MOST_SHORT_LIVED = 30


class TokenKind(StrEnum):
    LONG_LIVED = "long-lived"
    SHORT_LIVED = "short-lived"
    VERSION_2_1 = "v2.1"
    STATELESS = "stateless"


@dataclass(kw_only=True)
class AccessToken:
    kind: TokenKind
    issued_at: int
    expires_at: int | None
    key_id: str = ""
    is_revoked: bool = False


class AccessTokens:
    """The tokens of one account; the caller holds the platform's lock."""

    def __init__(self, long_lived: str) -> None:
        self._tokens = {long_lived: AccessToken(kind=TokenKind.LONG_LIVED, issued_at=0, expires_at=None)}

    def issue(self, token: str, kind: TokenKind, *, now: int, life_ms: int, key_id: str = "") -> None:
        self._tokens[token] = AccessToken(kind=kind, issued_at=now, expires_at=now + life_ms, key_id=key_id)

    def find(self, token: str, *, now: int) -> AccessToken | None:
        known = self._tokens.get(token)
        if known is None or known.is_revoked or (known.expires_at is not None and now >= known.expires_at):
            return None
        return known

    def alive(self, kind: TokenKind, *, now: int) -> list[AccessToken]:
        return [known for token, known in self._tokens.items() if known.kind is kind and self.find(token, now=now)]

    def revoke(self, token: str) -> None:
        """Stateless tokens cannot be revoked."""
        known = self._tokens.get(token)
        if known is not None and known.kind is not TokenKind.STATELESS:
            known.is_revoked = True
