"""A real browser on the lists and the pages around them: they fit, keep to the rules of accessibility, and are worked by keyboard alone."""

from collections.abc import Iterator

import pytest

from console.live.live import Live
from handoff import cases
from handoff.claiming import offer
from handoff.desk_models import EmergencyMessage, HandoverNote
from handoff.models import Case, CaseState, Staff
from procedures.reviewing import mark_field
from tests.axe import look_everywhere
from tests.browser import started_browser
from tests.console.application_sample import applied, held
from tests.console.case_sample import fill_cases, open_one
from tests.console.conftest import House
from tests.console.pages import arrive, hold_time, opened_pages, wait_until
from tests.console.sample import NOW
from tests.console.test_browser import WIDER
from tests.console.test_case_browser import EXPECTED, SMALL_FIELDS
from tests.console.test_supervision import asked_block
from tests.patience import soon
from tests.town import Server

PAGES = (
    "/",
    "/cases",
    "/cases?tab=mine",
    "/cases?tab=all&words=住民票&department=citizens",
    "/cases?tab=snoozed&words=何もない",
    "/new-case",
    "/canned",
    "/new-canned",
    "/handover",
    "/supervision",
    "/reviews",
    "/content/wishes",
    "/emergency",
    "/staff",
    "/identity",
    "/applications",
    "/applications?tab=done&words=何もない",
    "/applications/1",
    "/applications/2",
    "/applications/map",
    "/applications/slots",
)


@pytest.fixture
def ids(house: House) -> dict[str, int]:
    if not house.database.is_sqlite:
        pytest.skip("pages look the same on every database")
    return fill_cases(house)


@pytest.fixture
def address(house: House, ids: dict[str, int]) -> Iterator[str]:
    live = Live(house.database)
    server = Server(house.application(live=live))
    yield f"{server.url}/console"
    live.stop()
    server.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    with started_browser() as browser:
        yield browser


@pytest.fixture
def opened(chromium, address: str) -> Iterator[object]:  # type: ignore[no-untyped-def]
    with opened_pages(chromium, address, usual_login="taro", expected=EXPECTED) as page_of:
        yield page_of


def test_every_page_fits_and_keeps_to_the_rules(opened, house: House, address: str, ids: dict[str, int]) -> None:  # type: ignore[no-untyped-def]
    asked_block(house, ids, "taro")
    with house.database.transaction() as session:
        taro = session.query(Staff).filter(Staff.login == "taro").one()
        taro_id = taro.id
        of_town = {"municipality_id": "midori", "staff_id": taro.id}
        session.add(HandoverNote(**of_town, text="長い引き継ぎ。" * 40, at=NOW))
        session.add(EmergencyMessage(**of_town, texts={"ja": "閉庁しています。" * 20, "en": "Closed."}, began_at=NOW))
    sofa, _ = applied(house, thing="長い名前の家具" * 8), applied(house, "pothole", key="m-2", notify="anonymous")
    with house.database.transaction() as session:
        desk, one = house.receiving.desk("midori"), held(session, sofa)
        mark_field(session, desk, one, "phone", is_fine=False, reason="長い理由。" * 30, staff_id=taro_id, now=NOW)
    page = opened("supervisor")
    found = {}
    for path in PAGES:
        page.goto(address + path)
        assert page.locator("h1").count() == 1, path
        assert page.locator(".room[aria-current=page]").count() == 1, path
        page.evaluate("document.querySelectorAll('main details').forEach(details => { details.open = true; })")
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 780})
            assert page.evaluate(WIDER) <= 0, path
            assert page.evaluate(SMALL_FIELDS) == [], path
        if violations := look_everywhere(page):
            found[path] = violations
    assert found == {}


def test_list_is_worked_by_keyboard_alone(opened, house: House, address: str, ids: dict[str, int]) -> None:  # type: ignore[no-untyped-def]
    page = opened()
    hold_time(page)
    page.keyboard.press("g")
    page.keyboard.press("i")
    arrive(page, "h1:text('案件')")
    focused = "document.activeElement.closest('[data-row]')?.id"
    page.keyboard.press("j")
    assert page.evaluate(focused) == f"case-{ids['crisis']}"
    page.keyboard.press("j")
    assert page.evaluate(focused) == f"case-{ids['late']}"
    page.keyboard.press("k")
    assert page.evaluate(focused) == f"case-{ids['crisis']}"
    page.keyboard.press("x")
    assert page.locator(f"#case-{ids['crisis']} input").is_checked()
    assert page.evaluate("document.querySelector('.bulk-count').textContent") == "（1件を選択中）"
    page.keyboard.press("?")
    page.wait_for_selector("#key-help[open]")
    page.keyboard.press("j")
    page.keyboard.press("Escape")
    assert page.evaluate(focused) == f"case-{ids['crisis']}", "closing the help gives the focus back"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "words"
    page.keyboard.type("j/k?")
    assert page.input_value("#words") == "j/k?"
    page.goto(f"{address}/cases?tab=mine")
    arrive(page, f"#case-{ids['mine']}")
    page.keyboard.press("j")
    wait_until(page, f"Boolean({focused})")
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/cases/*")


def test_keys_wait_while_japanese_is_converted_and_can_be_switched_off(opened, address: str) -> None:  # type: ignore[no-untyped-def]
    page = opened()
    page.goto(f"{address}/cases")
    page.evaluate("document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '?', isComposing: true, bubbles: true}))")
    page.evaluate("document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '?', keyCode: 229, bubbles: true}))")
    assert not page.evaluate("document.querySelector('#key-help').open")
    page.click("#list-settings summary")
    page.click("text=キーボードで操作する")
    page.click("h1")
    page.keyboard.press("?")
    page.keyboard.press("j")
    assert not page.evaluate("document.querySelector('#key-help').open")
    assert page.evaluate("document.activeElement.closest('[data-row]')") is None
    page.reload()
    arrive(page, ".scripted >> text=キーボードの操作")
    page.keyboard.press("?")
    assert not page.evaluate("document.querySelector('#key-help').open")
    page.click("text=キーボードの操作")
    page.wait_for_selector("#key-help[open]")


def test_list_follows_what_others_do_without_losing_what_was_ticked(opened, house: House, address: str, ids: dict[str, int]) -> None:  # type: ignore[no-untyped-def]
    page = opened("jiro")
    page.goto(f"{address}/cases")
    page.check(f"#case-{ids['waiting']} input")
    wait_until(page, "document.title.startsWith('(5) 案件')")
    with house.database.transaction() as session:
        new = open_one(session, house, "いま届いた相談", minutes=0).id
        late = session.get_one(Case, ids["late"])
        cases.claim(session, house.packs("midori"), late, session.query(Staff).filter(Staff.login == "hanako").one(), now=house.clock.now)
    page.wait_for_selector(f"#case-{new}")
    page.wait_for_selector(f"#case-{ids['late']}", state="detached")
    assert page.locator(f"#case-{ids['waiting']} input").is_checked()
    wait_until(page, "document.title.startsWith('(5) 案件')")
    with house.database.transaction() as session:
        case = session.get_one(Case, new)
        jiro = session.query(Staff).filter(Staff.login == "jiro").one()
        offer(session, house.packs("midori"), case, jiro, (), now=house.clock.now)
    page.wait_for_selector(f"#offer-{new}")
    page.wait_for_selector("#announcement:text-is('新しい案件があなたに届きました。')", state="attached")
    first = page.inner_text(f"#offer-{new} [data-until]")
    soon(lambda: page.inner_text(f"#offer-{new} [data-until]") != first)
    page.click(f"#offer-{new} >> text=受け持つ")
    page.wait_for_url(f"**/console/cases/{new}")


@pytest.mark.parametrize("scripts", [True, False])
def test_day_at_the_list_with_and_without_scripts(opened, house: House, address: str, ids: dict[str, int], scripts: bool) -> None:  # type: ignore[no-untyped-def]
    page = opened(width=360, scripts=scripts)
    page.goto(f"{address}/cases?tab=mine")
    page.check(f"#case-{ids['mine']} input")
    page.click("#bulk-box summary")
    page.select_option("#bulk-priority", "vulnerable")
    page.click("text=優先度を変える")
    page.wait_for_selector("#bulk-result >> text=1件の優先度を変えました")
    page.click("#bulk-result >> text=元に戻す")
    page.wait_for_selector("#bulk-result >> text=元に戻しました")
    page.click("#presence summary")
    page.click("#presence button[value=off]")
    page.wait_for_selector("h1:text('退勤する前に')")
    page.fill("#note", "明日、電話する約束です。")
    page.click("text=案件を戻して退勤する")
    page.wait_for_selector("main >> text=退勤にしました")
    with house.database.reading() as session:
        assert session.get_one(Case, ids["mine"]).state == CaseState.WAITING


def test_sound_and_desktop_notice_are_chosen_and_tell_nothing_of_anybody(opened, house: House, address: str) -> None:  # type: ignore[no-untyped-def]
    page = opened("jiro")
    page.add_init_script("""
      window.told = [];
      window.Notification = class { constructor(title, options) { window.told.push(title + ' ' + options.body); } addEventListener() {} };
      Notification.permission = 'granted';
      Notification.requestPermission = async () => 'granted';
      Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
    """)
    page.goto(f"{address}/cases")
    page.click("#list-settings summary")
    page.click("text=デスクトップに知らせる")
    with house.database.transaction() as session:
        open_one(session, house, "秘密の相談", minutes=0)
    wait_until(page, "window.told.length > 0")
    assert page.evaluate("window.told") == ["窓口 新しい案件か、住民の返事があります。"]
