"""What staff and residents do on their pages."""

import io
from datetime import timedelta
from typing import TYPE_CHECKING

from PIL import Image

from tests.console.pages import arrive
from tests.simulator.page.acts import say_and_see
from tests.story.street import Street

if TYPE_CHECKING:
    from playwright.sync_api import Page

UNDO = timedelta(seconds=6)
"""After which words of staff can no longer be taken back."""


def ask_for_a_person(street: Street, page: "Page", question: str) -> None:
    for words in (question, "職員と話したい"):
        say_and_see(page, words)
        street.settle()


def send_photo(street: Street, page: "Page") -> None:
    picture = io.BytesIO()
    Image.new("RGB", (320, 200), "#dde7e4").save(picture, "PNG")
    page.click("[aria-controls=attachments]")
    with page.expect_file_chooser() as chooser:
        page.click(".choice:has-text('写真')")
    chooser.value.set_files({"name": "書類.png", "mimeType": "image/png", "buffer": picture.getvalue()})
    page.wait_for_selector(".image-card img")
    page.wait_for_selector(".pending", state="detached")
    street.settle()


def stand(page: "Page", state: str) -> None:
    """Says so in the bar; the page comes back."""
    page.click("#presence summary")
    page.click(f"#presence button[value={state}]")
    page.wait_for_selector(f"#presence[data-presence={state}]")


def open_case(page: "Page", words: str) -> str:
    """From the list; returns its address."""
    page.click(f"{line(words)} .case-link")
    arrive(page, "#case-head")
    return page.url


def line(words: str) -> str:
    return f".case-line:has-text('{words}')"


def claim(street: Street, page: "Page") -> None:
    page.click("#move-claim button")
    arrive(page, "#reply-form")
    street.settle()


def write(page: "Page", text: str) -> None:
    """It can be taken back until time passes."""
    page.fill("#reply-text", text)
    page.press("#reply-text", "Control+Enter")
    page.wait_for_selector(f".said-pending >> text={text}")


def let_it_go(street: Street) -> None:
    street.pass_by(UNDO)
    street.settle()
