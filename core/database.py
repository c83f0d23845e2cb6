"""The database: engines for SQLite and PostgreSQL, the one way to open a transaction, and the types that columns share."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import JSON, BigInteger, Connection, DateTime, Dialect, Engine, Integer, MetaData, create_engine, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from core.errors import BusyError
from core.settings import make_folder

BUSY_MILLISECONDS = 15_000
CACHED_STATEMENTS = 512
"""Prepared statements that a connection keeps; inserts of each number of rows are statements of their own."""
CHECKPOINT_PAGES = 2_000
"""Of the write-ahead log, 8 MB: with fewer a busy webhook copies pages back at every few commits, with more each copying is felt."""

Identifier = BigInteger().with_variant(Integer, "sqlite")
Json = JSON().with_variant(JSONB, "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment; stored in UTC, read back aware. A naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables; names of constraints are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: Json, list[Any]: Json}  # noqa: RUF012  # SQLAlchemy reads it from the class.


class Database:
    """Opens transactions. Writers on SQLite stand in one line in this process, which is fairer and faster than its busy handler."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        if self.is_sqlite:
            _make_folder(url)
        self._writers = self._engine(_prepare_writer, _begin_writing)
        self._readers = self._engine(_prepare_reader, _begin_reading) if self.is_sqlite else self._writers
        self._impatient = self._engine(_prepare_impatient_writer, _begin_writing) if self.is_sqlite else self._writers
        self._line: threading.Lock | None = threading.Lock() if self.is_sqlite else None

    # Any: a DBAPI connection has no common type.
    def _engine(self, prepare: Callable[[Any, object], None], begin: Callable[[Connection], None]) -> Engine:
        if not self.is_sqlite:
            return create_engine(
                self.url, json_serializer=_to_json, json_deserializer=orjson.loads, pool_size=20, max_overflow=20, pool_pre_ping=True
            )
        engine = create_engine(
            self.url,
            connect_args={"timeout": BUSY_MILLISECONDS / 1000, "check_same_thread": False, "cached_statements": CACHED_STATEMENTS},
            json_serializer=_to_json,
            json_deserializer=orjson.loads,
            pool_size=20,
            max_overflow=20,
        )
        event.listen(engine, "connect", prepare)
        event.listen(engine, "begin", begin)
        return engine

    @property
    def engine(self) -> Engine:
        """For migrations only; everything else opens a transaction."""
        return self._writers

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Commits at the end, rolls back on an error; what was given to `after_commit` then runs."""
        with self._queued(), Session(self._writers, expire_on_commit=False) as session, session.begin():
            yield session
        _call_back(session)

    @contextmanager
    def transaction_at_once(self) -> Iterator[Session]:
        """Like `transaction`, for an event loop that must not wait: raises BusyError where another writer is at work. SQLite only."""
        if self._line is None or not self._line.acquire(blocking=False):
            raise BusyError("another transaction is being written")
        try:
            with Session(self._impatient, expire_on_commit=False) as session:
                try:
                    session.connection()
                except OperationalError as error:
                    raise BusyError("another process is writing") from error
                yield session
                session.commit()
        finally:
            self._line.release()
        _call_back(session)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One consistent view; writing fails on SQLite and is rolled back on PostgreSQL."""
        with Session(self._readers, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def _queued(self) -> Iterator[None]:
        if self._line is None:
            yield
        else:
            with self._line:
                yield

    def close(self) -> None:
        self._readers.dispose()
        self._impatient.dispose()
        self._writers.dispose()


def after_commit(session: Session, callback: Callable[[], None]) -> None:
    """Runs `callback` once, after the transaction of this session is durable; never when it is rolled back."""
    callbacks = session.info.setdefault("after_commit", [])
    if callback not in callbacks:
        callbacks.append(callback)


def _call_back(session: Session) -> None:
    """Each has its turn though another fails; the first error is raised then."""
    failures: list[Exception] = []
    for callback in session.info.get("after_commit", ()):
        try:
            callback()
        except Exception as error:  # noqa: BLE001  # Whatever it is, the others come first.
            failures.append(error)
    if failures:
        raise failures[0]


def may_pass(error: BaseException) -> bool:
    """Whether the database failed by itself, so that the same may succeed later: it was away, full, locked, or chose one of two that
    waited for each other."""
    if isinstance(error, PoolTimeoutError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    # What SQLite calls an operational error may be a wrong statement as well.
    is_wrong = getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR
    return error.connection_invalidated or (isinstance(error, OperationalError | InterfaceError) and not is_wrong)


def _to_json(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def _make_folder(url: str) -> None:
    path = url.removeprefix("sqlite:///")
    if path and path != ":memory:":
        make_folder(Path(path).parent)


def _prepare_writer(connection: Any, _record: object) -> None:  # Any: a DBAPI connection has no common type.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_MILLISECONDS}",
        "temp_store=MEMORY",
        f"wal_autocheckpoint={CHECKPOINT_PAGES}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _prepare_impatient_writer(connection: Any, record: object) -> None:  # Any: a DBAPI connection has no common type.
    _prepare_writer(connection, record)
    connection.execute("PRAGMA busy_timeout=0").close()


def _prepare_reader(connection: Any, _record: object) -> None:  # Any: a DBAPI connection has no common type.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", f"busy_timeout={BUSY_MILLISECONDS}", "query_only=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_writing(connection: Connection) -> None:
    _begin(connection, "BEGIN IMMEDIATE")


def _begin_reading(connection: Connection) -> None:
    _begin(connection, "BEGIN")


def _begin(connection: Connection, words: str) -> None:
    """By the driver itself, because it happens several times for each message."""
    driver, errors = connection.connection.dbapi_connection, connection.dialect.loaded_dbapi.Error
    try:
        driver.execute(words).close()  # type: ignore[union-attr]  # SQLite's connections can.
    except errors as error:
        raise DBAPIError.instance(words, None, error, errors, dialect=connection.dialect) from error
