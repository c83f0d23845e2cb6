"""What a person does on the chat page and reads from it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page


def say(page: "Page", text: str) -> None:
    page.fill("#composer-text", text)
    page.press("#composer-text", "Enter")


def say_and_see(page: "Page", text: str) -> None:
    """Returns once it has reached the platform."""
    say(page, text)
    page.wait_for_selector(f".item.own:not(.pending):has-text('{text}')")
    page.wait_for_selector(".pending", state="detached")


def bubbles(page: "Page", whose: str) -> list[str]:
    return page.locator(f".item.{whose}:not(.typing) .bubble").all_inner_texts()
