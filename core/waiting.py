"""Waiting until the process is asked to stop."""

import signal
import threading


def wait_for_stop() -> None:
    """Returns after SIGTERM or SIGINT."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    stopping.wait()
