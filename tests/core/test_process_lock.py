"""What one process may do, a second one is refused, with what to set."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.database import Database
from core.errors import AlreadyRunningError
from core.process_lock import ProcessLock, QueueLock, hold_locks, require_grown
from core.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
HOLDER = """
import sys
from pathlib import Path
from core.process_lock import ProcessLock
lock = ProcessLock(Path(sys.argv[1]))
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def another_process_holds(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_second_process_is_refused_until_the_first_has_ended(tmp_path: Path) -> None:
    with another_process_holds(tmp_path) as process:
        with pytest.raises(AlreadyRunningError, match=rf"プロセス {process.pid} が.*DATABASE_URL"):
            ProcessLock(tmp_path).acquire()
        process.kill()
        process.wait()
        ProcessLock(tmp_path).acquire()


def test_released_lock_is_free_and_another_folder_always_was(tmp_path: Path) -> None:
    lock = ProcessLock(tmp_path / "data")
    lock.acquire()
    ProcessLock(tmp_path / "other").acquire()
    with pytest.raises(AlreadyRunningError):
        ProcessLock(tmp_path / "data").acquire()
    lock.release()
    ProcessLock(tmp_path / "data").acquire()
    lock.release()


@pytest.fixture
def grown(emptied: Database) -> Database:
    if emptied.is_sqlite:
        pytest.skip("only PostgreSQL has advisory locks")
    return emptied


def test_second_queue_on_one_postgresql_database_is_refused_until_the_first_lets_go(grown: Database) -> None:
    """Letting go used to give the connection back to the pool, where it kept the lock."""
    other = Database(grown.url)
    lock = QueueLock(grown)
    lock.acquire()
    with pytest.raises(AlreadyRunningError, match="--workers 0"):
        QueueLock(other).acquire()
    lock.release()
    second = QueueLock(other)
    second.acquire()
    second.release()
    other.close()


@pytest.mark.parametrize(
    ("database_url", "chroma_url", "runs_jobs", "held"),
    [
        (None, None, True, ["ProcessLock"]),
        (None, "http://chroma", True, ["ProcessLock"]),
        ("grown", None, True, ["ProcessLock", "QueueLock"]),
        ("grown", "http://chroma", True, ["QueueLock"]),
        ("grown", "http://chroma", False, []),
    ],
)
def test_each_deployment_holds_what_it_needs(
    tmp_path: Path, emptied: Database, database_url: str | None, chroma_url: str | None, runs_jobs: bool, held: list[str]
) -> None:
    if emptied.is_sqlite == (database_url is not None):
        pytest.skip("the other kind of database")
    settings = Settings(data_dir=tmp_path, database_url=emptied.url if database_url else None, chroma_url=chroma_url)
    locks = hold_locks(settings, emptied, runs_jobs=runs_jobs)
    assert [type(lock).__name__ for lock in locks] == held
    for lock in locks:
        lock.release()


@pytest.mark.parametrize(
    ("database_url", "chroma_url", "is_refused"),
    [(None, None, True), (None, "http://c", True), ("postgresql://h/d", None, True), ("postgresql://h/d", "http://c", False)],
)
def test_worker_beside_embedded_parts_is_refused(database_url: str | None, chroma_url: str | None, is_refused: bool) -> None:
    settings = Settings(database_url=database_url, chroma_url=chroma_url)
    if is_refused:
        with pytest.raises(AlreadyRunningError, match=r"DATABASE_URL.*CHROMA_URL"):
            require_grown(settings)
    else:
        require_grown(settings)
