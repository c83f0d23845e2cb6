"""What a person can send from the chat page, and that each thing is sent once."""

import io
from typing import TYPE_CHECKING

from PIL import Image

from bot.simulator.records import Person
from tests.patience import soon
from tests.simulator.page.acts import bubbles, say
from tests.simulator.page.stage import Stage

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route


def test_typed_text_is_sent_answered_and_marked_read(page: "Page") -> None:
    say(page, "こんにちは")
    page.wait_for_selector("text=伺いました: こんにちは")
    page.wait_for_selector(".own .meta:has-text('既読')")
    page.wait_for_selector(".pending", state="detached")
    assert bubbles(page, "own") == ["こんにちは"]
    assert page.input_value("#composer-text") == ""


def test_enter_sends_neither_while_composing_nor_with_shift(page: "Page", stage: Stage, person: Person) -> None:
    page.fill("#composer-text", "ひっこし")
    for composing in ("isComposing: true", "keyCode: 229"):
        pressed = f"new KeyboardEvent('keydown', {{key: 'Enter', bubbles: true, {composing}}})"
        page.eval_on_selector("#composer-text", f"box => box.dispatchEvent({pressed})")
    page.press("#composer-text", "Shift+Enter")
    page.type("#composer-text", "です")
    page.press("#composer-text", "Enter")
    page.wait_for_selector("text=伺いました: ひっこし")
    assert stage.texts_heard(person) == ["ひっこし\nです"]


def test_photo_sticker_and_place_are_sent(page: "Page") -> None:
    photo = io.BytesIO()
    Image.new("RGB", (40, 30), "#c79a7a").save(photo, "PNG")
    page.click("[aria-controls=attachments]")
    with page.expect_file_chooser() as chooser:
        page.click(".choice:has-text('写真')")
    chooser.value.set_files({"name": "a.png", "mimeType": "image/png", "buffer": photo.getvalue()})
    page.wait_for_selector("text=伺いました: image")
    soon(lambda: page.evaluate("document.querySelector('.image-card img')?.naturalWidth === 40"))
    page.click("[aria-controls=attachments]")
    page.click(".choice:has-text('スタンプ')")
    page.click(".stickers button:has-text('ありがとう')")
    page.wait_for_selector("text=伺いました: sticker")
    page.click("[aria-controls=attachments]")
    page.click(".choice:has-text('位置情報')")
    page.click(".place:has-text('汐見駅')")
    page.wait_for_selector("text=伺いました: location")


def test_unsent_message_disappears(page: "Page") -> None:
    say(page, "まちがい")
    page.wait_for_selector("text=伺いました: まちがい")
    page.wait_for_selector(".pending", state="detached")
    page.click(".own .meta")
    page.click("[role=menuitem]:has-text('送信取消')")
    page.wait_for_selector("text=メッセージの送信を取り消しました")
    assert bubbles(page, "own") == []


def test_lost_server_is_told_and_the_message_can_be_sent_again(page: "Page", stage: Stage, person: Person) -> None:
    page.context.set_offline(True)
    say(page, "届きますか")
    page.wait_for_selector("#connection:has-text('サーバーにつながりません')")
    page.wait_for_selector(".failure:has-text('送れませんでした')")
    page.context.set_offline(False)
    page.click("text=もう一度送る")
    page.wait_for_selector("text=伺いました: 届きますか")
    page.wait_for_selector("#connection", state="hidden")
    assert stage.texts_heard(person) == ["届きますか"]


def test_message_whose_answer_was_lost_is_not_sent_twice(page: "Page", stage: Stage, person: Person) -> None:
    def lose_answer(route: "Route") -> None:
        route.fetch()
        route.abort()

    page.route("**/messages", lose_answer)
    say(page, "一度だけ")
    page.wait_for_selector(".failure")
    page.unroute("**/messages")
    page.click("text=もう一度送る")
    page.wait_for_selector(".failure", state="detached")
    page.wait_for_selector("text=伺いました: 一度だけ")
    assert stage.texts_heard(person) == ["一度だけ"]
