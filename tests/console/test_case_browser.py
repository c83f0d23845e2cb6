"""A real browser on the page of a case: the whole work by keyboard alone, what is typed survives, and the page fits and stays silent."""

import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from console.models import StaffSession
from handoff.cases import ToDepartment, add_words, note, transfer
from handoff.desk_models import CaseNote, CaseTask, StaffMessage, StaffMessageState, Viewing
from handoff.models import Case, CaseChannel
from handoff.packet import Packet
from tests.axe import look_everywhere
from tests.browser import started_browser
from tests.console.cases import (
    add_canned,
    add_colleague,
    claimed_case,
    come,
    give,
    opened_case,
    resident_says,
    send_what_waits,
    staff_of,
    state_of,
)
from tests.console.conftest import House
from tests.console.pages import arrive, hold_time, log_in, opened_pages, wait_until
from tests.console.sample import NOW
from tests.console.test_browser import SMALL, WIDER
from tests.town import Server

SMALL_FIELDS = SMALL.replace(":not([type=checkbox])", ":not([type=checkbox]):not([type=radio])")
"""Boxes to tick are small, their labels are not."""
EMPTY = "document.querySelector('#reply-text').value === ''"
LONG = "とても長い言葉を書く人もいます。" * 12 + "https://www.city.midori.example.jp/" + "a" * 160
EXPECTED = ("401", "404", "409", "422", "ERR_FAILED")
"""The browser reports as errors: a form that is refused, an ended session, a stream that a test cuts."""


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
    with opened_pages(chromium, address, usual_login="staff", expected=EXPECTED) as page_of:
        yield page_of


def full_case(house: House) -> int:
    """Everything that a page can show at once."""
    case_id = claimed_case(house)
    add_colleague(house, "sato", "佐藤 環", "environment")
    resident_says(house, case_id, LONG)
    picture = io.BytesIO()
    Image.new("RGB", (600, 400), "teal").save(picture, "PNG")
    with house.database.transaction() as session:
        case, staff = session.get_one(Case, case_id), staff_of(session, "staff")
        media_id = house.counter.media.take_upload(session, case, "地図.png", picture.getvalue(), now=NOW).id
        session.add(CaseNote(municipality_id="midori", case_id=case_id, staff_id=staff.id, text=LONG, at=NOW))
        session.add(CaseTask(municipality_id="midori", case_id=case_id, kind="contact", note="届きませんでした", created_at=NOW))
        session.add(Viewing(case_id=case_id, staff_id=staff_of(session, "supervisor").id, at=NOW, typed_at=NOW))
        for shortcut, title, text in (
            ("hello", "はじめに", "お待たせしました。{{ staff.name }}です。"),
            ("old", "昔の手数料", "{{ fee.old }}です。"),
        ):
            add_canned(session, shortcut, title, text)
    resident_says(house, case_id, "", kind="image", media_id=media_id)
    return case_id


def focused(page) -> str:  # type: ignore[no-untyped-def]
    return page.evaluate("document.activeElement.id")


def test_every_state_of_the_page_fits_and_axe_finds_nothing(house: House, opened, address: str) -> None:  # type: ignore[no-untyped-def]
    cases = {
        "held": full_case(house),
        "waiting": opened_case(house, key="m-new", language="vi", said="Tôi cần giấy cư trú", title="Giấy cư trú"),
        "telephone": opened_case(house, channel=CaseChannel.TELEPHONE, packet=Packet(), title=LONG[:200]),
        "held by another": claimed_case(house, "supervisor", key="m-held"),
    }
    page = opened("staff")
    found = {}
    for name, case_id in cases.items():
        page.goto(f"{address}/cases/{case_id}")
        assert page.locator("h1").count() == 1, name
        for width in (360, 640, 1280):
            page.set_viewport_size({"width": width, "height": 780})
            assert page.evaluate(WIDER) <= 0, (name, width)
            assert page.evaluate(SMALL_FIELDS) == [], (name, width)
        if violations := look_everywhere(page):
            found[name] = violations
    assert found == {}


def test_the_whole_work_is_done_by_keyboard_alone(house: House, opened, address: str) -> None:  # type: ignore[no-untyped-def]
    add_colleague(house, "sato", "佐藤 環", "environment")
    come(house, "sato")
    case_id = opened_case(house)
    page = opened("staff")
    hold_time(page)
    page.goto(f"{address}/cases/{case_id}")
    keys = page.keyboard
    keys.press("a")
    arrive(page, "#reply-form")
    keys.press("r")
    assert focused(page) == "reply-text"
    keys.type("まちがえた返信")
    keys.press("Enter")
    assert page.input_value("#reply-text") == "まちがえた返信\n", "Enter alone never sends"
    keys.press("Control+Enter")
    page.wait_for_selector("[data-countdown]")
    wait_until(page, EMPTY)
    page.evaluate("document.activeElement.blur()")
    keys.press("u")
    page.wait_for_selector("[data-countdown]", state="detached")
    wait_until(page, "document.querySelector('#reply-text').value.startsWith('まちがえた返信')")
    assert send_what_waits(house) == []
    page.focus("#reply-text")
    keys.press("Control+a")
    keys.type("300円です。")
    keys.press("Control+Enter")
    page.wait_for_selector("[data-countdown]")
    wait_until(page, EMPTY)
    assert send_what_waits(house) == ["300円です。"]
    page.wait_for_selector(".said-staff >> text=300円です。")
    page.evaluate("document.activeElement.blur()")
    keys.press("n")
    assert focused(page) == "note-text"
    keys.type("次の人へ：300円と伝えました")
    keys.press("Control+Enter")
    page.wait_for_selector("#case-notes >> text=300円と伝えました")
    assert "300円と伝えました" not in page.inner_text("#case-talk")
    page.evaluate("document.activeElement.blur()")
    keys.press("t")
    wait_until(page, "document.activeElement.id === 'transfer-target'")
    while "佐藤" not in page.evaluate("document.activeElement.selectedOptions[0].text"):
        keys.press("ArrowDown")
    keys.press("Tab")
    keys.press("ArrowDown")
    keys.press("Tab")
    keys.type("犬の登録もあります")
    keys.press("Tab")
    keys.press("Enter")
    page.wait_for_selector("text=渡しました。")
    assert state_of(house, case_id).department_id == "environment"
    other = opened("sato")
    other.goto(f"{address}/cases/{case_id}")
    other.keyboard.press("e")
    wait_until(other, "document.activeElement.id === 'close-minutes'")
    for _ in range(3):
        other.keyboard.press("Tab")
    other.keyboard.press("Enter")
    other.wait_for_selector("text=案件を終えました。")
    case = state_of(house, case_id)
    assert (case.state, case.close_reason) == ("closed", next(iter(house.packs("midori").counter.reasons)))


def test_converting_japanese_sends_nothing(house: House, opened, address: str) -> None:  # type: ignore[no-untyped-def]
    case_id = claimed_case(house)
    page = opened("staff")
    page.goto(f"{address}/cases/{case_id}")
    page.fill("#reply-text", "へんかん")
    # The form's event comes in the same moment as the key's, so nothing has to be waited for.
    page.evaluate(
        """() => {
            window.submitted = 0;
            document.addEventListener('submit', (event) => {
                window.submitted += 1;
                event.preventDefault();
                event.stopImmediatePropagation();
            }, true);
        }"""
    )
    for keys, submitted in (({"isComposing": True}, 0), ({"keyCode": 229}, 0), ({}, 1)):
        page.evaluate(
            """keys => document.querySelector('#reply-text').dispatchEvent(
                new KeyboardEvent('keydown', {key: 'Enter', ctrlKey: true, bubbles: true, cancelable: true, ...keys}))""",
            keys,
        )
        assert page.evaluate("window.submitted") == submitted, keys
    assert page.input_value("#reply-text") == "へんかん"


def test_page_ends_where_its_content_ends_however_long_the_talk_is(house: House, opened, address: str) -> None:  # type: ignore[no-untyped-def]
    """Words for screen readers in the talk used to lengthen the page by all that is scrolled away there."""
    case_id = claimed_case(house)
    for number in range(40):
        resident_says(house, case_id, f"{number}通目です。")
    page = opened("staff")
    page.goto(f"{address}/cases/{case_id}")
    arrive(page, "#reply-form")
    assert page.evaluate("document.querySelector('.case-scroll').scrollHeight > 3 * document.querySelector('.case-scroll').clientHeight")
    assert page.evaluate("document.documentElement.scrollHeight - document.body.scrollHeight") < 10


def test_page_of_a_refused_form_is_read_again_without_sending_the_form_again(house: House, opened, address: str) -> None:  # type: ignore[no-untyped-def]
    case_id = claimed_case(house)
    page = opened("staff")
    page.goto(f"{address}/cases/{case_id}")
    page.route("**/live?*", lambda route: route.abort())
    page.reload()
    with house.database.transaction() as session:
        add_words(session, house.packs("midori"), session.get_one(Case, case_id), now=NOW)
    page.locator("#close summary, summary:has-text('終了')").first.click()
    page.locator("form[action$='/close'] [type=submit]").first.click()
    page.wait_for_selector("main >> text=開いたあとに、この案件が変わりました")
    wait_until(page, f"location.pathname === '/console/cases/{case_id}'")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method) if request.is_navigation_request() else None)
    page.reload()
    page.wait_for_selector("#reply-text")
    page.go_back()
    page.go_forward()
    page.wait_for_selector("#reply-text")
    assert set(sent) == {"GET"}
    assert state_of(house, case_id).state == "held"


def test_draft_survives_reload_ended_session_and_a_new_login(house: House, opened, address: str) -> None:  # type: ignore[no-untyped-def]
    case_id = claimed_case(house)
    page = opened("staff")
    page.goto(f"{address}/cases/{case_id}")
    page.fill("#reply-text", "保存された文")
    page.wait_for_selector("#reply-preview >> text=下書きを保存しました")
    page.reload()
    assert page.input_value("#reply-text") == "保存された文"
    with house.database.transaction() as session:
        for row in session.scalars(select(StaffSession)):
            row.expires_at = NOW - timedelta(days=1)
    page.fill("#reply-text", "切れたあとに書いた文")
    page.click("#reply-send")
    page.wait_for_url("**/login?**")
    page.wait_for_selector("main >> text=ログインの期限が切れました")
    log_in(page, address, "staff")
    arrive(page, "#reply-form")
    assert page.input_value("#reply-text") == "切れたあとに書いた文"
    assert page.is_visible("#draft-restored")
    with house.database.reading() as session:
        assert session.scalars(select(StaffMessage)).all() == []


def test_sent_words_do_not_come_back_from_the_browser(house: House, opened, address: str) -> None:  # type: ignore[no-untyped-def]
    case_id = claimed_case(house)
    page = opened("staff")
    page.goto(f"{address}/cases/{case_id}")
    page.fill("#reply-text", "送った文")
    page.dblclick("#reply-send")
    page.wait_for_selector("[data-countdown]")
    wait_until(page, EMPTY)
    with house.database.reading() as session:
        assert [message.state for message in session.scalars(select(StaffMessage))] == [StaffMessageState.PENDING]
    page.reload()
    arrive(page, "#reply-form")
    assert page.input_value("#reply-text") == ""


def test_collision_shows_what_is_new_and_keeps_the_text(house: House, opened, address: str) -> None:  # type: ignore[no-untyped-def]
    case_id = claimed_case(house)
    page = opened("staff")
    # As if the stream were cut: what is new reaches the page only with the refusal.
    page.route("**/live?**", lambda route: route.abort())
    page.goto(f"{address}/cases/{case_id}")
    page.fill("#reply-text", "300円です。")
    resident_says(house, case_id, "2通お願いします")
    page.click("#reply-send")
    page.wait_for_selector(".newer >> text=2通お願いします")
    wait_until(page, "document.activeElement.getAttribute('role') === 'alert'")
    assert page.input_value("#reply-text") == "300円です。"
    page.wait_for_selector("#case-talk >> text=2通お願いします")
    page.click("#reply-send")
    page.wait_for_selector("[data-countdown]")
    assert send_what_waits(house) == ["300円です。"]


def test_open_page_follows_the_case_and_keeps_what_is_typed(house: House, opened, address: str) -> None:  # type: ignore[no-untyped-def]
    case_id = claimed_case(house)
    page = opened("staff")
    page.goto(f"{address}/cases/{case_id}")
    page.click("#transfer > summary")
    page.fill("#transfer-note", "途中の申し送り")
    page.fill("#reply-text", "途中の返信")
    page.evaluate("document.querySelector('#reply-text').setSelectionRange(2, 2)")
    resident_says(house, case_id, "追加でお聞きします")
    with house.database.transaction() as session:
        case, supervisor = session.get_one(Case, case_id), staff_of(session, "supervisor")
        add_words(session, house.packs("midori"), case, now=house.clock())
        note(session, case, "横から失礼します", [], by=supervisor, now=house.clock())
    page.wait_for_selector("#case-talk >> text=追加でお聞きします")
    page.wait_for_selector("#case-notes >> text=横から失礼します")
    assert page.input_value("#reply-text") == "途中の返信"
    assert page.input_value("#transfer-note") == "途中の申し送り"
    assert page.evaluate("[document.activeElement.id, document.activeElement.selectionStart]") == ["reply-text", 2]
    wait_until(page, f"document.querySelector('[form=move-transfer][name=version]').value === '{state_of(house, case_id).version}'")
    give(house, case_id, "supervisor")
    page.wait_for_selector(".reply-lost", state="visible")
    assert page.input_value("#reply-text") == "途中の返信"


def test_case_that_went_to_another_department_closes_the_box_and_keeps_the_words(house: House, opened, address: str) -> None:  # type: ignore[no-untyped-def]
    """The box used to stay open, and pressing it said that the page was not found."""
    add_colleague(house, "sato", "佐藤 環", "environment")
    case_id = claimed_case(house, "sato", department_id="environment")
    page = opened("sato", width=390)
    page.goto(f"{address}/cases/{case_id}")
    page.fill("#reply-text", "途中の返信")
    with house.database.transaction() as session:
        case = session.get_one(Case, case_id)
        target, by = ToDepartment(department_id="citizens"), staff_of(session, "sato")
        transfer(session, house.packs("midori"), case, target, "市民課の件です", by=by, now=house.clock())
    page.wait_for_selector("#connection >> text=もうこの画面では見られません", state="visible")
    page.wait_for_selector(".reply-lost", state="visible")
    page.click("#reply-send")
    page.wait_for_selector("#alert >> text=ほかの課へ移りました")
    assert page.input_value("#reply-text") == "途中の返信"
    box = page.locator("#alert").bounding_box()
    assert 0 <= box["y"] <= 780 - box["height"], "it is seen far down on a phone, too"


def test_box_comes_by_itself_to_whoever_is_given_the_case(house: House, opened, address: str) -> None:  # type: ignore[no-untyped-def]
    case_id = opened_case(house)
    page = opened("staff")
    page.goto(f"{address}/cases/{case_id}")
    assert page.locator("#reply-form").count() == 0
    give(house, case_id, "staff")
    page.wait_for_selector("#reply-form")


def test_prepared_and_published_words_go_where_the_caret_is(house: House, opened, address: str) -> None:  # type: ignore[no-untyped-def]
    case_id = full_case(house)
    page = opened("staff", width=360)
    page.goto(f"{address}/cases/{case_id}")
    page.focus("#reply-text")
    page.keyboard.type("/")
    page.wait_for_selector("#canned-picker[open]")
    assert "いまの値がありません（fee.old）" in page.inner_text("#canned-picker")
    page.keyboard.type("はじめ")
    page.keyboard.press("Enter")
    assert page.input_value("#reply-text") == "お待たせしました。staffさんです。"
    assert page.input_value("#reply-used") == "1"
    page.click(".suggestion button")
    assert page.input_value("#reply-text").endswith(
        "市民課の窓口で取れます。手数料は300円です。\nhttps://www.city.midori.example.jp/juminhyo/"
    )
    assert page.input_value("#reply-cited") == "certificates-copy"
    page.keyboard.type("\n9時/17時")
    assert page.locator("#canned-picker[open]").count() == 0, "a / within a word opens nothing"
    page.wait_for_selector(".fact-warning >> text=9時")


def test_photo_is_zoomed_and_the_focus_comes_back(house: House, opened, address: str) -> None:  # type: ignore[no-untyped-def]
    case_id = full_case(house)
    page = opened("staff")
    page.goto(f"{address}/cases/{case_id}")
    page.focus("[data-photo-link]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#photo-view[open]")
    page.click("[data-photo=larger]")
    assert page.get_attribute(".photo-ground", "data-zoom") == "2"
    wait_until(page, "document.querySelector('#photo-view img').naturalWidth === 600")
    page.keyboard.press("Escape")
    wait_until(page, "document.activeElement.hasAttribute('data-photo-link')")


def test_keys_can_be_switched_off(house: House, opened, address: str) -> None:  # type: ignore[no-untyped-def]
    case_id = claimed_case(house)
    page = opened("staff")
    page.goto(f"{address}/cases/{case_id}")
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open] >> text=返信を書く")
    page.keyboard.press("Escape")
    page.evaluate("localStorage.setItem('madoguchi.keys', 'off')")
    page.reload()
    page.keyboard.press("r")
    assert focused(page) != "reply-text"


def test_everything_works_without_scripts(house: House, opened, address: str) -> None:  # type: ignore[no-untyped-def]
    case_id = opened_case(house)
    with house.database.transaction() as session:
        add_canned(session, "hello", "はじめに", "お待たせしました。")
    page = opened("staff", width=360, scripts=False)
    page.goto(f"{address}/cases/{case_id}")
    page.click("text=引き受ける")
    page.click("summary:has-text('定型文')")
    page.click("details.without-script button")
    wait_until(page, "document.querySelector('#reply-text').value.includes('お待たせしました。')")
    page.fill("#reply-text", "350円です。")
    page.click("text=下書きを残して見え方を確かめる")
    page.wait_for_selector(".fact-warning >> text=350円")
    page.fill("#reply-text", "300円です。")
    page.click("#reply-send")
    page.wait_for_selector("main >> text=数秒後に送ります")
    page.click("text=送るのをやめる")
    page.wait_for_selector("[data-countdown]", state="detached")
    assert page.input_value("#reply-text").strip() == "300円です。"
    page.click("#reply-send")
    page.wait_for_selector("main >> text=数秒後に送ります")
    assert send_what_waits(house) == ["300円です。"]
    page.fill("#note-text", "スクリプトなしのメモ")
    page.click("text=メモを残す")
    page.wait_for_selector("#case-notes >> text=スクリプトなしのメモ")
    page.click("summary:has-text('終える')")
    page.click("#move-close button >> nth=0")
    page.wait_for_selector("main >> text=案件を終えました")
    assert state_of(house, case_id).state == "closed"
