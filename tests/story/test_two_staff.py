"""The whole story in real browsers: two members of staff and two residents at once, from a question to how it was."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.simulator.page.acts import say
from tests.story.street import Street

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

UNDO = timedelta(seconds=6)


@pytest.fixture(autouse=True)
def silence(street: Street) -> Iterator[None]:
    """Nothing may go wrong unseen."""
    yield
    assert street.complaints == []
    assert street.town.platform.violations == []


def stand(page: "Page", state: str) -> None:
    page.click("#presence summary")
    page.click(f"#presence button[value={state}]")
    page.wait_for_selector(f"#presence[data-presence={state}]")


def ask_for_a_person(street: Street, page: "Page", question: str) -> None:
    say(page, question)
    street.settle()
    say(page, "職員と話したい")
    street.settle()


def reply(page: "Page", text: str) -> None:
    page.fill("#reply-text", text)
    page.press("#reply-text", "Control+Enter")
    page.wait_for_selector(f".said-pending >> text={text}")


def test_question_is_handed_over_worked_by_two_and_closed(street: Street, browser: "Browser") -> None:
    hana, taro = street.resident(browser, "佐藤 はな"), street.resident(browser, "山田 太郎")
    tanaka, suzuki = street.staff(browser, "tanaka"), street.staff(browser, "suzuki")
    for page in (tanaka, suzuki):
        stand(page, "busy")
        page.goto(f"{street.server.url}/console/cases?tab=unassigned")

    # A question is answered by the bot, then a person is asked for: both lists show it without being touched.
    ask_for_a_person(street, hana, "住民票の写しはどこで取れますか")
    line = ".case-line:has-text('住民票の写し')"
    tanaka.wait_for_selector(line)
    suzuki.wait_for_selector(line)
    assert "(1)" in tanaka.title()
    ask_for_a_person(street, taro, "粗大ごみはどう出しますか")
    suzuki.wait_for_selector(".case-line:has-text('粗大ごみ')")

    # One opens and claims it; in the other's list it goes.
    tanaka.click(f"{line} .case-link")
    tanaka.wait_for_selector("#case-head")
    tanaka.click("#move-claim button")
    suzuki.wait_for_selector(line, state="detached")
    street.settle()
    hana.wait_for_selector("text=が担当します")

    # Words of a person arrive on the phone once the time to undo is over; the resident answers with a photo.
    reply(tanaka, "はなさん、書類の写真を送ってください。")
    street.pass_by(UNDO)
    street.settle()
    hana.wait_for_selector("text=はなさん、書類の写真を送ってください。")
    tanaka.wait_for_selector(".said-staff:has-text('書類の写真を送って') .badge-success")
    hana.set_input_files("input[type=file] >> nth=0", {"name": "書類.png", "mimeType": "image/png", "buffer": photo()})
    street.settle()
    say(hana, "この書類です")
    street.settle()
    tanaka.wait_for_selector(".said-resident:has-text('この書類です')")
    tanaka.wait_for_selector("#case-talk img")

    # A colleague is asked for a word, and gets the case.
    tanaka.fill("#note-text", "@鈴木 誠 保険の書類のようです。")
    tanaka.click("#note-form button[type=submit]")
    tanaka.wait_for_selector("#case-notes >> text=保険の書類のようです。")
    tanaka.click("#transfer summary")
    tanaka.select_option("#transfer-target", label=option(tanaka, "鈴木"))
    tanaka.fill("#transfer-note", "保険の書類の見方を知りたい方です。")
    tanaka.click("#move-transfer button[type=submit]")
    street.settle()
    number = tanaka.url.rsplit("/", 1)[-1].partition("?")[0]
    address = f"{street.server.url}/console/cases/{number}"
    suzuki.goto(address)
    assert "保険の書類のようです。" in suzuki.inner_text("#case-notes")
    if suzuki.locator("#move-claim button").count():
        suzuki.click("#move-claim button")
    suzuki.wait_for_selector("#reply-form")

    # What was sent by mistake is taken back in time; nothing of it leaves.
    reply(suzuki, "まちがえた文です")
    suzuki.click(".said-pending button:has-text('送るのをやめる')")
    suzuki.wait_for_selector(".said-pending", state="detached")
    street.pass_by(UNDO)
    street.settle()
    assert suzuki.input_value("#reply-text").startswith("まちがえた文です")
    reply(suzuki, "国民健康保険の書類です。5日までに市役所へお持ちください。")
    street.pass_by(UNDO)
    street.settle()
    hana.wait_for_selector("text=国民健康保険の書類です。")
    assert "まちがえた文です" not in hana.inner_text("main")

    # It ends, and the resident says how it was.
    suzuki.click("#close summary")
    suzuki.fill("#close-minutes", "7")
    suzuki.click("#move-close button[value=answered]")
    suzuki.wait_for_selector("#case-head:has-text('終了')")
    street.settle()
    hana.click(".quick-replies button >> nth=0")
    street.settle()
    suzuki.goto(f"{street.server.url}/console/cases?tab=closed")
    suzuki.wait_for_selector(line)


def option(page: "Page", name: str) -> str:
    found: str = page.locator(f"#transfer-target option:has-text('{name}')").first.inner_text()
    return found


def photo() -> bytes:
    import io

    from PIL import Image

    picture = io.BytesIO()
    Image.new("RGB", (320, 200), "#dde7e4").save(picture, "PNG")
    return picture.getvalue()
