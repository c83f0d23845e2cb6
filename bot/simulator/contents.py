"""Photos, videos, sound and files that residents sent, while the platform keeps them."""

from dataclasses import dataclass
from enum import StrEnum

LIFE_MS = 14 * 24 * 60 * 60_000


class ContentState(StrEnum):
    READY = "ready"
    PENDING = "pending"
    GONE = "gone"
    MISSING = "missing"


@dataclass(kw_only=True)
class Content:
    data: bytes
    media_type: str
    message_type: str
    received_at: int
    name: str | None = None
    times_pending: int = 0
    is_unsent: bool = False


class Contents:
    """The contents of one account's chats by message id; the caller holds the platform's lock."""

    def __init__(self) -> None:
        self._contents: dict[str, Content] = {}

    def keep(self, message_id: str, content: Content) -> None:
        self._contents[message_id] = content

    def find(self, message_id: str) -> Content | None:
        return self._contents.get(message_id)

    def mark_unsent(self, message_id: str) -> None:
        """The bytes go at once; that they were once there is remembered, for the answer 410."""
        content = self._contents.setdefault(message_id, Content(data=b"", media_type="", message_type="", received_at=0))
        content.is_unsent = True
        content.data = b""

    def state(self, message_id: str, *, now: int, asks: bool = True) -> ContentState:
        """Asking counts: a content that is still being prepared is ready after it has been asked for often enough."""
        content = self._contents.get(message_id)
        if content is None:
            return ContentState.MISSING
        if content.is_unsent:
            return ContentState.GONE
        if now > content.received_at + LIFE_MS:
            return ContentState.MISSING
        if content.times_pending > 0:
            content.times_pending -= 1 if asks else 0
            return ContentState.PENDING
        return ContentState.READY
