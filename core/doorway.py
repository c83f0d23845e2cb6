"""The door of a serving process: it answers /livez at once, builds the product behind itself, and opens when that is ready."""

import os
import signal
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

import structlog

from core.errors import ProjectError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

log = structlog.get_logger()


class Building(Protocol):
    """What stands behind the door once it is built."""

    application: Application

    def opened(self) -> None:
        """Called once requests get through: for work that needs the door to be open."""

    def stopping(self) -> None:
        """Called when the server begins to stop: answers that would go on for ever end now."""

    def close(self) -> None:
        """Finishes what is in hand and lets go of everything."""


class Doorway:
    """An ASGI application. `build` runs in a thread; when it fails the process ends, and `failure` says why."""

    def __init__(self, build: Callable[[], Building]) -> None:
        self._build = build
        self._building: Building | None = None
        self._thread: threading.Thread | None = None
        self.failure: BaseException | None = None

    @property
    def is_ready(self) -> bool:
        return self._building is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["path"] == "/livez":
            await _say(send, 200, b"alive\n")
        elif self._building is None:
            await _say(send, 503, b"not ready\n")
        elif scope["path"] == "/readyz":
            await _say(send, 200, b"ready\n")
        else:
            await self._building.application(scope, receive, send)

    def stopping(self) -> None:
        if self._building is not None:
            self._building.stopping()

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._thread = threading.Thread(target=self._warm, name="build", daemon=True)
                self._thread.start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                self._close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _warm(self) -> None:
        try:
            self._building = self._build()
            self._building.opened()
        except Exception as error:  # noqa: BLE001  # Whatever is wrong, the process must not stay alive without ever being ready.
            self.failure = error
            if not isinstance(error, ProjectError):
                log.error("start_failed", error=f"{type(error).__name__}: {error}")
            # After SIGTERM uvicorn stops and then raises it again, and the process would end before it has said why.
            os.kill(os.getpid(), signal.SIGINT)

    def _close(self) -> None:
        if self._thread is not None:
            self._thread.join(timeout=30)
        if self._building is not None:
            self._building.close()


async def _say(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    if status == 503:
        headers.append((b"retry-after", b"1"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
