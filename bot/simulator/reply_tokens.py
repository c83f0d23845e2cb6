"""Reply tokens: bound to a channel and a chat, used once, alive for a minute after each delivery of their event."""

from dataclasses import dataclass
from enum import StrEnum

LIFE_MS = 60_000
LATEST_USE_MS = 20 * 60_000


class TokenState(StrEnum):
    USABLE = "usable"
    UNKNOWN = "unknown"
    USED = "used"
    # Used before, but the answer to that use was lost by an injected fault: the bot cannot have known.
    USED_UNKNOWINGLY = "used_unknowingly"
    EXPIRED = "expired"
    # Younger than a minute, dead only because of an injected fault.
    EXPIRED_EARLY = "expired_early"


@dataclass(kw_only=True)
class ReplyToken:
    chat_key: str
    happened_at: int
    delivered_at: int | None = None
    is_used: bool = False
    was_answer_lost: bool = False


class ReplyTokens:
    """The tokens of one account; the caller holds the platform's lock."""

    def __init__(self) -> None:
        self._tokens: dict[str, ReplyToken] = {}

    def issue(self, token: str, *, chat_key: str, happened_at: int) -> None:
        self._tokens[token] = ReplyToken(chat_key=chat_key, happened_at=happened_at)

    def mark_delivered(self, token: str, *, at: int) -> None:
        if known := self._tokens.get(token):
            known.delivered_at = at

    def find(self, token: str) -> ReplyToken | None:
        return self._tokens.get(token)

    def state(self, token: str, *, now: int, life_ms: float = LIFE_MS) -> TokenState:
        known = self._tokens.get(token)
        if known is None or known.delivered_at is None:
            return TokenState.UNKNOWN
        if known.is_used:
            return TokenState.USED_UNKNOWINGLY if known.was_answer_lost else TokenState.USED
        if now > known.happened_at + LATEST_USE_MS or now > known.delivered_at + LIFE_MS:
            return TokenState.EXPIRED
        if now > known.delivered_at + life_ms:
            return TokenState.EXPIRED_EARLY
        return TokenState.USABLE

    def use(self, token: str, *, is_answer_lost: bool) -> None:
        known = self._tokens[token]
        known.is_used = True
        known.was_answer_lost = is_answer_lost

    def forgive_uses(self) -> None:
        """Whoever used a token until now cannot have learnt of it."""
        for known in self._tokens.values():
            known.was_answer_lost = known.was_answer_lost or known.is_used
