"""A town whose bot finds no content, and that must not have broken a rule of LINE's when a test ends."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot.preparing import ensure_municipality
from core.database import Database
from core.pack_loading import load_pack
from tests.bot.promises.acts import NothingFound
from tests.databases import KINDS, migrated_database_url
from tests.town import MUNICIPALITY, Town, settle


@pytest.fixture(scope="module", params=KINDS)
def shared_town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with migrated_database_url(request.param, tmp_path_factory.mktemp(request.param)) as url:
        database = Database(url)
        with database.transaction() as session:
            ensure_municipality(session, load_pack(MUNICIPALITY))
        town = Town(database, NothingFound())  # type: ignore[arg-type]  # it is asked no more than this
        yield town
        town.stop()
        database.close()


@pytest.fixture
def town(shared_town: Town) -> Iterator[Town]:
    """On a good day, with everything said before brought to an end. What is left of LINE's rules broken fails the test that broke them."""
    shared_town.clock.set(datetime.now(UTC))
    violations_before = len(shared_town.platform.violations)
    yield shared_town
    shared_town.platform.faults.clear()
    settle(shared_town)
    assert shared_town.platform.violations[violations_before:] == []
