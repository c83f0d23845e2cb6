"""Rows that were written once and are copied from then on, which takes less time than writing them."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Integer

from core.database import Database
from tests.all_models import METADATA
from tests.databases import FILLED, TABLES, lasting_folder

NAMES = [f'"{table.name}"' for table in METADATA.sorted_tables]
NUMBERED = {f'"{table.name}"' for table in METADATA.sorted_tables if "id" in table.c and isinstance(table.c["id"].type, Integer)}
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
    statements = []
    for table in _filled[name]:
        statements.append(f'INSERT INTO public.{table} SELECT * FROM "{name}".{table}')
        if table in NUMBERED:
            statements.append(f"SELECT setval(pg_get_serial_sequence('public.{table}', 'id'), (SELECT MAX(id) FROM public.{table}))")
    with database.engine.begin() as connection:
        filled = {row[0] for row in connection.exec_driver_sql(FILLED)}
        # On small tables DELETE is far quicker than TRUNCATE, which makes new files.
        deletes = [f'DELETE FROM public."{table}"' for table in TABLES if table in filled]
        connection.exec_driver_sql(";".join([*deletes, *statements]))


def _path(database: Database) -> Path:
    return Path(database.engine.url.database or "")


def _copy(source: Path, target: Path) -> None:
    """Though somebody may be connected."""
    with sqlite3.connect(source) as one, sqlite3.connect(target) as other:
        one.backup(other)
    one.close()
    other.close()
