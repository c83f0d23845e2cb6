"""The chat page in a real browser, against the strict platform and a small bot that answers by what it is told."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from bot.simulator.records import Person
from tests.browser import started_browser
from tests.patience import PATIENCE
from tests.simulator.page.stage import Stage

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    stage = Stage()
    stage.start()
    yield stage
    stage.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    with started_browser() as browser:
        yield browser


@pytest.fixture
def person(stage: Stage, request: pytest.FixtureRequest) -> Person:
    person = stage.platform.add_person(Person(name=f"住民{len(stage.platform.people) + 1}", about=request.node.name[:40]))
    stage.platform.phone("shiomi", person.id).follow()
    return person


@pytest.fixture
def page(browser: "Browser", stage: Stage, person: Person) -> Iterator["Page"]:
    """The page with the person's chat open; an error of script or policy fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" and "net::ERR_" not in line.text else None)
    page.set_default_timeout(1000 * PATIENCE)
    page.goto(f"{stage.origin}/simulator/?person={person.id}")
    page.wait_for_selector("#composer-text:visible")
    yield page
    context.close()
    assert errors == []
    assert stage.platform.violations == []
