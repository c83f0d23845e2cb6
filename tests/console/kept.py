"""Rows that were written once and are copied from then on, which takes less time than writing them."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psycopg

from core.database import Database
from tests.all_models import METADATA
from tests.databases import lasting_folder

NAMES = [f'"{table.name}"' for table in METADATA.sorted_tables]
Told = TypeVar("Told")
_told: dict[tuple[str, str], object] = {}
_files: dict[str, Path] = {}
_filled: dict[str, list[str]] = {}


def written_once(database: Database, name: str, write: Callable[[], Told]) -> Told:
    """What `write` tells of a database to which nothing else was done; from the second time on its rows are copied."""
    place = name, "sqlite" if database.is_sqlite else database.engine.url.database or ""
    if place in _told:
        restore(database, name)
    else:
        _told[place] = write()
        keep(database, name)
    return _told[place]  # type: ignore[return-value]


def keep(database: Database, name: str) -> None:
    """All rows as they are now: in a file, or in a schema beside them, because making a database of PostgreSQL takes a second."""
    if database.is_sqlite:
        _files[name] = lasting_folder() / f"{name}.sqlite"
        _copy(_path(database), _files[name])
        return
    with database.engine.begin() as connection:
        connection.exec_driver_sql(f'CREATE SCHEMA "{name}"')
        for table in NAMES:
            if connection.exec_driver_sql(f"SELECT EXISTS (SELECT FROM public.{table})").scalar():
                connection.exec_driver_sql(f'CREATE TABLE "{name}".{table} AS TABLE public.{table}')
                _filled.setdefault(name, []).append(table)


def restore(database: Database, name: str) -> None:
    if database.is_sqlite:
        _copy(_files[name], _path(database))
        return
    # On small tables DELETE is far quicker than TRUNCATE, which makes new files.
    statements = [f"DELETE FROM public.{table}" for table in reversed(NAMES)]
    statements += [f'INSERT INTO public.{table} SELECT * FROM "{name}".{table}' for table in _filled[name]]
    with psycopg.connect(database.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute(";".join(statements))


def _path(database: Database) -> Path:
    return Path(database.engine.url.database or "")


def _copy(source: Path, target: Path) -> None:
    """Though somebody may be connected."""
    with sqlite3.connect(source) as one, sqlite3.connect(target) as other:
        one.backup(other)
    one.close()
    other.close()
