"""How the process takes memory from the system."""

import contextlib
import ctypes
from collections.abc import Callable
from pathlib import Path

M_ARENA_MAX = -8
"""glibc's malloc.h."""
ARENAS = 2
MADV_DONTNEED = 4
"""Linux's mman.h: pages of a file are read from it again when they are needed."""
SHARED, CODE = "r--s", "r-xp"
"""Permissions in /proc/self/maps: of a file that is read by everybody, and of a library's code."""
MAPS = Path("/proc/self/maps")


def share_memory_among_threads() -> None:
    """To be called before threads begin. With an arena for each thread, what one has freed is of no use to the others.

    Another C library than glibc is left as it is.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)


def release_memory(*read_only_files: str) -> None:
    """To be called once what happens only at start is done: gives back what that freed, code that it ran, pages of these files."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
    _give_back(lambda permissions, path: permissions == CODE or (permissions == SHARED and path.name in read_only_files))


def release_pages(*read_only_files: str) -> None:
    """Gives back the pages of mapped files of these names.

    Making indexes, learning and many different questions look up words all over the dictionary, few of which are asked about again. Pages
    that are needed again come from the system's cache within microseconds, as long as it has room for them.
    """
    _give_back(lambda permissions, path: permissions == SHARED and path.name in read_only_files)


def _give_back(is_meant: Callable[[str, Path], bool]) -> None:
    """Only what nobody can have written to, so that it can always be read from its file again."""
    with contextlib.suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        for line in MAPS.read_text(encoding="utf-8").splitlines():
            bounds, permissions, _, _, _, *path = line.split(maxsplit=5)
            if path and path[0].startswith("/") and is_meant(permissions, Path(path[0])):
                start, end = (int(bound, 16) for bound in bounds.split("-"))
                library.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), MADV_DONTNEED)
