"""Inserting many rows by few statements, where building and checking one row at a time would cost more than storing it."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import JSON, Table
from sqlalchemy.orm import Session

from core.statements import driver_of

LARGEST = 128
"""Rows of one statement. Statements of every number of rows up to it stay prepared on the connection."""

Rows = Sequence[tuple[object, ...]]


def bulk_insert(
    session: Session, table: Table, columns: tuple[str, ...], rows: Rows, *, unique: tuple[str, ...] = (), returning: tuple[str, ...] = ()
) -> Sequence[tuple[Any, ...]]:  # Any: the types of the returned columns.
    """Values in the order of `columns`, for JSON columns anything that JSON knows. Of rows that collide on `unique` only new ones are
    inserted and returned."""
    driver = driver_of(session)
    json_places = tuple(place for place, name in enumerate(columns) if isinstance(table.c[name].type, JSON))
    found: list[tuple[Any, ...]] = []
    for start in range(0, len(rows), LARGEST):
        part = rows[start : start + LARGEST]
        statement = _statement(table, columns, unique, returning, driver.dialect.name, len(part))
        values: list[object] = []
        for row in part:
            values += row if not json_places else _with_json(row, json_places)
        cursor = driver.execute(statement, values)
        if returning:
            found += cursor.fetchall()
        cursor.close()
    return found


def _with_json(row: tuple[object, ...], places: tuple[int, ...]) -> list[object]:
    return [orjson.dumps(value).decode() if place in places else value for place, value in enumerate(row)]


@lru_cache(maxsize=1024)
def _statement(
    table: Table, columns: tuple[str, ...], unique: tuple[str, ...], returning: tuple[str, ...], dialect: str, count: int
) -> str:
    mark = "?" if dialect == "sqlite" else "%s"
    cells = [f"{mark}::jsonb" if dialect != "sqlite" and isinstance(table.c[name].type, JSON) else mark for name in columns]
    places = ", ".join([f"({', '.join(cells)})"] * count)
    statement = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES {places}"  # noqa: S608  # Names of our own tables.
    if unique:
        statement += f" ON CONFLICT ({', '.join(unique)}) DO NOTHING"
    if returning:
        statement += f" RETURNING {', '.join(returning)}"
    return statement
