"""A real browser goes through every page, narrow and wide, light and dark, and does the daily work."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from faq.drafts import EntryDraft
from faq.entries import Saved, edit_and_publish
from faq.guide_pages import create_guide_pages
from faq.models import EntryKind
from tests.axe import look_everywhere
from tests.browser import started_browser
from tests.console.conftest import House
from tests.console.pages import arrive, opened_pages, wait_until
from tests.faq.documents.pdfs import encrypted_pdf
from tests.town import Server

PAGES = (
    "/",
    "/conversations",
    "/conversations?words=番号12の",
    "/conversations/1",
    "/callbacks",
    "/callbacks?state=done",
    "/content",
    "/content/certificates-copy",
    "/procedures",
    "/procedures/midori_loan",
    "/procedures/midori_loan/texts/fields.kind",
    "/procedures/midori_loan/fees",
    "/procedures/midori_loan/slots",
    "/procedures/midori_loan/trial",
    "/procedures/midori_loan/yaml",
    "/content/feedback",
    "/content/feedback?verdict=helped",
    "/content/feedback?state=handled",
    "/new-content",
    "/new-guide",
    "/systems",
    "/systems/deliveries",
    "/dead-letters",
)
TARGETS = "main a.button, main button:not(.unseen), main input:not([type=hidden]):not([type=checkbox]), main select, .room, .menu-button"
SMALL = f"""() => [...document.querySelectorAll('{TARGETS}')]
    .filter(found => found.offsetHeight > 0 && found.offsetHeight < 44).map(found => found.outerHTML)"""
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"

REFUSED = ("422", "404")
"""A form that comes back with problems, and a page that is not there: the browser reports both as errors."""


@pytest.fixture
def address(house: House) -> Iterator[str]:
    if not house.database.is_sqlite:
        pytest.skip("pages look the same on every database")
    server = Server(house.application())
    yield f"{server.url}/console"
    server.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    with started_browser() as browser:
        yield browser


@pytest.fixture
def opened(chromium, address: str) -> Iterator[object]:  # type: ignore[no-untyped-def]
    with opened_pages(chromium, address, usual_login="administrator", expected=REFUSED) as page_of:
        yield page_of


def test_every_page_fits_and_the_console_stays_silent(opened, address: str) -> None:  # type: ignore[no-untyped-def]
    page = opened()
    grounds = set()
    for path in PAGES:
        page.goto(address + path)
        assert page.locator("h1").count() == 1, path
        assert page.locator(".room[aria-current=page]").count() == 1, path
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 780})
            assert page.evaluate(WIDER) <= 0, path
            assert page.evaluate(SMALL) == [], path
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            grounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(grounds) == 2


def test_callback_is_finished_and_reopened_without_losing_the_place(opened, address: str) -> None:  # type: ignore[no-untyped-def]
    page = opened("staff", width=360)
    page.click("text=メニュー")
    page.click(".room:has-text('折り返し')")
    arrive(page, "#callback-2")
    page.fill("#callback-2-note", "お話ししました")
    page.click("#callback-2 >> text=対応済みにする")
    page.wait_for_selector("#callback-2 >> text=未対応に戻す")
    page.wait_for_selector("#announcement:text-is('対応済みにしました。')", state="attached")
    wait_until(page, "document.activeElement.closest('#callback-2') !== null")
    page.click("#callback-2 >> text=未対応に戻す")
    page.wait_for_selector("#callback-2 >> text=対応済みにする")
    assert page.input_value("#callback-2-note") == "お話ししました"


def test_content_is_found_while_typing_and_published_after_a_correction(opened, address: str) -> None:  # type: ignore[no-untyped-def]
    page = opened("editor")
    page.goto(f"{address}/content")
    page.fill("#words", "犬")
    page.wait_for_selector("#results >> text=1件")
    page.wait_for_url(f"{address}/content?words=*")
    page.click("text=犬を飼い始めました。")
    arrive(page, "#answer")
    page.fill("#answer", "{{ fee.unknown }}円")
    assert page.inner_text("#answer-count").startswith("18 ／")
    page.click("text=公開する")
    page.wait_for_selector("#answer-problem-1")
    wait_until(page, "document.activeElement.getAttribute('role') === 'alert'")
    page.fill("#answer", "登録は{{ fee.certificate }}です。")
    page.click("text=見え方を確かめる")
    page.wait_for_selector("#preview >> text=登録は300円です。")
    page.click("text=公開する")
    page.wait_for_selector("#entry >> text=これまでの版（2）")
    page.reload()
    assert "登録は300円です。" in page.inner_text("#preview")


def test_daily_work_is_possible_without_scripts(opened, address: str) -> None:  # type: ignore[no-untyped-def]
    page = opened("supervisor", width=360, scripts=False)
    page.click(".room:has-text('折り返し')")
    page.click("#callback-1 >> text=対応済みにする")
    page.wait_for_selector("main >> text=対応済みにしました")
    page.click(".room:has-text('回答の内容')")
    page.fill("#words", "犬")
    page.click("text=探す")
    page.click("text=犬を飼い始めました。")
    page.fill("#question", "")
    page.click("text=公開する")
    page.wait_for_selector("main >> text=1か所を直してください")
    page.fill("#question", "犬の登録は？")
    page.click("text=公開する")
    page.wait_for_selector("main >> text=公開しました")


@pytest.mark.parametrize("scripts", [True, False])
def test_guide_is_brought_in_from_a_file(opened, address: str, tmp_path: Path, scripts: bool) -> None:  # type: ignore[no-untyped-def]
    page = opened("editor", width=360, scripts=scripts)
    page.goto(f"{address}/content")
    page.click("text=文書を取り込む")
    arrive(page, "#file")
    page.set_input_files("#file", {"name": "鍵.pdf", "mimeType": "application/pdf", "buffer": encrypted_pdf()})
    page.click("text=読んで確かめる")
    page.wait_for_selector("[role=alert] >> text=パスワードを外して")
    cells = " | ".join(f"列{number}の長い見出し" for number in range(8))
    table = f"| {cells} |\n|{' --- |' * 8}\n| {cells} |"
    text = f"# 引っ越しの手引き\n\n市民課で受け付けます。\n\n## 持ち物\n\n本人確認書類です。\n\n## 手数料\n\n{table}\n"
    page.set_input_files("#file", {"name": "引っ越し.md", "mimeType": "text/markdown", "buffer": text.encode()})
    page.click("text=読んで確かめる")
    arrive(page, "text=引っ越しの手引き › 持ち物")
    assert page.evaluate(WIDER) <= 0
    assert page.evaluate(SMALL) == []
    assert page.locator("h1").count() == 1
    page.fill("#category", "引っ越し")
    page.click("text=公開する")
    page.wait_for_selector("main >> text=文書を取り込み、公開しました")
    assert "引っ越しの手引き" in page.inner_text("h1")


def test_page_of_a_guide_fits_a_phone(chromium, house: House) -> None:  # type: ignore[no-untyped-def]
    if not house.database.is_sqlite:
        pytest.skip("pages look the same on every database")
    cells = " | ".join(f"列{number}の長い見出し" for number in range(8))
    body = f"前書き\n\n## 手数料\n\n| {cells} |\n|{' --- |' * 8}\n| {cells} |\n\n## 持ち物\n\n書類\n\n## 窓口\n\n" + "長い文です。" * 400
    draft = EntryDraft(id="moving", kind=EntryKind.GUIDE, question="引っ越し", answer=body)
    with house.database.transaction() as session:
        assert isinstance(edit_and_publish(session, house.packs("midori"), draft, "編集者", house.clock.now), Saved)
    pages = create_guide_pages(house.database, {"midori": house.packs("midori")}, house.clock)
    server = Server(Starlette(routes=[Mount("/guides", app=pages)]))
    try:
        context = chromium.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=True)
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.goto(f"{server.url}/guides/midori/moving#section-2")
            assert page.evaluate(WIDER) <= 0
            assert page.locator("h1").count() == 1
            assert page.evaluate("document.querySelector('#section-2').getBoundingClientRect().top < innerHeight")
        page.click("summary")
        page.click(".contents >> text=窓口")
        page.wait_for_url("**#section-3")
        assert look_everywhere(page) == []
        page.goto(f"{server.url}/guides/midori/nothing-here")
        assert look_everywhere(page) == []
        assert [text for text in complaints if "favicon" not in text and "404" not in text] == []
        context.close()
    finally:
        server.stop()


def test_keyboard_reaches_the_text_first_and_the_focus_can_be_seen(opened) -> None:  # type: ignore[no-untyped-def]
    page = opened("viewer")
    page.reload()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.wait_for_url("**#main")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    style = page.evaluate("(({outlineWidth, boxShadow}) => [outlineWidth, boxShadow])(getComputedStyle(document.activeElement))")
    assert style[0] == "4px"
    assert "255, 212, 61" in style[1]


def test_axe_finds_nothing_on_any_page(opened, address: str) -> None:  # type: ignore[no-untyped-def]
    page = opened()
    found = {}
    for path in PAGES:
        page.goto(address + path)
        found[path] = look_everywhere(page)
    page.goto(f"{address}/nothing-here")
    found["nothing-here"] = look_everywhere(page)
    page.context.clear_cookies()
    page.goto(f"{address}/login")
    found["login"] = look_everywhere(page)
    assert {path: violations for path, violations in found.items() if violations} == {}
    page.evaluate("document.querySelector('h1').style.color = '#eee'")
    assert any("color-contrast" in sentence for sentence in look_everywhere(page))
