"""What is dear to make is made once in a run, by the first of its processes that needs it."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

HOME = "MADOGUCHI_TESTS_HOME"
"""Names the folder that all processes of a run share."""
_mine: list[str] = []
_at_the_end: list[Callable[[Path], None]] = []


def begin() -> None:
    """In each process; the first one makes the folder, and the workers that it starts are told of it."""
    if HOME not in os.environ:
        os.environ[HOME] = tempfile.mkdtemp(prefix="madoguchi-run-")
        _mine.append(os.environ[HOME])


def end() -> None:
    """In each process; the folder goes with the one that made it."""
    for home in _mine:
        for tidy in _at_the_end:
            tidy(Path(home))
        shutil.rmtree(home, ignore_errors=True)
        os.environ.pop(HOME, None)
    _mine.clear()


def at_the_end(tidy: Callable[[Path], None]) -> Callable[[Path], None]:
    """Called with the folder before it goes, in the process that made it."""
    _at_the_end.append(tidy)
    return tidy


def made_once(name: str, make: Callable[[Path], None]) -> Path:
    """A folder that `make` has filled, here or in another process; to be read and copied only."""
    begin()
    home = Path(os.environ[HOME])
    folder, coming = home / name, home / f"{name}.coming"
    with (home / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            shutil.rmtree(coming, ignore_errors=True)  # Of somebody who failed.
            coming.mkdir()
            make(coming)
            coming.rename(folder)
    return folder
