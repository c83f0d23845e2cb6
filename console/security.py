"""What protects every answer and every request of the console: headers, a limit for bodies, same-origin checks, safe ways back."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.media_kinds import LARGEST
from faq.documents.limits import SIZE_LIMIT

MAX_BODY = 512 * 1024
MAX_GUIDE_BODY = 4 * 1024 * 1024
"""A guide as the field of a form takes up to nine bytes a character, or three in a form with files."""
MAX_UPLOAD = SIZE_LIMIT + 64 * 1024
MAX_ATTACHMENT = max(LARGEST.values()) + 64 * 1024
REPLY = re.compile(r"/cases/[0-9]+/messages")
PREFIX = "/console"

HEADERS = {
    "content-security-policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Without any referrer browsers would send `Origin: null` with forms, which the check below refuses.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
ENCODED_HEADERS = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
SAFE_PATH = re.compile(r"/console(/[^\\\x00-\x20\x7f]*)?")


class TooLargeError(HTTPException):
    """The body is larger than any form of ours."""

    def __init__(self) -> None:
        super().__init__(413)


class Guard:
    """Puts the security headers on every answer, keeps pages out of caches, and stops reading a body that is too large."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        size, limit = 0, body_limit(scope)

        async def receive_limited() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > limit:
                raise TooLargeError()
            return message

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message["headers"])
                if not any(name == b"cache-control" for name, _ in headers):
                    headers.append((b"cache-control", b"no-store"))
                message["headers"] = [*headers, *ENCODED_HEADERS]
            await send(message)

        await self.app(scope, receive_limited, send_guarded)


def body_limit(scope: Scope) -> int:
    """Bytes that a form may have: few pages take a document, the text of a guide, or a file for a resident."""
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    if path == "/new-guide":
        return MAX_UPLOAD
    if REPLY.fullmatch(path):
        return MAX_ATTACHMENT
    return MAX_GUIDE_BODY if path == "/new-guide/keep" or path.startswith("/content/") else MAX_BODY


def is_same_origin(headers: Mapping[str, str], public_url: str | None) -> bool:
    """Whether a form was sent by one of our pages, as far as the browser says; without its word the form's token alone decides."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    if origin is None:
        return True
    if public_url is not None and origin == public_url:
        return True
    return urlsplit(origin).netloc == headers.get("host")


def safe_way_back(path: str | None) -> str:
    """A path within the console, or its start page; never another site, and never the login itself."""
    if path is None or not SAFE_PATH.fullmatch(path) or "//" in urlsplit(path).path:
        return f"{PREFIX}/"
    return f"{PREFIX}/" if path.startswith((f"{PREFIX}/login", f"{PREFIX}/logout")) else path
