"""Pages of the console in a real browser, opened by somebody who logs in through the form."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from tests.console.sample import NOW, PASSWORD
from tests.patience import PATIENCE, soon

Page = Any
"""Playwright's, which not every machine has."""


def arrive(page: Page, selector: str) -> None:
    """Waits for what is on the page that a click or a key leads to, and for its scripts: before them keys do nothing."""
    page.wait_for_selector(selector)
    page.wait_for_load_state()


def wait_until(page: Page, condition: str) -> None:
    """The page's policy forbids that a condition is made of text within it, so it is asked again and again.

    While the next page comes, what the condition speaks of may not be there yet.
    """
    from playwright.sync_api import Error

    def holds() -> bool:
        try:
            return bool(page.evaluate(condition))
        except Error:
            return False

    soon(holds, f"never true: {condition}", pause=0.03)


def hold_time(page: Page, moment: datetime = NOW) -> None:
    """However slow the machine is, no time of the page's own runs out: to undo, or to press the second of two keys."""
    page.clock.set_fixed_time(moment)


def log_in(page: Page, address: str, login: str) -> None:
    if "/login" not in page.url:
        page.goto(f"{address}/login")
    page.select_option("#municipality", "midori")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.click("button[type=submit]")


@contextmanager
def opened_pages(
    browser: Any, address: str, *, usual_login: str, expected: tuple[str, ...]
) -> Iterator[Callable[..., Page]]:  # Any: as above.
    """Whatever a page complains about fails the test, but for what holds one of the `expected` words."""
    complaints: list[str] = []
    contexts = []

    def note(message: Any) -> None:  # Any: as above.
        if message.type in ("error", "warning") and not any(words in message.text for words in expected):
            complaints.append(message.text)

    def page_of(login: str = usual_login, *, width: int = 1280, scripts: bool = True) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 780}, java_script_enabled=scripts)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(1000 * PATIENCE)
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        log_in(page, address, login)
        arrive(page, "h1:text('ホーム')")
        return page

    yield page_of
    for context in contexts:
        context.close()
    assert complaints == []
