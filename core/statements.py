"""Statements that run for every message: compiled once for a database, then given to its driver as they are.

SQLAlchemy works ten times as long on a statement as SQLite does: it looks up the compiled form, prepares events, and wraps the result. A
`Prepared` one keeps what of that matters, the SQL text and how values are written and read.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from sqlalchemy import Dialect, Insert, Select, Table, UpdateBase, bindparam, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

Convert = Callable[[Any], Any]  # Any: what a column or a driver holds.
Values = Mapping[str, object]
EMPTY: Values = {}
DRIVER = "driver"
REQUIRED = object()


class Driver(NamedTuple):
    """What a session's transaction runs on."""

    connection: Any  # Any: a DBAPI connection has no common type.
    dialect: Dialect
    error: type[Exception]

    def execute(self, text: str, parameters: Any) -> Any:  # Any: a tuple or a mapping; a cursor.
        """Raises the errors of SQLAlchemy."""
        cursor = self.connection.cursor()
        try:
            cursor.execute(text, parameters)
        except self.error as error:
            raise DBAPIError.instance(text, None, error, self.error, dialect=self.dialect) from error
        return cursor


class _Place(NamedTuple):
    """One parameter of a compiled statement."""

    name: str
    default: object
    """Of a value that stands in the statement itself; `REQUIRED` where it must be given."""
    write: Convert | None


@dataclass(frozen=True, kw_only=True)
class _Compiled:
    """A statement in the words of one database."""

    text: str
    places: tuple[_Place, ...]
    is_positional: bool
    row: Callable[[Sequence[Any]], Any] | None
    """None where it returns no rows."""
    reads: tuple[tuple[int, Convert], ...]
    """Columns whose values the driver gives in another form."""

    def parameters(self, values: Values) -> Any:  # Any: a list or a mapping, as the driver wants it.
        written = []
        for name, default, write in self.places:
            value = values.get(name, default)
            if value is REQUIRED:
                raise KeyError(f"{name} is missing: {self.text}")
            written.append(value if write is None else write(value))
        return written if self.is_positional else {place.name: value for place, value in zip(self.places, written, strict=True)}

    def read(self, found: Sequence[Any]) -> Any:  # Any: a named tuple of the statement's columns.
        assert self.row is not None
        if not self.reads:
            return self.row(found)
        cells = list(found)
        for place, convert in self.reads:
            cells[place] = convert(cells[place])
        return self.row(cells)


class Prepared:
    """A statement without lists of changing length; its parameters are named. Errors are those of SQLAlchemy.

    Whatever the session holds unwritten is not written before it.
    """

    def __init__(self, statement: "Select[*tuple[Any, ...]] | UpdateBase") -> None:  # Any: the columns it selects.
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def all(self, session: Session, values: Values = EMPTY) -> list[Any]:  # Any: named tuples of its columns.
        cursor, compiled = self._execute(session, values)
        try:
            return [compiled.read(row) for row in cursor.fetchall()]
        finally:
            cursor.close()

    def first(self, session: Session, values: Values = EMPTY) -> Any:  # Any: a named tuple of its columns, or None.
        cursor, compiled = self._execute(session, values)
        try:
            row = cursor.fetchone()
            return None if row is None else compiled.read(row)
        finally:
            cursor.close()

    def scalar(self, session: Session, values: Values = EMPTY) -> Any:  # Any: the value of its first column, None without a row.
        row = self.first(session, values)
        return None if row is None else row[0]

    def run(self, session: Session, values: Values = EMPTY) -> int:
        """How many rows it concerned."""
        cursor, _ = self._execute(session, values)
        count: int = cursor.rowcount
        cursor.close()
        return count

    def run_for_each(self, session: Session, rows: Sequence[Values]) -> None:
        for values in rows:
            self.run(session, values)

    def _execute(self, session: Session, values: Values) -> tuple[Any, _Compiled]:  # Any: a cursor of the driver.
        driver = driver_of(session)
        compiled = self._compiled.get(driver.dialect.name)
        if compiled is None:
            compiled = self._compiled[driver.dialect.name] = _compile(self._statement, driver.dialect)
        return driver.execute(compiled.text, compiled.parameters(values)), compiled


def prepared_insert(table: Table, *columns: str, returning: str | None = None) -> Prepared:
    """Writes these columns, and the defaults of those that are not named."""
    named: dict[str, Any] = {name: bindparam(name) for name in columns}  # Any: a parameter or a default.
    for column in table.columns:
        if column.name not in named and column.default is not None:
            if not column.default.is_scalar:
                raise TypeError(f"{table.name}.{column.name}: a default that is computed must be given")
            named[column.name] = cast(Any, column.default).arg  # Any: SQLAlchemy types defaults loosely.
    statement: Insert = insert(table).values(named).inline()
    return Prepared(statement if returning is None else statement.returning(table.c[returning]))


def driver_of(session: Session) -> Driver:
    """As long as the session's only transaction lasts, it is the same."""
    driver: Driver | None = session.info.get(DRIVER)
    if driver is None:
        connection = session.connection()
        dialect = connection.dialect
        driver = Driver(connection=connection.connection.dbapi_connection, dialect=dialect, error=dialect.loaded_dbapi.Error)
        session.info[DRIVER] = driver
    return driver


def _compile(statement: "Select[*tuple[Any, ...]] | UpdateBase", dialect: Dialect) -> _Compiled:  # Any: the columns it selects.
    # Any: SQLAlchemy's compiled statement has no public type for its positions.
    compiled: Any = statement.compile(dialect=dialect)
    text = str(compiled)
    if "POSTCOMPILE" in text:
        raise TypeError(f"a list of changing length can't be prepared: {text}")
    names = compiled.positiontup if compiled.positional else list(compiled.params)
    columns = tuple(statement.exported_columns)
    reads = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    fields = [column.name for column in columns]
    row = namedtuple("Row", fields, rename=True)  # type: ignore[misc]  # Its fields are known only here.
    return _Compiled(
        text=text,
        places=tuple(
            _Place(
                name=name,
                default=REQUIRED if compiled.binds[name].required else compiled.params[name],
                write=compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect),
            )
            for name in names
        ),
        is_positional=compiled.positional,
        row=row._make if columns else None,
        reads=tuple((place, convert) for place, convert in enumerate(reads) if convert is not None),
    )
