"""One migrated database of each kind for many tests, emptied before each: migrating anew would take longer than the tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import delete

from core.database import Database
from tests.all_models import METADATA
from tests.databases import migrated_database_url


@contextmanager
def migrated_database(kind: str, folder: Path) -> Iterator[Database]:
    with migrated_database_url(kind, folder) as url:
        database = Database(url)
        yield database
        database.close()


def empty(database: Database) -> None:
    with database.transaction() as session:
        for table in reversed(METADATA.sorted_tables):
            session.execute(delete(table))
