"""One street for all stories; each has people of its own."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from bot.preparing import load_content
from console import passwords
from core.pack_loading import load_pack
from handoff.models import Role
from tests.browser import started_browser
from tests.shared_database import migrated_database
from tests.story.street import Street
from tests.town import MUNICIPALITY, shared_search

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    with started_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(passwords, "_hasher", PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),)))
        database = stack.enter_context(migrated_database("sqlite", Path(tmp_path_factory.mktemp("street"))))
        load_content(database, [load_pack(MUNICIPALITY)])
        street = Street(database, shared_search()[1])
        stack.callback(street.stop)
        street.hire("tanaka", "田中 由美", Role.STAFF, "citizens")
        street.hire("suzuki", "鈴木 誠", Role.SUPERVISOR, "general_affairs")
        yield street
