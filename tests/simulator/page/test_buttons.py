"""What the bot's messages look like on the chat page, and what tapping on them does."""

from typing import TYPE_CHECKING

from bot.simulator.records import Person
from tests.simulator.page.acts import bubbles, say
from tests.simulator.page.stage import Stage

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_double_click_on_a_quick_reply_sends_once_and_hides_the_row(page: "Page", stage: Stage, person: Person) -> None:
    say(page, "候補")
    page.locator(".quick-replies button", has_text="はい").dblclick()
    page.wait_for_selector("text=伺いました: はい、お願いします")
    page.wait_for_selector(".quick-replies", state="hidden")
    assert stage.texts_heard(person) == ["候補", "はい、お願いします"]


def test_double_click_on_a_flex_button_posts_back_once(page: "Page", stage: Stage, person: Person) -> None:
    say(page, "カード")
    page.locator(".flex-button", has_text="申し込む").dblclick()
    page.wait_for_selector("text=data=申し込む")
    page.wait_for_selector(".pending", state="detached")
    assert bubbles(page, "own") == ["カード", "申し込みます"]
    assert [event["type"] for event in stage.heard if event["source"]["userId"] == person.id].count("postback") == 1


def test_date_picker_keeps_to_the_limits(page: "Page") -> None:
    say(page, "候補")
    page.click(".quick-replies button:has-text('日を選ぶ')")
    assert page.input_value("dialog input") == "2026-04-10"
    page.fill("dialog input", "2026-05-01")
    page.click("dialog button[type=submit]")
    assert page.locator("dialog .field-error").inner_text() == "選べる範囲の値を入れてください。"
    page.fill("dialog input", "2026-04-20")
    page.click("dialog button[type=submit]")
    page.wait_for_selector("text=2026-04-20")


def test_closed_date_picker_sends_nothing(page: "Page", stage: Stage, person: Person) -> None:
    say(page, "候補")
    page.click(".quick-replies button:has-text('日を選ぶ')")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    assert page.locator(".quick-replies").is_visible()
    assert stage.texts_heard(person) == ["候補"]


def test_foreign_links_and_telephone_numbers_show_where_they_lead(page: "Page") -> None:
    say(page, "カード")
    page.click(".flex-button:has-text('外のページ')")
    assert page.locator("dialog .address").inner_text() == "https://www.example.com/outside"
    assert page.get_attribute("dialog a", "target") == "_blank"
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    say(page, "電話")
    page.click(".bubble a:has-text('0490-00-1106')")
    assert page.get_attribute("dialog a", "href") == "tel:0490001106"


def test_clipboard_action_copies(page: "Page") -> None:
    say(page, "候補")
    page.click(".quick-replies button:has-text('番号を写す')")
    page.wait_for_selector("#toast:has-text('コピーしました')")
    assert page.evaluate("navigator.clipboard.readText()") == "R8-1"


def test_every_kind_of_message_is_drawn(page: "Page") -> None:
    say(page, "全種類")
    page.wait_for_selector(".location-card")
    assert page.locator(".rail .flex-bubble").count() == 2
    assert page.locator(".template").count() == 2
    assert "{案内}" in bubbles(page, "other")
    page.click("#notification-toggle")
    assert page.locator(".notification").inner_text().splitlines()[-1] == "汐見市が位置情報を送信しました"


def test_rich_menu_can_be_tapped_as_picture_and_as_words(page: "Page", stage: Stage, person: Person) -> None:
    page.click(".chat-bar")
    page.click(".rich-menu .area[aria-label=電話]")
    page.wait_for_selector("text=環境課")
    page.click("text=文字で表示")
    page.click(".rich-menu-text button:has-text('候補')")
    page.wait_for_selector(".quick-replies button")
    assert stage.texts_heard(person) == ["電話", "候補"]
