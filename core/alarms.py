"""Doing something after a while unless it is called off before, as it mostly is: one thread waits for all of it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Alarms:
    """Safe for threads. A thread for each alarm would cost more than most turns have to spare."""

    def __init__(self) -> None:
        self._set: dict[int, tuple[float, Callable[[], None]]] = {}
        self._number = 0
        self._changed = threading.Condition()
        self._waits_until = float("inf")
        self._thread: threading.Thread | None = None

    @contextmanager
    def after(self, seconds: float, call: Callable[[], None]) -> Iterator[None]:
        """`call` runs in a thread of its own, unless the block ends before."""
        due = time.monotonic() + seconds
        with self._changed:
            self._number += 1
            number = self._number
            self._set[number] = (due, call)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="alarms", daemon=True)
                self._thread.start()
            elif due < self._waits_until:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._set.pop(number, None)

    def _watch(self) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                for number in [number for number, (due, _) in self._set.items() if due <= now]:
                    threading.Thread(target=self._set.pop(number)[1], name="alarm", daemon=True).start()
                self._waits_until = min((due for due, _ in self._set.values()), default=float("inf"))
                self._changed.wait(None if self._waits_until == float("inf") else self._waits_until - now)
