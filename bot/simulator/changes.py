"""Telling waiting tests and open streams that a chat has changed; holds the one lock of the platform's state."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Listener = Callable[[], None]


class Changes:
    """Whoever reads or writes the platform's state holds `lock`; whoever changed a chat calls `announce` with its key."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._condition = threading.Condition(self.lock)
        self._listeners: defaultdict[str, list[Listener]] = defaultdict(list)

    def announce(self, key: str = "") -> None:
        with self.lock:
            self._condition.notify_all()
            listeners = tuple(self._listeners.get(key, ()))
        for listener in listeners:
            listener()

    def wait_until(self, is_true: Callable[[], bool], timeout: float) -> bool:
        deadline = time.monotonic() + timeout
        with self.lock:
            while not is_true():
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    return False
                # Some truths depend on the clock alone, so nobody announces them.
                self._condition.wait(min(remaining, 0.1))
        return True

    @contextmanager
    def listening(self, key: str, listener: Listener) -> Iterator[None]:
        with self.lock:
            self._listeners[key].append(listener)
        try:
            yield
        finally:
            with self.lock:
                self._listeners[key].remove(listener)
