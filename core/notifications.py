"""Hearing of changes that other processes commit: a connection of its own that listens to PostgreSQL's notifications."""

import threading

import psycopg
import structlog
from sqlalchemy import make_url

from core.changes import NOTIFICATIONS, wake_listeners

STOP_SECONDS = 1.0
"""How long a stop may take to be noticed."""
LONGEST_REST = 10.0

log = structlog.get_logger()


class Notifications:
    """Wakes the listeners of this process. While the connection is lost nothing is missed, only later: they ask by themselves, too."""

    def __init__(self, url: str) -> None:
        self._address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="notifications", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(5 * STOP_SECONDS)

    def _listen(self) -> None:
        rest = 0.5
        while not self._stopping.is_set():
            try:
                with psycopg.connect(self._address, autocommit=True, connect_timeout=10) as connection:
                    connection.execute(f"LISTEN {NOTIFICATIONS}")
                    # What was committed while nobody listened.
                    wake_listeners()
                    rest = 0.5
                    while not self._stopping.is_set():
                        for _ in connection.notifies(timeout=STOP_SECONDS, stop_after=1):
                            wake_listeners()
            except psycopg.OperationalError as error:
                log.warning("notifications_lost", error=type(error).__name__)
                self._stopping.wait(rest)
                rest = min(2 * rest, LONGEST_REST)
