"""The LINE channel as turns see it: parsing stored events, rendering replies, showing that we think, remembering addresses."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy.orm import Session

from bot.incoming import Bubble
from bot.line.addresses import remember
from bot.line.client import LineClient
from bot.line.parsing import parse_event
from bot.line.rendering import RenderedMessage, render
from bot.loading import StoredEvent
from bot.taps import TapSigner
from core.alarms import Alarms
from core.encryption import Cipher
from core.messages import Reply, TapValue

THINKING_AFTER = timedelta(seconds=1)
LOADING_SECONDS = 20

__all__ = ["LineChannel", "RenderedMessage"]


class LineChannel:
    """Safe to share between threads."""

    def __init__(self, cipher: Cipher, signers: Callable[[str], TapSigner], clients: Callable[[str], LineClient]) -> None:
        self._cipher = cipher
        self._signers = signers
        self._clients = clients
        self._alarms = Alarms()

    def parse(self, event: StoredEvent) -> Bubble:
        return parse_event(
            self._json(event),
            event_id=event.id,
            occurred_at=event.occurred_at,
            received_at=event.received_at,
            signer=self._signers(event.municipality_id),
        )

    def render(self, reply: Reply, municipality_id: str) -> Sequence[RenderedMessage]:
        """Raises MessageLimitError."""
        return render(reply, self._signers(municipality_id))

    def remember_address(self, session: Session, conversation_id: int, event: StoredEvent) -> None:
        source = self._json(event).get("source") or {}
        line_id = next((source[name] for name in ("groupId", "roomId", "userId") if source.get(name)), None)
        if isinstance(line_id, str):
            remember(session, event.municipality_id, conversation_id, line_id)

    def own_tap(self, municipality_id: str, value: TapValue) -> bytes:
        """The payload of an event that is ours: something that was done outside the talk and goes on in it, as if it had been tapped."""
        data = self._signers(municipality_id).encode(value)
        return self._cipher.encrypt(orjson.dumps({"type": "postback", "source": {"type": "user"}, "postback": {"data": data}}))

    @contextmanager
    def thinking(self, municipality_id: str, event: StoredEvent, waited: timedelta) -> Iterator[None]:
        """Shows LINE's loading animation when the answer takes longer than a second, counted from the event's arrival."""
        document = self._json(event)
        source = document.get("source") or {}
        user_id = source.get("userId")
        if source.get("type") != "user" or not isinstance(user_id, str) or not document.get("replyToken"):
            yield
            return
        client = self._clients(municipality_id)
        delay = max(0.0, (THINKING_AFTER - waited).total_seconds())
        with self._alarms.after(delay, lambda: client.show_loading(user_id, LOADING_SECONDS)):
            yield

    def _json(self, event: StoredEvent) -> dict[str, Any]:  # Any: JSON as LINE sent it.
        if event.payload is None:
            return {}
        document = orjson.loads(self._cipher.decrypt(event.payload))
        return document if isinstance(document, dict) else {}
