"""axe-core looks at the chat page with a talk on it."""

from typing import TYPE_CHECKING

from tests.axe import look_everywhere
from tests.simulator.page.acts import say

if TYPE_CHECKING:
    from playwright.sync_api import Page


ANSWERS = ".item:not(.own):not(.typing)"


def test_axe_finds_nothing_on_the_chat_page(page: "Page") -> None:
    for words in ("カード", "全種類", "候補"):
        answers = page.locator(ANSWERS).count()
        say(page, words)
        page.wait_for_function(f"before => document.querySelectorAll('{ANSWERS}').length > before", arg=answers)
    page.wait_for_selector(".quick-replies button")
    assert look_everywhere(page) == []
    page.click("[aria-label=プロフィールと設定]")
    assert look_everywhere(page) == []
