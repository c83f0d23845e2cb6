"""The whole story in real browsers: two members of staff and two residents at once, from a question to how it was."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from handoff.desk_models import StaffMessage
from handoff.models import Case, CaseEvent, CaseState
from tests.console.pages import wait_until
from tests.patience import soon
from tests.simulator.page.acts import say_and_see
from tests.story.acts import ask_for_a_person, claim, let_it_go, line, open_case, send_photo, stand, write
from tests.story.street import Street

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


def case_at(street: Street, address: str) -> Case:
    with street.database.reading() as session:
        return session.get_one(Case, int(address.rsplit("/", 1)[-1]))


@pytest.fixture(autouse=True)
def silence(street: Street) -> Iterator[None]:
    """Nothing may go wrong unseen."""
    yield
    assert street.complaints == []
    assert street.town.platform.violations == []


@pytest.fixture
def desks(street: Street, browser: "Browser") -> Iterator[tuple["Page", "Page"]]:
    """The lists of 田中 and of her supervisor 鈴木, side by side."""
    pages = street.staff(browser, "tanaka"), street.staff(browser, "suzuki")
    for page in pages:
        stand(page, "busy")
        page.goto(f"{street.server.url}/console/cases?tab=unassigned")
    yield pages
    for page in pages:
        page.context.close()


def test_question_is_handed_over_worked_by_two_and_closed(street: Street, browser: "Browser", desks: tuple["Page", "Page"]) -> None:
    tanaka, suzuki = desks
    hana, taro = street.resident(browser, "佐藤 はな"), street.resident(browser, "山田 太郎")

    # The bot answers, then a person is asked for: lists show it without being touched.
    ask_for_a_person(street, hana, "住民票の写しはどこで取れますか")
    for page in desks:
        page.wait_for_selector(line("住民票の写し"))
    wait_until(tanaka, "document.title.startsWith('(1) ')")
    ask_for_a_person(street, taro, "粗大ごみはどう出しますか")
    suzuki.wait_for_selector(line("粗大ごみ"))

    # One claims it; from the other's list it goes. The resident hears who speaks from now on.
    address = open_case(tanaka, "住民票の写し")
    claim(street, tanaka)
    suzuki.wait_for_selector(line("住民票の写し"), state="detached")
    hana.wait_for_selector("text=が担当します")

    # Words of a person, and an answer with a photo.
    write(tanaka, "はなさん、書類の写真を送ってください。")
    let_it_go(street)
    hana.wait_for_selector("text=はなさん、書類の写真を送ってください。")
    tanaka.wait_for_selector(".said-staff:has-text('書類の写真を送って') .badge-success")
    send_photo(street, hana)
    say_and_see(hana, "この書類です")
    street.settle()
    tanaka.wait_for_selector(".said-resident:has-text('この書類です')")
    tanaka.wait_for_selector("#case-talk img")

    # A colleague is asked for a word among staff, and gets the case.
    tanaka.fill("#note-text", "@鈴木 誠 保険の書類のようです。")
    tanaka.click("#note-form button[type=submit]")
    tanaka.wait_for_selector("#case-notes >> text=保険の書類のようです。")
    tanaka.click("#transfer summary")
    tanaka.select_option("#transfer-target", label=tanaka.locator("#transfer-target option:has-text('鈴木')").first.inner_text())
    tanaka.fill("#transfer-note", "保険の書類の見方を知りたい方です。")
    tanaka.click("#move-transfer button[type=submit]")
    tanaka.wait_for_selector("text=渡しました。")
    street.settle()
    suzuki.goto(address)
    suzuki.wait_for_selector("#case-notes >> text=保険の書類のようです。")
    if suzuki.locator("#move-claim button").count():
        suzuki.click("#move-claim button")
    suzuki.wait_for_selector("#reply-form")
    street.settle()

    # What was written by mistake is taken back in time; nothing of it leaves.
    write(suzuki, "まちがえた文です")
    suzuki.click(".said-pending button:has-text('送るのをやめる')")
    suzuki.wait_for_selector(".said-pending", state="detached")
    let_it_go(street)
    wait_until(suzuki, "document.querySelector('#reply-text').value.trim() === 'まちがえた文です'")
    write(suzuki, "国民健康保険の書類です。5日までにお持ちください。")
    let_it_go(street)
    hana.wait_for_selector("text=国民健康保険の書類です。")
    assert "まちがえた文です" not in hana.inner_text("body")
    assert "保険の書類のようです。" not in hana.inner_text("body")

    # It ends, and the resident says how it was.
    suzuki.click("#close summary")
    suzuki.fill("#close-minutes", "7")
    suzuki.click("#move-close button[value=answered]")
    suzuki.wait_for_selector("#case-head >> text=終了")
    street.settle()
    hana.click(".quick-replies button >> nth=0")
    soon(lambda: case_at(street, address).satisfaction is not None)
    case = case_at(street, address)
    assert (case.state, case.minutes, case.satisfaction, case.close_reason) == (CaseState.CLOSED, 7, 5, "answered")
    assert "粗大ごみはどう" not in hana.inner_text("body")
    assert "保険の書類" not in taro.inner_text("body")


def test_second_who_claims_hears_who_was_faster_and_a_double_click_does_it_once(
    street: Street, browser: "Browser", desks: tuple["Page", "Page"]
) -> None:
    tanaka, suzuki = desks
    jiro = street.resident(browser, "高田 次郎")
    ask_for_a_person(street, jiro, "転入届はどう出しますか")
    suzuki.wait_for_selector(line("転入届"))
    address = open_case(suzuki, "転入届")
    tanaka.goto(address)
    tanaka.wait_for_selector("#move-claim button")

    # The other page still shows the button, as it was when both pressed it.
    tanaka.evaluate("document.querySelector('[data-live^=case_head]').setAttribute('data-live-keep', '')")
    suzuki.dblclick("#move-claim button")
    suzuki.wait_for_selector("#reply-form")
    tanaka.click("#move-claim button")
    tanaka.wait_for_selector("[role=alert] >> text=鈴木")
    street.settle()
    jiro.wait_for_selector("text=が担当します")

    # A double click sends once.
    suzuki.fill("#reply-text", "転入届は市民課でお出しください。")
    suzuki.dblclick("#reply-send")
    suzuki.wait_for_selector(".said-pending >> text=転入届は市民課で")
    let_it_go(street)
    jiro.wait_for_selector("text=転入届は市民課でお出しください。")
    with street.database.reading() as session:
        number = int(address.rsplit("/", 1)[-1])
        kinds = [event.kind for event in session.scalars(select(CaseEvent).where(CaseEvent.case_id == number))]
        said = session.scalars(select(StaffMessage).where(StaffMessage.case_id == number)).all()
    assert kinds.count("claimed") == 1
    assert len(said) == 1


def test_restart_in_the_middle_is_survived_by_open_pages(street: Street, browser: "Browser", desks: tuple["Page", "Page"]) -> None:
    tanaka, suzuki = desks
    aki = street.resident(browser, "森 あき")
    ask_for_a_person(street, aki, "印鑑登録はどうしますか")
    tanaka.wait_for_selector(line("印鑑登録"))
    open_case(tanaka, "印鑑登録")
    claim(street, tanaka)
    write(tanaka, "印鑑登録ですね。")
    tanaka.fill("#reply-text", "書きかけの文")
    say_and_see(aki, "本人が行けません")
    street.settle()

    street.restart()
    let_it_go(street)
    aki.wait_for_selector("text=印鑑登録ですね。")
    say_and_see(aki, "代理でもいいですか")
    street.settle()

    # Nobody pressed anything: the page found its way back, and what was typed is there.
    tanaka.wait_for_selector(".said-resident:has-text('代理でもいいですか')")
    tanaka.wait_for_selector(".said-staff:has-text('印鑑登録ですね。') .badge-success")
    assert tanaka.input_value("#reply-text") == "書きかけの文"
    wait_until(tanaka, "document.querySelector('#connection').textContent.trim() === ''")
    tanaka.press("#reply-text", "Control+Enter")
    tanaka.wait_for_selector(".said-pending >> text=書きかけの文")
    let_it_go(street)
    aki.wait_for_selector("text=書きかけの文")
    suzuki.wait_for_selector("#case-tabs")
