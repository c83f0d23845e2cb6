"""Handover notes."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from handoff.desk_models import HandoverNote
from tests.console.case_sample import fill_cases
from tests.console.conftest import Browser, House, actions, words_of
from tests.console.sample import ATTACK

Visit = Callable[..., Browser]
PATH = "/console/handover"
KEY = "0123456789abcdef0123456789abcdef"


def test_note_is_left_once_and_met_by_the_next_on_the_start_page(house: House, visit: Visit) -> None:
    fill_cases(house)
    browser = visit("taro")
    for _ in range(2):
        assert browser.submit(PATH, text=f"約束：明日電話 {ATTACK}", department="citizens", submission=KEY).headers["location"] == PATH
    with house.database.reading() as session:
        note = session.query(HandoverNote).one()
    assert actions(house) == [f"handover.leave handover:{note.id}"]
    house.clock.pass_by(timedelta(hours=14))
    page = visit("jiro").get("/console/").text
    assert "前の当番からの引き継ぎ" in page
    assert "山田 太郎 → 緑市民課" in words_of(page)
    assert "<script>alert" not in page
    assert "前の当番からの引き継ぎ" not in visit("taro").get("/console/").text, "nobody reads their own note"
    assert "明日電話" not in visit("hanako").get("/console/").text
    assert "明日電話" not in visit("hanako").get(PATH).text
    assert "明日電話" in visit("supervisor").get(PATH).text
    assert "前の当番からの引き継ぎ" not in visit("viewer").get("/console/").text
    house.clock.pass_by(timedelta(days=3))
    assert "前の当番からの引き継ぎ" not in visit("jiro").get("/console/").text
    assert "明日電話" in visit("jiro").get(PATH).text


def test_note_for_everybody_reaches_every_department(house: House, visit: Visit) -> None:
    fill_cases(house)
    visit("taro").submit(PATH, text="全員へ", department="nowhere", submission=KEY)
    assert "山田 太郎 → 職員全員" in words_of(visit("hanako").get("/console/").text)


@pytest.mark.parametrize(("text", "said"), [("  ", "伝えることを書いてください"), ("あ" * 4001, "4001字あります")])
def test_empty_or_endless_note_is_refused_and_kept(house: House, visit: Visit, text: str, said: str) -> None:
    answer = visit("staff").submit(PATH, text=text, submission=KEY)
    assert answer.status_code == 422
    assert said in answer.text
    assert text in answer.text
    assert visit("staff").submit(PATH, text="書ける", submission=KEY).status_code == 303


def test_empty_page_tells_what_notes_are_for(visit: Visit) -> None:
    assert "次の当番のホームに出ます" in visit("staff").get(PATH).text


def test_many_notes_are_cut_into_pages(house: House, visit: Visit) -> None:
    browser = visit("staff")
    for number in range(21):
        browser.submit(PATH, text=f"メモ{number}番", submission=f"{number:032d}")
    assert "メモ0番" not in browser.get(PATH).text
    assert "メモ0番" in browser.get(f"{PATH}?page=2").text
