"""Databases for tests: a fresh one per test, on SQLite and, where TEST_DATABASE_URL names a server, on PostgreSQL too."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

KINDS = ("sqlite", "postgresql")


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
    name = f"madoguchi_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield server.rpartition("/")[0].replace("postgresql://", "postgresql+psycopg://", 1) + f"/{name}"
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
