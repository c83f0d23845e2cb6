"""The chat page in a real browser, against the strict platform and a small bot that answers by what it is told."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from PIL import Image

from bot.simulator.page import HEADERS, HERE
from bot.simulator.records import Person
from tests.simulator.page_stage import Stage

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
STATIC = HERE / "static"
TURN = {
    "id": 1, "at": "2026-04-01T01:02:03+00:00", "route": "answer", "status": "answered", "milliseconds": 41.3, "text": "ゴミの日",
    "normalised": "ごみの日",
    "tokens": ["ごみ", "日"], "mode": "full", "confidence": 0.93, "decision": "answer", "steps": [{"name": "search", "milliseconds": 12.1}],
    "hits": [{"entry": "waste-days", "question": "ごみの日はいつですか", "score": 3.21, "parts": {"bm25": 1.3}}],
    "messages": [{"state": "sent", "via": "push", "cost": 1}],
}  # fmt: skip


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    stage = Stage()
    stage.start()
    yield stage
    stage.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM}")
    with playwright.sync_playwright() as session:
        browser = session.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def person(stage: Stage, request: pytest.FixtureRequest) -> Person:
    person = stage.platform.add_person(Person(name=f"住民{len(stage.platform.people) + 1}", about=request.node.name[:40]))
    stage.platform.phone("shiomi", person.id).follow()
    return person


@pytest.fixture
def page(browser: "Browser", stage: Stage, person: Person) -> Iterator["Page"]:
    """The page with the person's chat open; an error of script or policy fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" and "net::ERR_" not in line.text else None)
    page.set_default_timeout(8000)
    page.goto(f"{stage.origin}/simulator/?person={person.id}")
    page.wait_for_selector("#composer-text:visible")
    yield page
    context.close()
    assert errors == []
    assert stage.platform.violations == []


def say(page: "Page", text: str) -> None:
    page.fill("#composer-text", text)
    page.press("#composer-text", "Enter")


def bubbles(page: "Page", whose: str) -> list[str]:
    return page.locator(f".item.{whose}:not(.typing) .bubble").all_inner_texts()


def test_page_forbids_inline_code_and_foreign_sources(stage: Stage) -> None:
    answer = httpx.get(f"{stage.origin}/simulator/")
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert not re.search(r"<script(?![^>]*src=)|\sstyle=|\son\w+=", answer.text)
    assert not re.search(r"(src|href)=\"https?:", answer.text)


def test_every_sentence_and_module_that_is_named_exists() -> None:
    texts = json.loads((STATIC / "texts.json").read_text(encoding="utf-8"))
    symbols = set(re.findall(r'symbol id="(\w+)"', (STATIC / "icons.svg").read_text(encoding="utf-8")))
    template = (HERE / "templates" / "simulator.html").read_text(encoding="utf-8")
    for script in (STATIC / "js").glob("*.js"):
        source = script.read_text(encoding="utf-8")
        for path in re.findall(r"\bt\('([\w.]+)'", source) + re.findall(r"texts\.([\w.]+)", template):
            found = texts
            for part in path.split("."):
                found = found[part]
            assert isinstance(found, str)
        assert all((STATIC / "js" / name).exists() for name in re.findall(r"from '\./([\w.]+)'", source))
        assert set(re.findall(r"\b(?:icon|iconButton)\('(\w+)'", source)) <= symbols
        code = re.sub(r"/\*\*.*?\*/|//[^\n]*", "", source, flags=re.S)
        assert not re.search(r"[ぁ-んァ-ヶ]", code), f"{script.name}: sentences belong into texts.json"


def test_traces_are_asked_for_by_municipality_and_person(stage: Stage) -> None:
    assert httpx.get(f"{stage.origin}/simulator/traces?municipality=shiomi&person=U1&after=0").json() == {"turns": []}
    assert httpx.get(f"{stage.origin}/simulator/traces?municipality=shiomi").status_code == 400
    assert httpx.get(f"{stage.origin}/simulator/traces?municipality=shiomi&person=U1&after=x").status_code == 400


def test_typed_text_is_sent_answered_and_marked_read(page: "Page") -> None:
    say(page, "こんにちは")
    page.wait_for_selector("text=伺いました: こんにちは")
    assert bubbles(page, "own") == ["こんにちは"]
    assert page.locator(".own .meta", has_text="既読").count() == 1
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


def test_double_click_on_a_quick_reply_sends_once_and_hides_the_row(page: "Page", stage: Stage, person: Person) -> None:
    say(page, "候補")
    page.locator(".quick-replies button", has_text="はい").dblclick()
    page.wait_for_selector("text=伺いました: はい、お願いします")
    assert page.locator(".quick-replies").is_hidden()
    assert stage.texts_heard(person) == ["候補", "はい、お願いします"]


def test_double_click_on_a_flex_button_posts_back_once(page: "Page", stage: Stage, person: Person) -> None:
    say(page, "カード")
    page.locator(".flex-button", has_text="申し込む").dblclick()
    page.wait_for_selector("text=data=申し込む")
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


def test_photo_sticker_and_place_are_sent(page: "Page") -> None:
    photo = io.BytesIO()
    Image.new("RGB", (40, 30), "#c79a7a").save(photo, "PNG")
    page.click("[aria-controls=attachments]")
    with page.expect_file_chooser() as chooser:
        page.click(".choice:has-text('写真')")
    chooser.value.set_files({"name": "a.png", "mimeType": "image/png", "buffer": photo.getvalue()})
    page.wait_for_selector("text=伺いました: image")
    page.wait_for_function("document.querySelector('.image-card img')?.naturalWidth === 40")
    page.click("[aria-controls=attachments]")
    page.click(".choice:has-text('スタンプ')")
    page.click(".stickers button:has-text('ありがとう')")
    page.wait_for_selector("text=伺いました: sticker")
    page.click("[aria-controls=attachments]")
    page.click(".choice:has-text('位置情報')")
    page.click(".place:has-text('汐見駅')")
    page.wait_for_selector("text=伺いました: location")


def test_rich_menu_can_be_tapped_as_picture_and_as_words(page: "Page", stage: Stage, person: Person) -> None:
    page.click(".chat-bar")
    page.click(".rich-menu .area[aria-label=電話]")
    page.wait_for_selector("text=環境課")
    page.click("text=文字で表示")
    page.click(".rich-menu-text button:has-text('候補')")
    page.wait_for_selector(".quick-replies button")
    assert stage.texts_heard(person) == ["電話", "候補"]


def test_unsent_message_disappears(page: "Page") -> None:
    say(page, "まちがい")
    page.wait_for_selector("text=伺いました: まちがい")
    page.click(".own .meta")
    page.click("[role=menuitem]:has-text('送信取消')")
    page.wait_for_selector("text=メッセージの送信を取り消しました")
    assert bubbles(page, "own") == []


def test_blocking_asks_first_and_can_be_undone(page: "Page") -> None:
    page.click("[aria-label=プロフィールと設定]")
    page.click("[role=menuitem]:has-text('ブロックする')")
    page.click("dialog button.danger")
    page.wait_for_selector(".friendship:has-text('ブロックしています')")
    assert page.locator("#composer-text").is_hidden()
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


def test_trace_shows_the_turn_and_copies_it(page: "Page", stage: Stage) -> None:
    stage.turns.append(TURN)
    try:
        say(page, "ゴミの日")
        page.wait_for_selector(".turn")
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
    assert page.locator("#talk").is_visible()
    page.click("[aria-label=トークの一覧へ戻る]")
    assert page.locator("#people").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
