"""Failed logins of the last minutes, counted per login and per address, so that passwords can't be tried out."""

import threading
from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=15)
MOST_PER_LOGIN = 8
MOST_PER_ADDRESS = 40
"""A town hall may stand behind one address."""
MOST_KEYS = 20_000


class FailedAttempts:
    """A moving window in the memory of this process; a restart forgets it, several processes count each for itself."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures: dict[str, deque[datetime]] = {}

    def is_blocked(self, login: str, address: str, now: datetime) -> bool:
        """`login` names one account, municipality included."""
        with self._lock:
            limits = (("login:" + login, MOST_PER_LOGIN), ("address:" + address, MOST_PER_ADDRESS))
            return any(len(self._recent(key, now)) >= most for key, most in limits)

    def count(self, login: str, address: str, now: datetime) -> None:
        with self._lock:
            if len(self._failures) >= MOST_KEYS:
                self._forget(list(self._failures), now)
            for key in ("login:" + login, "address:" + address):
                self._failures.setdefault(key, deque(maxlen=MOST_PER_ADDRESS)).append(now)

    def forgive(self, login: str) -> None:
        """The right password was given."""
        with self._lock:
            self._failures.pop("login:" + login, None)

    def _recent(self, key: str, now: datetime) -> deque[datetime]:
        failures = self._failures.get(key, deque())
        while failures and now - failures[0] >= WINDOW:
            failures.popleft()
        return failures

    def _forget(self, keys: Iterable[str], now: datetime) -> None:
        for key in keys:
            if not self._recent(key, now):
                del self._failures[key]
        # Under a flood of made-up logins the oldest half goes; the counts per address are what stops the flood.
        for key in list(self._failures)[: max(0, len(self._failures) - MOST_KEYS // 2)]:
            del self._failures[key]
