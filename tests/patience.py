"""How long tests wait for what happens in other threads, processes and browsers, before they call it lost."""

import time
from collections.abc import Callable

PATIENCE = 60.0
"""Seconds. Only a test that fails takes as long, so a machine that is busy with something else may be slow."""


def soon(holds: Callable[[], object], what: str = "it did not come to pass", pause: float = 0.01) -> None:
    """Returns once it holds."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(pause)
