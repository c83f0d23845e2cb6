"""What a person does on the chat page and reads from it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page


def say(page: "Page", text: str) -> None:
    page.fill("#composer-text", text)
    page.press("#composer-text", "Enter")


def bubbles(page: "Page", whose: str) -> list[str]:
    return page.locator(f".item.{whose}:not(.typing) .bubble").all_inner_texts()
