"""The start page."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import delete, update

from bot.models import Quota, TurnRow
from handoff.desk_models import CaseNote, Mention
from handoff.models import CallbackRequest, CallbackState, Staff
from tests.console.case_sample import fill_cases
from tests.console.conftest import Browser, House, words_of

Visit = Callable[..., Browser]


def test_start_page_counts_what_waits_and_how_today_went(visit: Visit) -> None:
    words = words_of(visit("administrator").get("/console/").text)
    assert "折り返しの依頼 2 件" in words
    assert "約束の日を過ぎたもの 1件" in words
    assert "止まった処理 2 件" in words
    assert "35 人・グループ" in words
    assert "答えられなかった 1" in words
    assert "候補を示した 6" in words
    assert "人を案内した 1" in words
    assert "4,300 通 ／ 上限 5,000通" in words
    assert "上限に近づいています" in words
    assert "今日 9:00 に読み取りました" in words


def test_empty_start_page_tells_what_to_do(house: House, visit: Visit) -> None:
    house.clock.pass_by(timedelta(hours=11, minutes=59))
    with house.database.transaction() as session:
        session.execute(update(CallbackRequest).values(state=CallbackState.DONE))
        session.execute(delete(Quota))
        session.execute(update(TurnRow).values(at=house.clock.now - timedelta(days=1)))
    words = words_of(visit("viewer").get("/console/").text)
    for sentence in ("待っているものはありません", "今日はまだやりとりがありません", "送信数をまだ読み取っていません"):
        assert sentence in words


def test_unlimited_quota_has_no_bar(house: House, visit: Visit) -> None:
    with house.database.transaction() as session:
        session.execute(update(Quota).values(limit=None))
    page = visit("viewer").get("/console/").text
    assert "上限なし" in page
    assert "パーセントを使いました" not in page


def test_start_page_counts_what_waits_for_the_visitor(house: House, visit: Visit) -> None:
    ids = fill_cases(house)
    words = words_of(visit("taro").get("/console/").text)
    for said in ("担当を待つ案件 5 件", "あなたへの案件 1件", "期限を過ぎたもの 1件", "自分の案件 3 件", "返信を待つ人 1人"):
        assert said in words, said
    assert "評価の確認 1 件" in words_of(visit("supervisor").get("/console/").text)
    assert "担当を待つ案件" not in visit("viewer").get("/console/").text
    with house.database.transaction() as session:
        jiro = session.query(Staff).filter(Staff.login == "jiro").one()
        note = CaseNote(municipality_id="midori", case_id=ids["mine"], staff_id=jiro.id, text="どう思いますか", at=house.clock.now)
        session.add(note)
        session.flush()
        session.add(Mention(municipality_id="midori", note_id=note.id, case_id=ids["mine"], staff_id=jiro.id, at=house.clock.now))
    assert f"案件{ids['mine']}で意見を求められています" in words_of(visit("jiro").get("/console/").text)
