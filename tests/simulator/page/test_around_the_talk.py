"""What stands around a talk on the chat page: people, groups, the trace, the keyboard, a narrow screen."""

import json
from typing import TYPE_CHECKING

from bot.simulator.records import Person
from tests.patience import soon
from tests.simulator.page.acts import say
from tests.simulator.page.stage import Stage

if TYPE_CHECKING:
    from playwright.sync_api import Page

TURN = {
    "id": 1, "at": "2026-04-01T01:02:03+00:00", "route": "answer", "status": "answered", "milliseconds": 41.3, "text": "ゴミの日",
    "normalised": "ごみの日",
    "tokens": ["ごみ", "日"], "mode": "full", "confidence": 0.93, "decision": "answer", "steps": [{"name": "search", "milliseconds": 12.1}],
    "hits": [{"entry": "waste-days", "question": "ごみの日はいつですか", "score": 3.21, "parts": {"bm25": 1.3}}],
    "messages": [{"state": "sent", "via": "push", "cost": 1}],
}  # fmt: skip


def test_blocking_asks_first_and_can_be_undone(page: "Page") -> None:
    page.click("[aria-label=プロフィールと設定]")
    page.click("[role=menuitem]:has-text('ブロックする')")
    page.click("dialog button.danger")
    page.wait_for_selector(".friendship:has-text('ブロックしています')")
    page.wait_for_selector("#composer-text", state="hidden")
    page.click(".friendship button")
    page.wait_for_selector("#composer-text:visible")


def test_new_resident_and_new_group_can_chat(page: "Page", person: Person) -> None:
    page.click(".people-buttons button:has-text('住民を追加')")
    page.fill("dialog [name=name]", "新しい人")
    page.select_option("dialog [name=language]", "vi")
    page.click("dialog button[type=submit]")
    page.wait_for_selector(".friendship:has-text('まだ友だちではありません')")
    page.click(".people-buttons button:has-text('グループを作る')")
    page.fill("dialog [name=name]", "町内会")
    page.check(f"dialog label:has-text('{person.name}') input >> nth=0")
    page.click("dialog button[type=submit]")
    page.wait_for_selector(".chat-name:has-text('町内会')")
    page.check("#mention")
    say(page, "集会所を借りたい")
    page.wait_for_selector("text=伺いました: @汐見市 集会所を借りたい")


def test_trace_shows_the_turn_and_copies_it(page: "Page", stage: Stage) -> None:
    stage.turns.append(TURN)
    try:
        say(page, "ゴミの日")
        page.wait_for_selector(".turn:has-text('1通')")
        shown = page.locator(".turn").inner_text()
        assert all(part in shown for part in ("ごみの日", "waste-days", "3.21", "0.93", "search", "push", "1通"))
        page.click("text=JSON をコピー")
        page.wait_for_selector("#toast:has-text('コピーしました')")
        assert json.loads(page.evaluate("navigator.clipboard.readText()")) == TURN
    finally:
        stage.turns.clear()


def test_page_works_by_keyboard_alone(page: "Page", stage: Stage, person: Person) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    soon(lambda: page.evaluate("document.activeElement.id === 'composer-text'"))
    page.keyboard.type("候補")
    page.keyboard.press("Enter")
    page.wait_for_selector(".quick-replies button")
    page.keyboard.press("Shift+Tab")
    for _ in range(3):
        page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.closest('.quick-replies')?.className") == "quick-replies"
    page.focus(".quick-replies button")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=伺いました: はい、お願いします")
    assert stage.texts_heard(person) == ["候補", "はい、お願いします"]


def test_narrow_page_shows_one_screen_at_a_time(page: "Page") -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.locator("#talk").is_visible()
    assert page.locator("#people").is_hidden()
    page.click("[aria-label=トレースを見る]")
    assert page.locator("#trace").is_visible()
    page.go_back()
    page.wait_for_selector("#talk", state="visible")
    page.click("[aria-label=トークの一覧へ戻る]")
    assert page.locator("#people").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
