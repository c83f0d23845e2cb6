"""How much one caller may ask for: requests in a time, bytes of a body. Counted in this process alone."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.application_api.problems import HEADERS, document

PER_SECOND = 10.0
BURST = 100.0
"""A robot reads a thousand applications in two minutes and is never stopped at the usual pace."""
FAILURES_PER_SECOND = 1 / 6
FAILURES_AT_ONCE = 20.0
REMEMBERED = 10_000
LARGEST_BODY = 64 * 1024
ENCODED_HEADERS = [(name.encode(), value.encode()) for name, value in HEADERS.items()]


class Bucket:
    """Requests by key; each fills up again with time. `take` says how many seconds are to be waited: 0 where it may go on."""

    def __init__(self, per_second: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second, self._burst, self._clock = per_second, burst, clock
        self._levels: OrderedDict[object, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: object) -> float:
        with self._lock:
            now = self._clock()
            level, at = self._levels.pop(key, (self._burst, now))
            level = min(self._burst, level + (now - at) * self._per_second)
            is_taken = level >= 1
            self._levels[key] = (level - 1 if is_taken else level, now)
            while len(self._levels) > REMEMBERED:
                self._levels.popitem(last=False)
            return 0.0 if is_taken else (1 - level) / self._per_second


class ApiGuard:
    """Answers 413 before a large body is read, and keeps what the API says out of caches."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}
                more = [(name, value) for name, value in ENCODED_HEADERS if name not in present]
                message["headers"] = [*message["headers"], *more]
            await send(message)

        parts: list[Message] = []
        size = 0
        while True:
            message = await receive()
            size += len(message.get("body", b""))
            if size > LARGEST_BODY:
                await document("large", 413)(scope, receive, send)
                return
            parts.append(message)
            if not message.get("more_body", False):
                break

        async def again() -> Message:
            return parts.pop(0) if parts else await receive()

        await self.app(scope, again, send_guarded)
