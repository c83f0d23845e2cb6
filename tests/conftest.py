"""Fixtures that all tests share."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from core.database import Database
from tests import once
from tests.campaign import PROFILE
from tests.databases import KINDS, migrated_database_url, tidy_up
from tests.engines import share_compiled_statements
from tests.sharing_out import put_off_doubles, scheduler, slowest_first

os.environ.setdefault("OMP_WAIT_POLICY", "passive")
share_compiled_statements()
# The short one invents the same data each time: what it finds is found by whoever changed something, not by who comes next.
settings.register_profile(
    "short", max_examples=20, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("long", max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(PROFILE)


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Migrated and empty, on each kind of database."""
    with migrated_database_url(request.param, tmp_path) as url:
        found = Database(url)
        yield found
        found.close()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    put_off_doubles(items)
    slowest_first(items)


def pytest_collection() -> None:
    gc.disable()


def pytest_collection_finish() -> None:
    """What is imported and collected stays to the end, so that nobody need go through it again and again for what is no longer used."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    return scheduler(config, log)


def pytest_configure() -> None:
    once.begin()


def pytest_unconfigure() -> None:
    tidy_up()
    once.end()
