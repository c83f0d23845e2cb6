"""One migrated database of each kind for many tests, emptied before each: migrating anew would take longer than the tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.database import Database
from tests.databases import FILLED, TABLES, migrated_database_url


@contextmanager
def migrated_database(kind: str, folder: Path) -> Iterator[Database]:
    with migrated_database_url(kind, folder) as url:
        database = Database(url)
        yield database
        database.close()


def empty(database: Database) -> None:
    """Most tests fill a few of the tables, so the others are not asked one by one."""
    with database.engine.begin() as connection:
        filled = {row[0] for row in connection.exec_driver_sql(FILLED)}
        for table in TABLES:
            if table in filled:
                connection.exec_driver_sql(f'DELETE FROM "{table}"')  # An own name.
