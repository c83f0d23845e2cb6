"""A shared database, emptied for each test."""

from tests.core.conftest import emptied, shared_database

__all__ = ["emptied", "shared_database"]
