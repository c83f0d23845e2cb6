"""Engines of tests: what one of them has compiled serves all others of its kind.

Each test opens a database of its own. Without this it would compile every statement anew, which takes most of a short test's time.
"""

from typing import Any

import sqlalchemy
from sqlalchemy import Connection, Dialect, Engine, event
from sqlalchemy.util import LRUCache

from core import database

STATEMENTS = 5000
_known: dict[str, tuple[Dialect, LRUCache[Any, Any]]] = {}


def share_compiled_statements() -> None:
    """For all databases that this process opens from now on."""
    database.create_engine = _create_engine  # type: ignore[assignment]


def _create_engine(url: str, **options: Any) -> Engine:  # Any: whatever SQLAlchemy takes.
    engine = sqlalchemy.create_engine(url, query_cache_size=STATEMENTS, **options)
    if found := _known.get(engine.dialect.name):
        # A compiled statement belongs to the dialect that made it; the first one has learned all there is from the server.
        engine.dialect, engine._compiled_cache = found
    else:
        event.listen(engine, "engine_connect", _remember, once=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _trust_the_power)
    return engine


def _remember(connection: Connection) -> None:
    engine = connection.engine
    _known.setdefault(engine.dialect.name, (engine.dialect, engine._compiled_cache))


def _trust_the_power(connection: Any, _record: object) -> None:  # Any: a DBAPI connection has no common type.
    """No test pulls the plug."""
    connection.execute("PRAGMA synchronous=OFF").close()
