"""Whether turns stand in line so long that each must be short."""

import threading
from collections import deque
from datetime import timedelta

LATEST = 8
LONGEST_WAIT = timedelta(seconds=0.2)


class Crowd:
    """How long the latest turns waited until they were taken up. Safe for threads.

    The shortest of several waits tells of a standing line: one resident's messages, which wait for each other, keep nobody else waiting.
    """

    def __init__(self) -> None:
        self._waits: deque[timedelta] = deque(maxlen=LATEST)
        self._lock = threading.Lock()

    def note(self, wait: timedelta) -> bool:
        """A turn is taken up after `wait`; whether there is a crowd. It is gone with the first turn that hardly waited."""
        with self._lock:
            self._waits.append(wait)
            return len(self._waits) == LATEST and min(self._waits) > LONGEST_WAIT
