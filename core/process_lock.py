"""Sees to it that only one process does what only one may do: run the embedded queue, hold an embedded index."""

import fcntl
import os
from pathlib import Path
from typing import IO

from sqlalchemy import text

from core.database import Database
from core.errors import AlreadyRunningError
from core.settings import Settings
from core.texts import say

ADVISORY_LOCK = 0x6D61646F
"""Any number, the same for all processes."""


class ProcessLock:
    """Held until `release` or the end of the process, however it ends."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "madoguchi.lock"
        self._file: IO[str] | None = None

    def acquire(self) -> None:
        """Raises AlreadyRunningError with what to set."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            other = file.read().strip()
            file.close()
            raise AlreadyRunningError(say("lock.folder", folder=self._path.parent, process=other or "?")) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class QueueLock:
    """One process runs the embedded queue on a PostgreSQL database."""

    def __init__(self, database: Database) -> None:
        self._connection = database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._connection.detach()  # The lock lives as long as its connection, which must not go back to the pool.

    def acquire(self) -> None:
        """Raises AlreadyRunningError with what to set."""
        if not self._connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": ADVISORY_LOCK}):
            self._connection.close()
            raise AlreadyRunningError(say("lock.queue"))

    def release(self) -> None:
        self._connection.close()


def hold_locks(settings: Settings, database: Database, *, runs_jobs: bool) -> tuple[ProcessLock | QueueLock, ...]:
    """The locks that a serving process needs in its deployment. Raises AlreadyRunningError."""
    locks: list[ProcessLock | QueueLock] = []
    folders = [settings.data_dir] if settings.chroma_url is None else []
    if settings.is_embedded:
        folders.append(Path(settings.database.removeprefix("sqlite:///")).parent)
    locks += [ProcessLock(folder) for folder in dict.fromkeys(folder.resolve() for folder in folders)]
    if not settings.is_embedded and runs_jobs:
        locks.append(QueueLock(database))
    for lock in locks:
        lock.acquire()
    return tuple(locks)


def require_grown(settings: Settings) -> None:
    """A worker beside a serving process needs a database and an index that several processes may use."""
    if settings.is_embedded or settings.chroma_url is None:
        raise AlreadyRunningError(say("lock.worker"))
