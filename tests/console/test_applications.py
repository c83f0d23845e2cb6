"""The board of applications: who sees what, filters, several at once, tables."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.receiving import By
from console.models import SavedFilter
from core.changes import APPLICATIONS, application_topic, newest_number, news_after
from procedures.models import Application, ApplicationState
from tests.console.application_sample import add_official, applied, held, stored, tell_what_waits
from tests.console.conftest import Browser, House, actions, words_of

Visit = Callable[..., Browser]
BOARD = "/console/applications"
KEY = "0123456789abcdef0123456789abcdef"


def board(browser: Browser, **query: str) -> str:
    answer = browser.get(BOARD, params=query)
    assert answer.status_code == 200
    return answer.text


def numbers(html: str) -> list[int]:
    return [int(found) for found in re.findall(r'id="application-(\d+)"', html)]


def send(browser: Browser, house: House, ids: list[int], key: str = KEY, **fields: str):  # type: ignore[no-untyped-def]
    picked = [f"{number}.{stored(house, number).version}" for number in ids]
    data = {"csrf_token": browser.token, "submission": key, "back": f"{BOARD}?tab=open", **fields, "application": picked}
    return browser.post(f"{BOARD}/bulk", data=data)


def result(browser: Browser, key: str = KEY) -> str:
    return words_of(board(browser, done=key))


def test_board_shows_columns_with_what_tells_applications_apart(house: House, visit: Visit) -> None:
    late, fresh = applied(house, ago=timedelta(days=9)), applied(house, key="m-2", name={"name": "𠮷田 花", "kana": "ヨシダ ハナ"})
    browser = visit("staff")
    html = board(browser)
    assert numbers(html) == [late, fresh], "what is due first comes first"
    words = words_of(html)
    for told in ("新着 2 件", "髙橋 𠮷野", "𠮷田 花", "11/30（月）", "期限を", "営業日過ぎています", "あと2営業日（12/1まで）"):
        assert told in words, told
    assert "7654321" not in html
    assert "対応を待っている申込みはありません" not in words


def test_empty_board_says_what_will_come(visit: Visit) -> None:
    assert "対応を待っている申込みはありません" in words_of(board(visit("staff")))
    assert "条件に合う申込みはありません" in words_of(board(visit("staff"), words="そんなものはない"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["sofa", "lamp", "hole"]),
        ({"procedure": "bulky"}, ["sofa", "lamp"]),
        ({"words": "ソファ"}, ["sofa"]),
        ({"words": "高橋"}, ["sofa"]),
        ({"words": "令和8年12月7日"}, ["lamp"]),
        ({"words": "R8.11.15"}, ["sofa"]),
        ({"words": "緑公園 穴"}, []),
        ({"words": "緑公園"}, ["hole"]),
        ({"overdue": "1"}, ["sofa"]),
        ({"since": "2026-11-20"}, ["lamp", "hole"]),
        ({"until": "令和8年11月20日"}, ["sofa"]),
        ({"department": "citizens"}, ["hole"]),
        ({"holder": "nobody"}, ["lamp", "hole"]),
        ({"tab": "done"}, []),
    ],
)
def test_filters(house: House, visit: Visit, query: dict[str, str], found: list[str]) -> None:
    ids = {
        "sofa": applied(house, ago=timedelta(days=9)),
        "lamp": applied(
            house, key="m-2", thing="電気スタンド", day={"day": "2026-12-07", "time": ""}, name={"name": "鈴木 一", "kana": "スズキ ハジメ"}
        ),
        "hole": applied(house, "pothole", key="m-3"),
    }
    staff = add_official(house, "hana", "environment")
    with house.database.transaction() as session:
        held(session, ids["sofa"]).holder_id = staff
    shown = numbers(board(visit("supervisor"), **query))
    assert sorted(shown) == sorted(ids[name] for name in found)


def test_receipt_number_is_found_and_a_day_that_is_none_is_said(house: House, visit: Visit) -> None:
    first, second = applied(house), applied(house, key="m-2")
    browser = visit("staff")
    assert numbers(board(browser, words=stored(house, second).number.lower())) == [second]
    assert numbers(board(browser, holder=str(10**9))) == []
    assert "「あした頃」は日付として読めませんでした" in words_of(board(browser, since="あした頃"))
    assert first != second


def test_other_departments_see_nothing_of_it(house: House, visit: Visit) -> None:
    number = applied(house)
    add_official(house, "hana", "environment")
    add_official(house, "jun", "citizens")
    assert numbers(board(visit("hana"))) == [number]
    assert visit("hana").get(f"{BOARD}/{number}").status_code == 200
    other = visit("jun")
    assert numbers(board(other)) == []
    assert other.get(f"{BOARD}/{number}").status_code == 404
    send(other, house, [number], action="accept")
    assert stored(house, number).state == ApplicationState.NEW
    assert "見つからないか、ほかの課の申込みです" in result(other)
    assert "大型ごみ" not in board(other)


def test_several_are_accepted_and_taken_back_before_anybody_hears(house: House, visit: Visit) -> None:
    ids = [applied(house), applied(house, key="m-2")]
    browser = visit("staff")
    answer = send(browser, house, ids, action="accept")
    assert answer.headers["location"].endswith(f"done={KEY}")
    assert [stored(house, number).state for number in ids] == ["accepted"] * 2
    assert "2件を受け付けました" in result(browser)
    browser.submit(f"{BOARD}/bulk/undo", submission=KEY, back=BOARD)
    assert [stored(house, number).state for number in ids] == ["new"] * 2
    assert "2件の受付を元に戻しました" in result(browser)
    assert tell_what_waits(house) == []
    assert actions(house) == [f"application.{verb} application:{number}" for verb in ("accept", "undo_accept") for number in ids]


def test_what_residents_have_heard_of_is_not_taken_back(house: House, visit: Visit) -> None:
    number, browser = applied(house), visit("staff")
    send(browser, house, [number], action="accept")
    told = tell_what_waits(house)
    assert len(told) == 1
    assert "を受け付けました" in told[0]
    browser.submit(f"{BOARD}/bulk/undo", submission=KEY, back=BOARD)
    assert stored(house, number).state == ApplicationState.ACCEPTED
    assert "もう住民に知らせたか" in result(browser)


def test_double_click_accepts_once_and_what_changed_meanwhile_stays(house: House, visit: Visit) -> None:
    number, other, browser = applied(house), applied(house, key="m-2"), visit("staff")
    data = {"submission": KEY, "back": BOARD, "action": "accept"}
    picked = [f"{number}.{stored(house, number).version}", f"{other}.0"]
    for _ in range(2):
        browser.post(f"{BOARD}/bulk", data={"csrf_token": browser.token, **data, "application": picked})
    assert stored(house, number).version == 2
    assert stored(house, other).state == ApplicationState.NEW
    words = result(browser)
    assert "1件を受け付けました" in words
    assert "1件はそのままです：開いたあとに、この申込みが変わりました" in words


def test_holder_is_given_and_put_back(house: House, visit: Visit) -> None:
    number, staff = applied(house), add_official(house, "hana", "environment")
    stranger = add_official(house, "jun", "citizens")
    browser = visit("supervisor")
    send(browser, house, [number], action="assign", holder=str(staff))
    assert stored(house, number).holder_id == staff
    assert "hanaさん" in board(browser)
    browser.submit(f"{BOARD}/bulk/undo", submission=KEY, back=BOARD)
    assert stored(house, number).holder_id is None
    send(browser, house, [number], "f" * 32, action="assign", holder=str(stranger))
    assert stored(house, number).holder_id is None, "it is not of that department"


def rows_of(content: bytes, encoding: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(encoding), newline="")))


def export(browser: Browser, **fields: str):  # type: ignore[no-untyped-def]
    return browser.submit(f"{BOARD}/csv", **{"procedure": "bulky", "reason": "業者に渡す一覧", "query": "", **fields})


def test_table_for_other_programs_is_guarded_and_recorded(house: House, visit: Visit) -> None:
    applied(house, thing="=HYPERLINK(1)")
    applied(house, "pothole", key="m-3")
    browser = visit("staff")
    answer = export(browser)
    assert answer.content.startswith(b"\xef\xbb\xbf")
    heading, *rows = rows_of(answer.content, "utf-8-sig")
    assert "口座" not in heading
    row = dict(zip(heading, rows[0], strict=True))
    assert len(rows) == 1
    assert row["品物"] == "'=HYPERLINK(1)"
    assert row["お名前"] == "髙橋 𠮷野（タカハシ ヨシノ）"
    assert row["状態"] == "仮受付"
    old = rows_of(export(browser, encoding="cp932").content, "cp932")
    assert old[1][heading.index("お名前")] == "髙橋 &#134071;野（タカハシ ヨシノ）"
    assert actions(house) == ["application.export procedure:bulky 1 業者に渡す一覧"] * 2
    assert rows_of(export(browser, query="words=ない").content, "utf-8-sig")[1:] == []


def test_sensitive_answers_leave_only_by_the_hands_of_who_may(house: House, visit: Visit) -> None:
    applied(house)
    assert b"7654321" not in export(visit("staff"), reveals="1").content
    assert b"7654321" in export(visit("supervisor"), reveals="1").content
    assert actions(house)[-1] == "application.export procedure:bulky 1 sensitive 業者に渡す一覧"


def test_table_without_a_reason_is_not_made(house: House, visit: Visit) -> None:
    applied(house)
    answer = export(visit("staff"), reason="  ")
    assert answer.status_code == 422
    assert "取り出す理由を書いてください" in answer.text
    assert actions(house) == []


def test_slots_are_changed_and_closed_for_who_applies_next(house: House, visit: Visit) -> None:
    applied(house)
    browser, path = visit("staff"), f"{BOARD}/slots"
    words = words_of(browser.get(path).text)
    assert "11月30日（月）" in words
    assert "申込み1件／定員2" in words
    key = "day||2026-12-01|"
    assert browser.submit(path, procedure="bulky", key=key, capacity="５").status_code == 303
    assert "定員5（ふだん2）" in words_of(browser.get(path).text)
    refused = browser.submit(path, procedure="bulky", key=key, capacity="たくさん")
    assert refused.status_code == 422
    assert "0から999までの数字を入れてください" in refused.text
    assert browser.submit(f"{path}/day", procedure="bulky", day="令和8年11月30日", action="close").status_code == 303
    assert "休み 申込み1件／定員0（ふだん2）" in words_of(browser.get(path).text)
    assert browser.submit(f"{path}/day", procedure="bulky", day="いつか", action="close").status_code == 422
    assert actions(house) == [f"application.slot procedure:bulky {key} 5", "application.slot_day_close procedure:bulky 2026-11-30 1"]
    browser.submit(path, procedure="bulky", key=key, action="usual")
    assert "定員5" not in words_of(browser.get(path).text)


def test_map_shows_reports_and_those_that_joined_once(house: House, visit: Visit) -> None:
    first = applied(house, "pothole", key="m-1")
    joined = applied(house, "pothole", key="m-2", same="same")
    in_words = applied(house, "pothole", key="m-3", kind="light", place={"latitude": None, "longitude": None, "text": "緑橋の下"})
    browser = visit("staff")
    page = browser.get(f"{BOARD}/map").text
    assert page.count('class="town-link"') == 1
    assert "+1</text>" in page
    assert numbers(page) == [first, in_words]
    assert "地図の場所がない通報（1件）" in words_of(page)
    assert f'href="{BOARD}/{joined}"' not in page
    assert "緑橋の下" in page
    add_official(house, "hana", "environment")
    assert visit("hana").get(f"{BOARD}/map").status_code == 404


def test_what_was_accepted_waits_no_longer(house: House, visit: Visit) -> None:
    number = applied(house, ago=timedelta(days=9))
    with house.database.transaction() as session:
        session.get_one(Application, number).state = ApplicationState.ACCEPTED
    assert numbers(board(visit("staff"), overdue="1")) == []
    assert "営業日過ぎています" not in words_of(board(visit("staff")))


def test_open_pages_are_told_of_what_happens_to_an_application(house: House, visit: Visit) -> None:
    number, browser = applied(house), visit("staff")
    with house.database.reading() as session:
        before = newest_number(session, "midori")
    send(browser, house, [number], action="accept")
    with house.database.reading() as session:
        news = news_after(session, "midori", before)
    assert news is not None
    assert news.topics == {APPLICATIONS, application_topic(number)}


def test_filter_of_the_board_is_kept_for_oneself_and_apart_from_those_of_cases(house: House, visit: Visit) -> None:
    applied(house)
    browser = visit("staff")
    query = "tab=new&procedure=bulky"
    assert "この絞り込みを保存する" in board(browser, tab="new", procedure="bulky")
    for _ in range(2):
        answer = browser.submit(f"{BOARD}/filters", name="新着の粗大ごみ", query=f"{query}&evil=1&page=7")
        assert answer.headers["location"] == f"{BOARD}?{query}"
    with house.database.reading() as session:
        (kept,) = session.query(SavedFilter)
        assert (kept.room, kept.query) == ("applications", query)
    html = board(browser, tab="new", procedure="bulky")
    assert "新着の粗大ごみ" in html
    assert 'aria-current="true">新着の粗大ごみ' in html
    assert "新着の粗大ごみ" not in browser.get("/console/cases").text
    add_official(house, "jiro", None)
    assert "新着の粗大ごみ" not in board(visit("jiro"))
    assert visit("jiro").submit(f"{BOARD}/filters/{kept.id}/delete").status_code == 404
    assert browser.submit(f"{BOARD}/filters/{kept.id}/delete").status_code == 303
    assert "新着の粗大ごみ" not in board(browser)


def test_prepared_reason_reaches_the_resident_in_their_language(house: House) -> None:
    number = applied(house, language="en")
    with house.database.transaction() as session:
        reasons = {"phone": "お電話がつながりませんでした。番号を確かめて、もう一度教えてください。"}
        by = By(staff_id=None, now=house.clock())
        house.receiving.return_to_resident(session, held(session, number), by, reasons)
    (told,) = tell_what_waits(house)
    assert "We could not reach you by phone." in told
    assert "つながりません" not in told
