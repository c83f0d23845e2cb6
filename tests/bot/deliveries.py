"""LINE's deliveries, signed, and the way to hand them to the webhook without a server."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any

from bot.webhook import Webhook

SECRET = "a channel secret of 32 characters"


def event(number: int = 1, **more: Any) -> dict[str, Any]:  # Any: JSON.
    """A text message as LINE delivers it."""
    return {
        "type": "message",
        "mode": "active",
        "timestamp": 1_795_000_000_000 + number,
        "source": {"type": "user", "userId": "U4af4980629"},
        "webhookEventId": f"01H{number:023d}",
        "deliveryContext": {"isRedelivery": False},
        "replyToken": f"token{number}",
        "message": {"type": "text", "id": f"{number}", "text": "犬の登録"},
        **more,
    }


def body_of(*events: object) -> bytes:
    return json.dumps({"destination": "Uffffffff", "events": list(events)}, ensure_ascii=False).encode()


def signature_of(body: bytes, secret: str = SECRET) -> bytes:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())


async def post(
    webhook: Webhook,
    body: bytes,
    *,
    headers: Sequence[tuple[bytes, bytes]] | None = None,
    path: str = "/webhook/shiomi",
    method: str = "POST",
    chunk: int | None = None,
) -> int:
    """The status; signed rightly unless `headers` says otherwise, in one piece unless `chunk` gives a size."""
    step = chunk or max(1, len(body))
    pieces = [body[start : start + step] for start in range(0, len(body), step)] or [b""]
    messages = [{"type": "http.request", "body": piece, "more_body": place < len(pieces) - 1} for place, piece in enumerate(pieces)]
    sent: list[Any] = []  # Any: ASGI messages.

    async def receive() -> dict[str, object]:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message: object) -> None:
        sent.append(message)

    signed = [(b"x-line-signature", signature_of(body))] if headers is None else headers
    await webhook({"type": "http", "path": path, "method": method, "headers": signed}, receive, send)
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    return int(sent[0]["status"])


def delivered(webhook: Webhook, body: bytes, **more: Any) -> int:  # Any: the options of `post`.
    return asyncio.run(post(webhook, body, **more))
