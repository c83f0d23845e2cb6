"""The chat page while the server starts anew, and when the platform has forgotten a talk."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from bot.simulator.records import Person
from tests.patience import PATIENCE
from tests.simulator.page.acts import say
from tests.simulator.page.stage import Stage

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TIMELINE = "**/timeline?**"
STREAM = "**/stream"


@pytest.fixture
def phone(browser: "Browser", stage: Stage, person: Person) -> Iterator["Page"]:
    """Narrow, so that one screen is shown at a time. What the browser writes of refused requests is the subject here."""
    context = browser.new_context(viewport={"width": 390, "height": 780})
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    page.goto(f"{stage.origin}/simulator/?person={person.id}")
    page.wait_for_selector("#composer-text:visible")
    yield page
    context.close()


def answer_with(page: "Page", status: int) -> None:
    """As the server answers from now on; the open stream ends."""
    page.route(TIMELINE, lambda route: route.fulfill(status=status, json={"detail": "-"}))
    page.route(STREAM, lambda route: route.abort())
    page.reload()


def test_talk_comes_back_by_itself_once_the_server_has_started(phone: "Page") -> None:
    """A server that was starting used to be taken for one that had forgotten the talk, and the page stayed empty."""
    answer_with(phone, 503)
    phone.wait_for_selector("#connection:visible")
    phone.unroute(TIMELINE)
    phone.unroute(STREAM)
    phone.wait_for_selector("#connection", state="hidden")
    say(phone, "ただいま")
    phone.wait_for_selector("text=伺いました: ただいま")


def test_talk_that_was_forgotten_leads_to_the_list(phone: "Page") -> None:
    answer_with(phone, 404)
    phone.wait_for_selector("#toast:has-text('このトークは見つかりません')")
    phone.wait_for_selector("#people", state="visible")


def test_language_is_told_by_its_name(phone: "Page", stage: Stage) -> None:
    for name, language in (("やさしい人", "easy"), ("ベトナムの人", "vi")):
        stage.platform.add_person(Person(name=name, language=language))
    phone.reload()
    phone.click("[aria-label=トークの一覧へ戻る]")
    for name, language in (("やさしい人", "やさしい日本語"), ("ベトナムの人", "Tiếng Việt")):
        assert phone.locator(f".person:has-text('{name}') .person-mark").first.inner_text() == language
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
