"""A shared database, emptied for each test."""

from collections.abc import Iterator

import pytest

from core.database import Database
from tests.databases import KINDS
from tests.shared_database import empty, migrated_database


@pytest.fixture(scope="session", params=KINDS)
def shared_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with migrated_database(request.param, tmp_path_factory.mktemp("database")) as database:
        yield database


@pytest.fixture
def emptied(shared_database: Database) -> Database:
    """Migrated and empty; cheaper than `database`, for tests that leave the schema alone."""
    empty(shared_database)
    return shared_database
