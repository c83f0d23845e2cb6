"""One street for all stories; each has people of its own."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from console import passwords
from handoff.models import Role
from tests.browser import started_browser
from tests.sample_city import sample_city, shared_search
from tests.story.street import Street

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
        database = stack.enter_context(sample_city(tmp_path_factory.mktemp("street")))
        street = Street(database, shared_search()[1])
        stack.callback(street.stop)
        street.hire("tanaka", "田中 由美", Role.STAFF, "citizens")
        street.hire("suzuki", "鈴木 誠", Role.SUPERVISOR, "general_affairs")
        yield street
