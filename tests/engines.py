"""Engines of tests: what one of them has compiled serves all others of its kind, and so do its connections to a server.

Each test opens a database of its own. Without this it would compile every statement anew, which takes most of a short test's time, and
PostgreSQL would start a process for every connection that a test opens.
"""

from collections import defaultdict
from typing import Any

import psycopg
import sqlalchemy
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Dialect, Engine, event
from sqlalchemy.util import LRUCache

from core import database

STATEMENTS = 5000
MOST_KEPT = 10
"""Of a process: the server lets in a hundred, and some tests want forty of them at once."""
_known: dict[str, tuple[Dialect, LRUCache[Any, Any]]] = {}
_given_back: dict[str, list[psycopg.Connection[Any]]] = defaultdict(list)
"""Open connections to PostgreSQL that no engine holds, by address."""


def share_compiled_statements() -> None:
    """For all databases that this process opens from now on."""
    database.create_engine = _create_engine  # type: ignore[assignment]


def close_connections(url: str) -> None:
    """For who must have the database alone."""
    for connection in _given_back.pop(url, ()):
        connection.close()


def open_backends(url: str) -> list[int]:
    """Numbers of the server's processes whose connections are kept."""
    return [connection.info.backend_pid for connection in _given_back[url] if not connection.closed]


def _create_engine(url: str, **options: Any) -> Engine:  # Any: whatever SQLAlchemy takes.
    kind = sqlalchemy.make_url(url).get_backend_name()
    found = _known.get(kind)
    is_of_server = kind == "postgresql"
    if is_of_server:
        # No server goes away here, but where a test makes it do so: that one takes an engine as the product does.
        options["pool_pre_ping"] = False
    # What the first engine has asked the server need not be asked again.
    engine = sqlalchemy.create_engine(url, query_cache_size=STATEMENTS, _initialize=not (found and is_of_server), **options)
    if is_of_server:
        _lend_connections(engine, url)
    if found:
        # A compiled statement belongs to the dialect that made it; the first one has learned all there is from the server.
        engine.dialect, engine._compiled_cache = found
    else:
        event.listen(engine, "engine_connect", _remember, once=True)
    if not is_of_server:
        event.listen(engine, "connect", _trust_the_power)
    return engine


def _lend_connections(engine: Engine, url: str) -> None:
    """What the pool closes is kept, and what it opens is taken from there; the dialect is the one that the engine was made with."""

    def take(*_: object) -> psycopg.Connection[Any] | None:
        while _given_back[url]:
            connection = _given_back[url].pop()
            if not connection.closed:
                return connection
        return None

    def give_back(connection: psycopg.Connection[Any]) -> None:
        is_free = not connection.closed and connection.info.transaction_status is TransactionStatus.IDLE
        is_full = sum(map(len, _given_back.values())) >= MOST_KEPT
        # What holds a lock for as long as it is open is in a mode of its own.
        if is_free and not is_full and not connection.autocommit:
            _given_back[url].append(connection)
        else:
            connection.close()

    event.listen(engine, "do_connect", take)
    engine.dialect.do_close = give_back  # type: ignore[method-assign, assignment]


def _remember(connection: Connection) -> None:
    engine = connection.engine
    _known.setdefault(engine.dialect.name, (engine.dialect, engine._compiled_cache))


def _trust_the_power(connection: Any, _record: object) -> None:  # Any: a DBAPI connection has no common type.
    """No test pulls the plug."""
    connection.execute("PRAGMA synchronous=OFF").close()
