"""Prepared replies in the console."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from handoff.canned import CannedReplyError, CannedWords, add_reply, is_usable, render, replies_for, use
from handoff.desk_models import CannedReply
from handoff.models import Case, Staff
from tests.console.case_sample import fill_cases
from tests.console.conftest import Browser, House, actions, words_of
from tests.console.sample import NOW

Visit = Callable[..., Browser]
PATH = "/console/canned"
KEY = "0123456789abcdef0123456789abcdef"
FIELDS = {"shortcut": "Fee", "title": "手数料", "text": "手数料は{{ fee.certificate }}です。", "scope": "own"}


def stored(house: House) -> list[CannedReply]:
    with house.database.reading() as session:
        return list(session.query(CannedReply).order_by(CannedReply.id))


def added(house: House, login: str = "taro", **values: object) -> int:
    words = {"shortcut": "s", "title": "題", "text": "文", "department_id": None, "owner_id": None, "valid_from": None, "valid_until": None}
    with house.database.transaction() as session:
        if values.pop("own", False):
            values["owner_id"] = session.query(Staff).filter(Staff.login == login, Staff.municipality_id == "midori").one().id
        return add_reply(session, "midori", CannedWords(**{**words, **values}), NOW).id  # type: ignore[arg-type]


def test_reply_is_made_once_shown_with_todays_values_and_changed(house: House, visit: Visit) -> None:
    browser = visit("staff")
    for _ in range(2):
        assert browser.submit("/console/new-canned", submission=KEY, **FIELDS).headers["location"] == PATH
    (reply,) = stored(house)
    assert (reply.shortcut, reply.owner_id is not None, reply.used) == ("fee", True, 0)
    words = words_of(browser.get(PATH).text)
    assert "手数料は300円です。" in words
    assert "/fee 自分だけ・0回使用" in words
    seen = reply.updated_at.isoformat()
    house.clock.pass_by(timedelta(minutes=1))
    fields = FIELDS | {"shortcut": "fee", "text": "変えた文", "seen": seen}
    for _ in range(2):
        assert browser.submit(f"{PATH}/{reply.id}", **fields).status_code == 303
    assert stored(house)[0].text == "変えた文"
    assert actions(house) == [f"canned.add canned:{reply.id}", f"canned.change canned:{reply.id}"]


def test_stale_form_does_not_overwrite(house: House, visit: Visit) -> None:
    reply = added(house, own=True, login="staff")
    browser, seen = visit("staff"), stored(house)[0].updated_at.isoformat()
    house.clock.pass_by(timedelta(minutes=1))
    browser.submit(f"{PATH}/{reply}", **FIELDS, seen=seen)
    answer = browser.submit(f"{PATH}/{reply}", **(FIELDS | {"text": "あとから"}), seen=seen)
    assert answer.status_code == 422
    assert "ほかの人がこの定型文を変えました" in answer.text
    assert "あとから" in answer.text
    assert stored(house)[0].text == FIELDS["text"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"shortcut": "a b"}, "波かっこは使えません"),
        ({"shortcut": ""}, "1〜32字"),
        ({"title": ""}, "1〜100字"),
        ({"text": " "}, "1〜2000字"),
        ({"text": "x" * 2001}, "1〜2000字"),
        ({"text": "{{ fee.unknown }}"}, "fee.unknown という値はありません"),
        ({"text": "{ fee.certificate }"}, "二重の波かっこ"),
        ({"text": "{{ fee certificate }}"}, "二重の波かっこ"),
        ({"then": "close:nonsense"}, "選び直してください"),
        ({"valid_from": "来週"}, "日付として読めません"),
        ({"valid_from": "令和8年12月2日", "valid_until": "R8.12.1"}, "使い始める日より後"),
        ({"scope": "all"}, "あなたの役割では作れません"),
        ({"scope": "department:nowhere"}, "あなたの役割では作れません"),
        ({"scope": "x"}, "あなたの役割では作れません"),
    ],
)
def test_what_can_not_be_kept_is_told_and_stays_in_the_form(house: House, visit: Visit, fields: dict[str, str], said: str) -> None:
    answer = visit("staff").submit("/console/new-canned", submission=KEY, **(FIELDS | fields))
    assert answer.status_code == 422
    assert said in words_of(answer.text)
    assert stored(house) == []


def test_same_name_in_the_same_scope_is_refused_in_another_it_is_not(house: House, visit: Visit) -> None:
    added(house, shortcut="fee", own=True, login="staff")
    answer = visit("staff").submit("/console/new-canned", submission=KEY, **FIELDS)
    assert answer.status_code == 422
    assert "「fee」は同じ範囲の定型文で使われています" in answer.text
    assert visit("supervisor").submit("/console/new-canned", submission=KEY, **(FIELDS | {"scope": "all"})).status_code == 303
    assert visit("administrator").submit("/console/new-canned", submission="f" * 32, **FIELDS).status_code == 303


def test_validity_is_written_in_wareki_and_ends_after_the_last_day(house: House, visit: Visit) -> None:
    browser = visit("staff")
    browser.submit("/console/new-canned", submission=KEY, **FIELDS, valid_from="令和8年11月24日", valid_until="R8.11.25")
    (reply,) = stored(house)
    assert reply.valid_from == datetime(2026, 11, 23, 15, tzinfo=UTC)
    assert reply.valid_until == datetime(2026, 11, 25, 15, tzinfo=UTC)
    assert is_usable(reply, datetime(2026, 11, 25, 14, 59, tzinfo=UTC))
    assert not is_usable(reply, datetime(2026, 11, 25, 15, tzinfo=UTC))
    assert 'value="2026-11-25"' in browser.get(f"{PATH}/{reply.id}").text


def test_expired_early_and_incomplete_replies_are_flagged(house: House, visit: Visit) -> None:
    added(house, title="終わった文", valid_until=NOW)
    added(house, title="これからの文", valid_from=NOW + timedelta(days=1), shortcut="t")
    added(house, title="値のない文", text="{{ fee.old }}円", shortcut="u")
    words = words_of(visit("staff").get(PATH).text)
    for said in ("終わった文 期間が終わりました", "これからの文 期間の前です", "値のない文 値がありません", "使えない定型文が1件"):
        assert said in words, said
    assert "今日の値がない：{{ fee.old }}" in words


def test_expired_or_incomplete_reply_can_not_be_used_and_a_use_is_counted(house: House, visit: Visit) -> None:
    ids = fill_cases(house)
    over, incomplete = added(house, valid_until=NOW), added(house, text="{{ fee.old }}", shortcut="t")
    good = added(house, text="{{ staff.name }}：{{ fee.certificate }}、{{ department.name }}、案件{{ case.number }}", shortcut="u")
    with house.database.transaction() as session:
        pack, case = house.packs("midori"), session.get_one(Case, ids["mine"])
        taro = session.query(Staff).filter(Staff.login == "taro").one()
        for reply in (over, incomplete):
            with pytest.raises(CannedReplyError):
                use(session, session.get_one(CannedReply, reply), pack, staff=taro, case=case, now=NOW)
        found = use(session, session.get_one(CannedReply, good), pack, staff=taro, case=case, now=NOW)
        assert found == f"山田 太郎：300円、緑市民課、案件{case.id}"
        assert [reply.id for reply in replies_for(session, taro, usable_at=NOW)] == [incomplete, good]
    assert [reply.used for reply in stored(house)] == [0, 0, 1]


def test_retired_reply_can_be_taken_up_again(house: House, visit: Visit) -> None:
    reply = added(house, own=True, login="staff")
    browser = visit("staff")
    for verb, usable in (("retire", False), ("retire", False), ("restore", True), ("restore", True)):
        assert browser.submit(f"{PATH}/{reply}/{verb}").status_code == 303
        assert is_usable(stored(house)[0], house.clock.now + timedelta(seconds=1)) is usable
    assert actions(house) == [f"canned.retire canned:{reply}", f"canned.restore canned:{reply}"]


def test_who_may_use_and_change_which(house: House, visit: Visit) -> None:
    fill_cases(house)
    replies = {
        "own": added(house, own=True, title="太郎の文", shortcut="a"),
        "citizens": added(house, department_id="citizens", title="市民課の文", shortcut="b"),
        "environment": added(house, department_id="environment", title="環境課の文", shortcut="c"),
        "all": added(house, title="全員の文", shortcut="d"),
    }
    for login, seen, changed in (
        ("taro", {"own", "citizens", "all"}, {"own", "citizens"}),
        ("jiro", {"citizens", "all"}, {"citizens"}),
        ("hanako", {"environment", "all"}, {"environment"}),
        ("supervisor", {"citizens", "environment", "all"}, {"citizens", "environment", "all"}),
    ):
        browser = visit(login)
        page = browser.get(PATH).text
        titles = {"own": "太郎の文", "citizens": "市民課の文", "environment": "環境課の文", "all": "全員の文"}
        assert {name for name in replies if titles[name] in page} == seen, login
        assert {name for name, number in replies.items() if browser.get(f"{PATH}/{number}").status_code == 200} == changed, login
        for verb in ("", "/retire", "/restore"):
            found = {name for name, number in replies.items() if browser.submit(f"{PATH}/{number}{verb}").status_code != 404}
            assert found == changed, (login, verb)


def test_preview_fills_the_gaps_while_writing(visit: Visit) -> None:
    answer = visit("staff").submit(f"{PATH}/preview", as_htmx=True, **(FIELDS | {"text": "{{ fee.certificate }}と{{ fee.old }}"}))
    assert "300円と{{ fee.old }}" in answer.text
    assert "今日の値がない" in answer.text
    assert "<html" not in answer.text
    assert "300円" in visit("staff").submit(f"{PATH}/preview", **FIELDS).text


def test_unknown_gaps_are_named_and_stay_as_they_are(house: House) -> None:
    found = render("{{ a.b }} {{ fee.certificate }} {{ case.number }}", house.packs("midori"), NOW, {"case.number": "7"})
    assert (found.text, found.missing) == ("{{ a.b }} 300円 7", ("a.b",))


def test_list_is_searched_and_says_so_when_it_is_empty(house: House, visit: Visit) -> None:
    browser = visit("staff")
    assert "定型文はまだありません" in browser.get(PATH).text
    added(house, title="粗大ごみ")
    assert "粗大ごみ" in browser.get(f"{PATH}?words=%E3%81%94%E3%81%BF").text
    assert "に合う定型文はありません" in browser.get(f"{PATH}?words=%E7%8A%AC").text


def test_what_is_done_besides_is_chosen_without_code(house: House, visit: Visit) -> None:
    browser = visit("supervisor")
    browser.submit("/console/new-canned", submission=KEY, **(FIELDS | {"scope": "all", "then": "snooze:morning"}))
    (reply,) = stored(house)
    assert reply.then == "snooze:morning"
    assert "送ったあと：あとでにする（次に開く日の朝）" in words_of(browser.get(PATH).text)
    assert '<option value="snooze:morning" selected>' in browser.get(f"{PATH}/{reply.id}").text
