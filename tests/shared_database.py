"""One migrated database of each kind for many tests, emptied before each: migrating anew would take longer than the tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import delete, text

from core.database import Database
from tests.all_models import METADATA
from tests.databases import migrated_database_url


@contextmanager
def migrated_database(kind: str, folder: Path) -> Iterator[Database]:
    with migrated_database_url(kind, folder) as url:
        database = Database(url)
        yield database
        database.close()


TABLES = tuple(reversed(METADATA.sorted_tables))
FILLED = text(" UNION ALL ".join(f"SELECT '{table.name}' WHERE EXISTS (SELECT 1 FROM \"{table.name}\")" for table in TABLES))  # Own names.


def empty(database: Database) -> None:
    """Most tests fill a few of the tables, so the others are not asked one by one."""
    with database.transaction() as session:
        filled = set(session.scalars(FILLED))
        for table in TABLES:
            if table.name in filled:
                session.execute(delete(table))
