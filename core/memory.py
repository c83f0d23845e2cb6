"""How the process takes memory from the system."""

import contextlib
import ctypes

M_ARENA_MAX = -8
"""glibc's malloc.h."""
ARENAS = 2


def share_memory_among_threads() -> None:
    """To be called before threads begin. With an arena for each thread, what one has freed is of no use to the others.

    Another C library than glibc is left as it is.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)
