"""Leaving a service alone for a while after it has failed several times in a row."""

import threading
import time
from collections.abc import Callable


class Circuit:
    """Open means: do not ask. One per process and service, safe for threads; `clock` gives monotonic seconds."""

    def __init__(self, *, failures: int = 3, rest_seconds: float = 60.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._failures = failures
        self._rest_seconds = rest_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._closed_again_at: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether the service is being left alone."""
        with self._lock:
            return self._closed_again_at is not None and self._clock() < self._closed_again_at

    def may_ask(self) -> bool:
        """Takes the permission: after the rest one caller tries, and the others go on waiting until it has told how that went."""
        with self._lock:
            if self._closed_again_at is None:
                return True
            if self._clock() < self._closed_again_at:
                return False
            self._closed_again_at = self._clock() + self._rest_seconds
            return True

    def succeeded(self) -> None:
        """The service answered."""
        with self._lock:
            self._in_a_row = 0
            self._closed_again_at = None

    def failed(self) -> None:
        """The service did not answer, or not in a way that could be used."""
        with self._lock:
            self._in_a_row += 1
            if self._in_a_row >= self._failures:
                self._closed_again_at = self._clock() + self._rest_seconds
