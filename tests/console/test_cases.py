"""The list of cases: tabs, filters, search, offers, kept filters, and who sees which."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.models import MessageRow
from console.models import SavedFilter
from handoff.desk_models import CaseNote, Mention, Viewing
from handoff.models import Case, CaseState
from tests.console.case_sample import LONG, add_person, fill_cases, open_one
from tests.console.conftest import Browser, House, words_of
from tests.console.sample import ATTACK, SECRET

Visit = Callable[..., Browser]
PATH = "/console/cases"


@pytest.fixture
def ids(house: House) -> dict[str, int]:
    return fill_cases(house)


def rows(page: str) -> list[str]:
    """What each line of the list says, in its order."""
    return [words_of(part) for part in page.split("data-row")[1:]]


@pytest.mark.parametrize(
    ("tab", "shown", "count"),
    [
        ("unassigned", ("住民票の写しを代理で取りたい", LONG, "とてもつらいという相談", "印鑑登録をやめたい"), 5),
        ("mine", ("児童手当の振込日", "マイナンバーカードの受け取り", "道路の穴の連絡", "印鑑登録をやめたい"), 4),
        ("department", ("児童手当の振込日", "住民票の写しを代理で取りたい"), 7),
        ("waiting_for_resident", ("マイナンバーカードの受け取り",), 1),
        ("snoozed", ("道路の穴の連絡",), 1),
        ("closed", ("図書館の休館日", "保育園の空き状況"), 2),
        ("all", ("図書館の休館日", "児童手当の振込日"), 10),
        ("nonsense", ("住民票の写しを代理で取りたい",), 5),
    ],
)
def test_each_tab_shows_its_cases(visit: Visit, ids: dict[str, int], tab: str, shown: tuple[str, ...], count: int) -> None:
    found = rows(visit("taro").get(f"{PATH}?tab={tab}").text)
    assert len(found) == count
    for title in shown:
        assert any(title in row for row in found), title


def test_tabs_tell_how_many_there_are(visit: Visit, ids: dict[str, int]) -> None:
    words = words_of(visit("taro").get(PATH).text)
    for counted in ("未担当 、 5 件", "自分 、 4 件", "課 、 7 件", "住民の返事待ち 、 1 件", "あとで 、 1 件"):
        assert counted in words, counted


def test_line_tells_who_why_where_how_long_and_what_is_urgent(visit: Visit, ids: dict[str, int]) -> None:
    found = rows(visit("administrator").get(PATH).text)
    late = next(row for row in found if LONG in row)
    for said in ("未読", "住民 #", "回答が見つからなかった", "緑市民課", "期限を1時間10分過ぎています", "順番待ち", "受付から2時間10分"):
        assert said in late, said
    telephone = next(row for row in found if "粗大ごみ" in row)
    assert "電話の方（木村様 090-0000-3333）" in telephone
    crisis = next(row for row in found if "とてもつらい" in row)
    assert "緊急" in crisis
    assert "自分を傷つけるおそれ" in crisis
    assert "ベトナム語" in next(row for row in found if "Tôi" in row)


def test_crisis_stands_at_the_top_and_the_rest_by_when_it_is_due(visit: Visit, ids: dict[str, int]) -> None:
    found = rows(visit("administrator").get(PATH).text)
    assert "とてもつらい" in found[0]
    assert LONG in found[1]
    oldest = rows(visit("administrator").get(f"{PATH}?sort=age").text)
    assert LONG in oldest[0]
    newest = rows(visit("administrator").get(f"{PATH}?sort=newest").text)
    assert "印鑑登録をやめたい" in newest[0]


@pytest.mark.parametrize(
    ("query", "shown", "count"),
    [
        ("department=environment", "Tôi", 2),
        ("language=vi", "Tôi", 1),
        ("reason=crisis", "とてもつらい", 1),
        ("priority=crisis", "とてもつらい", 1),
        ("reason=by_hand&department=environment", "粗大ごみ", 1),
        ("department=nowhere&reason=x&priority=9&sort=z&page=-1", "住民票", 7),
    ],
)
def test_list_is_narrowed(visit: Visit, ids: dict[str, int], query: str, shown: str, count: int) -> None:
    found = rows(visit("administrator").get(f"{PATH}?{query}").text)
    assert len(found) == count
    assert any(shown in row for row in found)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("母の代わりに", "母の代わりに"),
        ("代理", "代理"),
        ("THẺ", "thẻ"),
        ("０９０", "090"),
    ],
)
def test_words_are_found_in_titles_and_talk_and_marked(visit: Visit, ids: dict[str, int], words: str, shown: str) -> None:
    page = visit("administrator").get(PATH, params={"tab": "all", "words": words}).text
    assert len(rows(page)) == 1
    if words != "０９０":
        assert f"<mark>{shown}</mark>" in page


@pytest.mark.parametrize("day", ["令和8年11月24日", "R8.11.24", "2026-11-24", "2026年11月24日"])
def test_day_is_found_however_it_is_written(visit: Visit, ids: dict[str, int], day: str) -> None:
    browser = visit("administrator")
    page = browser.get(PATH, params={"tab": "all", "words": day}).text
    assert len(rows(page)) == 12
    assert "<mark>11月24日（火）のやりとり：</mark>" in page
    assert "<mark>11月24日（火）に受け付け</mark>" in page
    other = browser.get(PATH, params={"tab": "all", "words": "令和8年11月23日"}).text
    assert rows(other) == []
    assert "条件に合う案件はありません" in other


def test_words_that_are_taken_back_are_not_quoted(house: House, visit: Visit, ids: dict[str, int]) -> None:
    with house.database.transaction() as session:
        row = session.query(MessageRow).filter(MessageRow.text == "母の代わりに住民票がほしいです").one()
        row.text, row.is_taken_back = "", True
    assert "母の代わりに" not in words_of(visit("taro").get(PATH, params={"words": "住民票"}).text)


def test_searching_answers_with_the_part_that_changes(visit: Visit, ids: dict[str, int]) -> None:
    headers = {"hx-request": "true", "hx-request-type": "partial"}
    page = visit("taro").get(f"{PATH}?words=代理", headers=headers).text
    assert "<html" not in page
    assert len(rows(page)) == 1


def test_unread_mark_goes_when_the_holder_has_looked_and_comes_back_with_new_words(house: House, visit: Visit, ids: dict[str, int]) -> None:
    def is_unread(name: str) -> bool:
        return any("未読" in row for row in rows(visit("taro").get(f"{PATH}?tab=mine").text) if name in row)

    assert is_unread("児童手当")
    assert not is_unread("マイナンバーカード"), "the resident has been answered"
    with house.database.transaction() as session:
        jiro, taro = (session.query(Case).filter(Case.id == ids[name]).one().holder_id for name in ("low", "mine"))
        session.add(Viewing(case_id=ids["mine"], staff_id=jiro, at=house.clock.now))
    assert is_unread("児童手当"), "somebody else has looked"
    with house.database.transaction() as session:
        session.add(Viewing(case_id=ids["mine"], staff_id=taro, at=house.clock.now))
    assert not is_unread("児童手当")
    with house.database.transaction() as session:
        session.get_one(Case, ids["mine"]).last_resident_at = house.clock.now + timedelta(seconds=1)
    assert is_unread("児童手当")


def test_offer_stands_at_the_top_for_the_person_alone(visit: Visit, ids: dict[str, int]) -> None:
    page = visit("taro").get(PATH).text
    words = words_of(page)
    assert "あなたへの案件（1件）" in words
    assert "あと 40 秒で、ほかの人に回ります" in words
    assert f'action="/console/cases/{ids["offered"]}/claim"' in page
    assert f'action="/console/cases/{ids["offered"]}/decline"' in page
    assert "あなたへの案件" not in visit("jiro").get(PATH).text


def test_offer_is_taken_from_the_list(house: House, visit: Visit, ids: dict[str, int]) -> None:
    browser = visit("taro")
    with house.database.reading() as session:
        version = str(session.get_one(Case, ids["offered"]).version)
    assert browser.submit(f"{PATH}/{ids['offered']}/claim", version=version).status_code == 303
    with house.database.reading() as session:
        assert session.get_one(Case, ids["offered"]).state == CaseState.HELD
    assert "あなたへの案件" not in browser.get(PATH).text


def test_offer_that_has_ended_is_not_offered_any_more(house: House, visit: Visit, ids: dict[str, int]) -> None:
    browser = visit("taro")
    house.clock.pass_by(timedelta(seconds=41))
    assert "あなたへの案件" not in browser.get(PATH).text


def test_staff_see_their_department_what_they_have_and_what_they_are_asked_about(house: House, visit: Visit, ids: dict[str, int]) -> None:
    def seen(login: str) -> set[int]:
        return {name for name in ids.values() if visit(login).get(f"{PATH}/{name}").status_code == 200}

    def known(*names: str) -> set[int]:
        return {ids[name] for name in names}

    own = known("waiting", "late", "crisis", "attack", "offered", "mine", "answered", "snoozed", "closed", "low")
    assert seen("taro") == own
    assert seen("hanako") == known("foreign", "telephone", "attack")
    assert seen("supervisor") == seen("administrator") == set(ids.values()) - known("foreigner")
    assert seen("staff") == seen("supervisor"), "an account of no department belongs to the whole counter"
    with house.database.transaction() as session:
        taro = session.get_one(Case, ids["mine"]).holder_id
        note = CaseNote(municipality_id="midori", case_id=ids["foreign"], staff_id=taro, text="どうしますか", at=house.clock.now)
        session.add(note)
        session.flush()
        session.add(Mention(municipality_id="midori", note_id=note.id, case_id=ids["foreign"], staff_id=taro, at=house.clock.now))
        session.get_one(Case, ids["telephone"]).holder_id = taro
    assert seen("taro") == own | known("foreign", "telephone")


def test_lists_of_one_department_hold_nothing_of_another(visit: Visit, ids: dict[str, int]) -> None:
    for tab in ("unassigned", "department", "all", "closed"):
        page = visit("hanako").get(f"{PATH}?tab={tab}").text
        assert "住民票の写しを代理で取りたい" not in page
        assert SECRET not in page
    assert rows(visit("hanako").get(f"{PATH}?tab=all&department=citizens").text) == []


def test_viewer_reads_and_moves_nothing(visit: Visit, ids: dict[str, int]) -> None:
    page = visit("viewer").get(PATH).text
    assert len(rows(page)) == 7
    for control in ('type="checkbox" form="bulk"', "まとめて動かす", "電話・窓口の案件を作る", 'id="presence"'):
        assert control not in page, control


def test_what_residents_write_is_only_text_in_the_list(visit: Visit, ids: dict[str, int]) -> None:
    for query in ("", "?words=%3Cscript", "?words=alert(1)"):
        page = visit("administrator").get(PATH + query).text
        assert ATTACK not in page
        assert "<script>alert" not in page
        assert "<img" not in page


@pytest.mark.parametrize(
    ("tab", "told"),
    [
        ("unassigned", "担当を待っている案件はありません"),
        ("mine", "いま受け持っている案件はありません"),
        ("department", "課で進んでいる案件はありません"),
        ("waiting_for_resident", "返事が来るまで期限の時計が止まり"),
        ("snoozed", "決めた時刻に戻ってきます"),
        ("closed", "終了した案件はまだありません"),
        ("all", "自分で案件にできます"),
    ],
)
def test_empty_tabs_tell_what_to_do(visit: Visit, tab: str, told: str) -> None:
    assert told in visit("staff").get(f"{PATH}?tab={tab}").text


def test_long_list_is_cut_into_pages_that_keep_the_filter(house: House, visit: Visit) -> None:
    with house.database.transaction() as session:
        for number in range(53):
            open_one(session, house, f"番号{number}の用件", is_on_line=False, minutes=number)
    browser = visit("staff")
    page = browser.get(f"{PATH}?words=用件").text
    assert len(rows(page)) == 50
    assert "53件" in words_of(page)
    assert f"{PATH}?tab=unassigned&amp;words=%E7%94%A8%E4%BB%B6&amp;page=2" in page
    assert len(rows(browser.get(f"{PATH}?words=用件&page=2").text)) == 3
    assert "最初のページへ" in browser.get(f"{PATH}?page=9").text


def test_filter_is_kept_for_oneself_replaced_by_name_and_deleted(house: House, visit: Visit, ids: dict[str, int]) -> None:
    browser = visit("taro")
    query = "tab=all&department=citizens&words=%E4%BD%8F%E6%B0%91"
    assert "この絞り込みを保存する" in browser.get(f"{PATH}?{query}").text
    for _ in range(2):
        answer = browser.submit(f"{PATH}/filters", name="市民課の住民票", query=query + "&evil=%3Cscript%3E&page=7")
        assert answer.headers["location"].startswith(f"{PATH}?tab=all&words=")
    with house.database.reading() as session:
        kept = session.query(SavedFilter).one()
        assert "evil" not in kept.query
        assert "page" not in kept.query
    page = browser.get(f"{PATH}?{kept.query}").text
    assert "市民課の住民票" in page
    assert 'aria-current="true"' in page
    assert "市民課の住民票" not in visit("jiro").get(PATH).text
    assert visit("jiro").submit(f"{PATH}/filters/{kept.id}/delete").status_code == 404
    for _ in range(2):
        assert browser.submit(f"{PATH}/filters/{kept.id}/delete").status_code == 303
    assert "市民課の住民票" not in browser.get(PATH).text


def test_filter_without_a_name_or_beyond_the_limit_is_refused_in_words(house: House, visit: Visit) -> None:
    browser = visit("staff")
    browser.submit(f"{PATH}/filters", name="  ", query="tab=all")
    assert "名前を付けてください" in browser.get(PATH).text
    for number in range(21):
        browser.submit(f"{PATH}/filters", name=f"名前{number}", query="tab=all")
    assert "保存できるのは20件までです" in browser.get(PATH).text
    with house.database.reading() as session:
        assert session.query(SavedFilter).count() == 20


def test_somebody_without_a_department_reads_all_of_the_department_tab(house: House, visit: Visit, ids: dict[str, int]) -> None:
    with house.database.transaction() as session:
        add_person(session, "saburo", "木村 三郎", None)
    assert len(rows(visit("saburo").get(f"{PATH}?tab=department").text)) == 10
