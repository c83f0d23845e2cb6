"""Whether the sessions of open pages still hold: asked in one go for all of them, each time that pages are told something."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager

from console.sessions import Visitor

FRESH_SECONDS = 1.0
"""So long an answer holds while nothing changes."""

Read = Callable[[Collection[str]], Mapping[str, Visitor]]
"""By the tokens of cookies; those of ended sessions are left out."""


class Attendance:
    """Who is still logged in, of those whose pages follow changes."""

    def __init__(self, fresh_seconds: float = FRESH_SECONDS) -> None:
        self._fresh_seconds = fresh_seconds
        self._tokens: Counter[str] = Counter()
        self._there: Mapping[str, Visitor] = {}
        self._number = -1
        self._read_at = 0.0
        self._lock = threading.Lock()

    @contextmanager
    def of(self, token: str) -> Iterator[None]:
        """Meanwhile a page of this session is open."""
        with self._lock:
            self._tokens[token] += 1
            self._number = -1
        try:
            yield
        finally:
            with self._lock:
                self._tokens[token] -= 1
                self._tokens += Counter()

    def visitor(self, token: str, number: int, read: Read) -> Visitor | None:
        """As it was when the change `number` had been committed, or later. None for a session that has ended."""
        with self._lock:
            if self._number < number or time.monotonic() - self._read_at > self._fresh_seconds:
                self._read_at = time.monotonic()
                self._there, self._number = read(tuple(self._tokens)), number
            return self._there.get(token)
