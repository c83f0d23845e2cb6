"""What residents said of answers, as editors work through it."""

from collections.abc import Callable

import pytest

from bot.models import Feedback
from tests.console.conftest import Browser, House, actions, words_of

Visit = Callable[..., Browser]
PATH = "/console/content/feedback"


def stored(house: House, feedback_id: int = 1) -> Feedback:
    with house.database.reading() as session:
        return session.get_one(Feedback, feedback_id)


def test_list_shows_question_reason_comment_and_how_the_answer_was_found(visit: Visit) -> None:
    page = visit("editor").get(PATH).text
    words = words_of(page)
    for shown in ("住民票はどこ", "役に立たなかった", "内容が古い・間違い", "料金が古いです", "引用した", "0.910", "未処理のものが1件"):
        assert shown in words, shown
    assert 'href="/console/content/certificates-copy"' in page
    assert 'href="/console/conversations/1"' in page
    assert "090-1234-5678" not in page


@pytest.mark.parametrize(
    ("query", "seen", "unseen"),
    [
        ("verdict=helped", "番号3の質問", "住民票はどこ"),
        ("verdict=not_helped", "住民票はどこ", "番号3の質問"),
        ("reason=wrong", "住民票はどこ", "番号3の質問"),
        ("reason=unclear", "条件に合う評価はありません", "住民票はどこ"),
        ("entry=certificates-copy", "住民票はどこ", "番号3の質問"),
        ("entry=certificates", "条件に合う評価はありません", "住民票はどこ"),
        ("entry=%25", "条件に合う評価はありません", "住民票はどこ"),
        ("state=handled", "処理済みの評価はまだありません", "住民票はどこ"),
        ("state=all", "住民票はどこ", "処理済みの評価はまだありません"),
        ("verdict=x&reason=%00&state=y&entry=%00&page=-3", "住民票はどこ", "条件に合う評価はありません"),
        ("page=9", "条件に合う評価はありません", "住民票はどこ"),
    ],
)
def test_list_is_narrowed(visit: Visit, query: str, seen: str, unseen: str) -> None:
    words = words_of(visit("viewer").get(f"{PATH}?{query}").text)
    assert seen in words
    assert unseen not in words


def test_handled_feedback_leaves_the_list_and_can_come_back(house: House, visit: Visit) -> None:
    browser = visit("editor")
    answer = browser.submit(f"{PATH}/1/handle")
    assert (answer.status_code, answer.headers["location"]) == (303, PATH)
    assert (stored(house).handled_by, stored(house).handled_at) == ("editorさん", house.clock.now)
    page = browser.get(PATH).text
    assert "処理済みにしました" in page
    assert "住民票はどこ" not in page
    assert "住民票はどこ" in browser.get(f"{PATH}?state=handled").text
    assert browser.submit(f"{PATH}/1/handle").status_code == 303
    assert browser.submit(f"{PATH}/1/reopen").status_code == 303
    assert browser.submit(f"{PATH}/1/reopen").status_code == 303
    assert stored(house).handled_at is None
    assert actions(house) == ["feedback.handle feedback:1", "feedback.reopen feedback:1"]


def test_part_of_the_page_is_swapped(visit: Visit) -> None:
    answer = visit("editor").submit(f"{PATH}/1/handle", as_htmx=True)
    assert answer.status_code == 200
    assert "未処理に戻す" in answer.text
    assert "<html" not in answer.text


def test_who_may_not_edit_sees_no_button(visit: Visit) -> None:
    page = visit("viewer").get(PATH).text
    assert "住民票はどこ" in page
    assert "処理済みにする" not in page


def test_empty_list_tells_what_will_come(house: House, visit: Visit) -> None:
    with house.database.transaction() as session:
        session.query(Feedback).delete()
    words = words_of(visit("editor").get(PATH).text)
    assert "未処理の評価はありません" in words
    assert "「違う」を押すと、ここに並びます" in words
