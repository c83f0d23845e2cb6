"""A shared database, emptied for each test, and a counter on it."""

import pytest

from core.database import Database
from tests.core.conftest import emptied, shared_database
from tests.handoff.counter import Counter, set_up

__all__ = ["counter", "emptied", "shared_database"]


@pytest.fixture
def counter(emptied: Database) -> Counter:
    return set_up(emptied)
