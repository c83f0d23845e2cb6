"""The webhook: verify the signature over the raw bytes, store the events with their jobs, answer 200. Nothing slow, no models."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, MutableMapping
from typing import Any

import orjson
import structlog

from bot.inbox import Inbox
from bot.line.inbound import read_body, read_event
from core.doorway import Application, Receive, Scope, Send
from core.metrics import WEBHOOKS

MAX_BODY = 2 * 1024 * 1024

log = structlog.get_logger()

PROBLEMS = {
    400: "The body is not a webhook delivery.",
    401: "The signature is missing or wrong.",
    404: "No such municipality here.",
    405: "A webhook is delivered by POST.",
    413: "The body is larger than 2 MB.",
    503: "The events could not be stored; deliver them again.",
}


COUNTERS = {status: WEBHOOKS.labels(status=str(status)) for status in (200, *PROBLEMS)}


class Webhook:
    """A plain ASGI application under /webhook/{municipality}; the path decides the channel, never `destination`."""

    def __init__(self, inbox: Inbox, secrets: Mapping[str, str]) -> None:
        self._inbox = inbox
        self._secrets = {municipality_id: secret.encode() for municipality_id, secret in secrets.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status = await self._receive(scope, receive)
        COUNTERS[status].inc()
        await _answer(send, status)

    async def _receive(self, scope: Scope, receive: Receive) -> int:
        municipality_id = scope["path"].rpartition("/")[2]
        secret = self._secrets.get(municipality_id)
        if secret is None:
            return 404
        if scope["method"] != "POST":
            return 405
        body = await _read(receive)
        if body is None:
            return 413
        if not is_signed(body, _header(scope, b"x-line-signature"), secret):
            return 401
        try:
            events = read_body(body)
        except ValueError:
            return 400
        if not events:
            return 200
        try:
            await self._inbox.accept(
                municipality_id, [read_event(event, body, place, municipality_id) for place, event in enumerate(events)]
            )
        except Exception as error:  # noqa: BLE001  # LINE delivers again after any answer but 2xx.
            log.error("webhook_not_stored", error=type(error).__name__)
            return 503
        return 200


def is_signed(body: bytes, signature: bytes | None, secret: bytes) -> bool:
    """Whether the header is the HMAC-SHA256 of the raw bytes; takes the same time whatever it holds."""
    expected = base64.b64encode(hmac.new(secret, body, hashlib.sha256).digest())
    return hmac.compare_digest(expected, signature or b"")


async def _read(receive: Receive) -> bytes | None:
    """The whole body, or None as soon as it is too large."""
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        return body if len(body) <= MAX_BODY else None
    parts, size = [body], len(body)
    while message.get("more_body", False) and size <= MAX_BODY:
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
    return b"".join(parts) if size <= MAX_BODY else None


def _header(scope: Scope, name: bytes) -> bytes | None:
    value: bytes
    for key, value in scope["headers"]:
        if key.lower() == name:
            return value
    return None


def beside_webhooks(webhook: Webhook, rest: Application) -> Application:
    """Webhooks go straight to their route; a web framework's way there would cost more than the route itself."""

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/webhook/"):
            await webhook(scope, receive, send)
        else:
            await rest(scope, receive, send)

    return dispatch


OK: tuple[MutableMapping[str, Any], ...] = (
    {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]},
    {"type": "http.response.body", "body": b""},
)


async def _answer(send: Send, status: int) -> None:
    if status == 200:
        for part in OK:
            await send(dict(part))
        return
    body = orjson.dumps({"type": "about:blank", "status": status, "title": PROBLEMS[status]})
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
