"""Databases for tests: a fresh one per test, on SQLite and, where TEST_DATABASE_URL names a server, on PostgreSQL too.

Migrating takes longer than most tests, so one database of each kind is migrated in a run, and copied. PostgreSQL takes its time for
copying, too: what a test gives back is emptied for the next.
"""

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from core.database import Database
from core.migrating import migrate
from tests import once
from tests.all_models import METADATA
from tests.engines import close_connections, open_backends

KINDS = ("sqlite", "postgresql")
TEMPLATE_NAME = "name-of-the-template"
ALONE = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid <> ALL(%s)
"""
TABLES = tuple(table.name for table in reversed(METADATA.sorted_tables))
FILLED = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM \"{table}\")" for table in TABLES)
"""Of all tables, those that have rows: most tests fill a few."""
FROM_THE_BEGINNING = """
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) FROM pg_sequences WHERE last_value IS NOT NULL
"""


def require(is_there: bool, what: str) -> None:
    """Skips with a reason on a newcomer's machine, fails where everything must be there."""
    if is_there:
        return
    if os.environ.get("REQUIRE_ALL_PARTS"):
        pytest.fail(f"{what} is needed here and missing")
    pytest.skip(f"{what} is not there")


def server_url() -> str | None:
    """Of a PostgreSQL server with the right to create databases."""
    url = os.environ.get("TEST_DATABASE_URL")
    return url.replace("postgresql+psycopg://", "postgresql://", 1) if url else None


@contextmanager
def fresh_database_url(kind: str, folder: Path) -> Iterator[str]:
    """The address of an empty database that is gone afterwards."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'test.sqlite'}"
        return
    server = server_url()
    require(server is not None, "PostgreSQL (TEST_DATABASE_URL)")
    assert server is not None
    name = _create(server)
    try:
        yield _url_of(server, name)
    finally:
        _dropping.submit(_drop, server, name)


@contextmanager
def migrated_database_url(kind: str, folder: Path) -> Iterator[str]:
    """The address of a migrated database without rows that is gone afterwards."""
    if kind == "sqlite":
        yield f"sqlite:///{migrated_file(folder)}"
        return
    server = server_url()
    require(server is not None, "PostgreSQL (TEST_DATABASE_URL)")
    assert server is not None
    name = _emptied(server, _given_back.pop()) if _given_back else _copy(server)
    try:
        yield _url_of(server, name)
    finally:
        _given_back.append(name)


def migrated_file(folder: Path, name: str = "test.sqlite") -> Path:
    """A migrated database of SQLite without rows."""
    return Path(shutil.copy(_template_file(), folder / name))


def lasting_folder() -> Path:
    """For what all tests of this process share; gone when it ends."""
    folder = Path(tempfile.mkdtemp(prefix="madoguchi-tests-"))
    _at_end.append(lambda: shutil.rmtree(folder, ignore_errors=True))
    return folder


def _template_file() -> Path:
    return once.made_once("migrated", lambda folder: _migrate(f"sqlite:///{folder / 'template.sqlite'}")) / "template.sqlite"


def _template_database(server: str) -> str:
    def make(folder: Path) -> None:
        name = _create(server)
        (folder / TEMPLATE_NAME).write_text(name, "utf-8")
        _migrate(_url_of(server, name))

    return (once.made_once("migrated-postgresql", make) / TEMPLATE_NAME).read_text("utf-8")


@once.at_the_end
def _drop_templates(home: Path) -> None:
    server = server_url()
    for found in home.glob(f"*/{TEMPLATE_NAME}") if server is not None else ():
        _drop(server, found.read_text("utf-8"))


def _migrate(url: str) -> None:
    database = Database(url)
    migrate(database)
    database.close()  # With the last connection SQLite brings everything into the file.
    close_connections(url)


def _url_of(server: str, name: str) -> str:
    return server.rpartition("/")[0].replace("postgresql://", "postgresql+psycopg://", 1) + f"/{name}"


def _copy(server: str) -> str:
    name = _create(server, template=_template_database(server))
    _at_end.append(lambda: _drop(server, name))
    return name


def _emptied(server: str, name: str) -> str:
    """As it was when it was made: no rows, numbers from the beginning, nobody connected but for what the next engine takes over."""
    if name not in _tidying:
        _tidying[name] = psycopg.connect(f"{server.rpartition('/')[0]}/{name}", autocommit=True)
    connection = _tidying[name]
    connection.execute(ALONE, [open_backends(_url_of(server, name))], prepare=True)
    filled = {row[0] for row in connection.execute(FILLED, prepare=True)}
    connection.execute(";".join(f'DELETE FROM "{table}"' for table in TABLES if table in filled))
    connection.execute(FROM_THE_BEGINNING, prepare=True)
    return name


def _create(server: str, template: str = "template1") -> str:
    name = f"madoguchi_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        # No test pulls the plug of the server.
        connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    return name


def _drop(server: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def tidy_up() -> None:
    """At the end of a process. What tests have left to be dropped is dropped behind them, because the server takes its time for it."""
    _dropping.shutdown()
    for tidy in _at_end:
        tidy()


_dropping = ThreadPoolExecutor(1, thread_name_prefix="drop-databases")
_at_end: list[Callable[[], None]] = []
_given_back: list[str] = []
_tidying: dict[str, psycopg.Connection[Any]] = {}
"""By database, the connection by which it is emptied."""
