"""Fixtures that all tests share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from core.database import Database
from tests.databases import KINDS, migrated_database_url, tidy_up

os.environ.setdefault("OMP_WAIT_POLICY", "passive")
settings.register_profile("short", max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("long", max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "short"))


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Migrated and empty, on each kind of database."""
    with migrated_database_url(request.param, tmp_path) as url:
        found = Database(url)
        yield found
        found.close()


def pytest_unconfigure() -> None:
    tidy_up()
