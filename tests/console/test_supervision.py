"""The supervisor's room."""

from collections.abc import Callable

import pytest

from handoff.abuse import ask_block, limit, warn
from handoff.desk_models import ContactLimit, IntakePause
from handoff.models import Case, CaseState, Staff
from tests.console.case_sample import fill_cases
from tests.console.conftest import Browser, House, actions, words_of

Visit = Callable[..., Browser]
PATH = "/console/supervision"


@pytest.fixture
def ids(house: House) -> dict[str, int]:
    return fill_cases(house)


def staff_id(house: House, login: str, municipality_id: str = "midori") -> int:
    with house.database.reading() as session:
        return session.query(Staff).filter(Staff.login == login, Staff.municipality_id == municipality_id).one().id


def test_room_tells_who_is_there_and_what_waits(visit: Visit, ids: dict[str, int]) -> None:
    words = words_of(visit("supervisor").get(PATH).text)
    assert "いまいる職員（3人）" in words
    assert "3 ／ 4件（打診中1件） いっぱい" in words
    assert "課ごとの待ち（7件）" in words
    for said in ("緑市民課 待ち 4件", "長い待ち 2時間10分", "課が決まっていない案件 待ち 1件", "緑環境課 待ち 2件"):
        assert said in words, said
    assert "青葉" not in words


def test_department_without_anybody_there_is_pointed_out(house: House, visit: Visit, ids: dict[str, int]) -> None:
    browser = visit("hanako")
    browser.submit("/console/presence", state="away")
    assert "受付中の人がいません" in visit("supervisor").get(PATH).text


def test_case_is_given_to_somebody_whoever_had_it(house: House, visit: Visit, ids: dict[str, int]) -> None:
    browser, jiro = visit("supervisor"), staff_id(house, "jiro")
    with house.database.reading() as session:
        version = str(session.get_one(Case, ids["waiting"]).version)
    for _ in range(2):
        answer = browser.submit(f"{PATH}/cases/{ids['waiting']}/assign", staff=str(jiro), version=version)
        assert answer.status_code == 303
    with house.database.reading() as session:
        case = session.get_one(Case, ids["waiting"])
        assert (case.holder_id, case.state) == (jiro, CaseState.HELD)
    assert actions(house) == [f"case.assign case:{ids['waiting']}>staff:{jiro}"]


def test_stale_form_full_person_and_stranger_are_refused_in_words(house: House, visit: Visit, ids: dict[str, int]) -> None:
    browser = visit("supervisor")
    with house.database.transaction() as session:
        version = session.get_one(Case, ids["waiting"]).version
        session.query(Staff).filter(Staff.login == "taro").one().capacity = 1
    path = f"{PATH}/cases/{ids['waiting']}/assign"
    for staff, seen, said in (
        (staff_id(house, "jiro"), version - 1 if version else 99, "開いたあとに、この案件が変わりました"),
        (staff_id(house, "taro"), version, "打診されている案件を含めて1件までです"),
        (staff_id(house, "administrator", "aoba"), version, "渡す先を選び直してください"),
        ("x", version, "渡す先を選び直してください"),
    ):
        answer = browser.submit(path, staff=str(staff), version=str(seen))
        assert answer.status_code == 409
        assert said in answer.text
    assert actions(house) == []


def test_intake_is_paused_with_a_reason_and_resumed(house: House, visit: Visit, ids: dict[str, int]) -> None:
    browser = visit("supervisor")
    for _ in range(2):
        assert browser.submit(f"{PATH}/pause", department="environment", reason=" 点検のため ").status_code == 303
    words = words_of(browser.get(PATH).text)
    assert "緑環境課 ：点検のため" in words
    assert "受付を止めています（緑環境課）" in visit("taro").get("/console/").text
    with house.database.reading() as session:
        pause = session.query(IntakePause).one()
    for _ in range(2):
        assert browser.submit(f"{PATH}/pause/{pause.id}/end").status_code == 303
    assert "点検のため" not in browser.get(PATH).text
    assert actions(house) == ["intake.pause department:environment", "intake.resume department:environment"]


@pytest.mark.parametrize(("department", "reason"), [("", ""), ("", "x" * 201), ("nowhere", "点検")])
def test_pause_without_a_reason_or_place_is_refused_and_keeps_what_was_typed(
    house: House, visit: Visit, department: str, reason: str
) -> None:
    answer = visit("supervisor").submit(f"{PATH}/pause", department=department, reason=reason)
    assert answer.status_code == 422
    assert f'value="{reason}"' in answer.text
    with house.database.reading() as session:
        assert session.query(IntakePause).count() == 0


def asked_block(house: House, ids: dict[str, int], login: str) -> int:
    with house.database.transaction() as session:
        case = session.get_one(Case, ids["mine"])
        by = session.query(Staff).filter(Staff.login == login, Staff.municipality_id == "midori").one()
        now, pack = house.clock.now, house.packs("midori")
        warn(session, case, "言葉", by=by, now=now)
        limit(session, pack, case, "続く", by=by, now=now)
        return ask_block(session, case, "暴言が続く", by=by, now=now).id


def test_block_is_approved_by_a_second_person_once(house: House, visit: Visit, ids: dict[str, int]) -> None:
    block = asked_block(house, ids, "supervisor")
    asker = visit("supervisor")
    assert "自分の申請は承認できません" in asker.get(PATH).text
    assert asker.submit(f"{PATH}/limits/{block}/approve").status_code == 409
    with house.database.reading() as session:
        assert session.get_one(ContactLimit, block).approved_by is None
    other = visit("administrator")
    assert "暴言が続く" in other.get(PATH).text
    for _ in range(2):
        assert other.submit(f"{PATH}/limits/{block}/approve").status_code == 303
    assert "もう決まっています" in other.get(PATH).text
    with house.database.reading() as session:
        assert session.get_one(ContactLimit, block).approved_by == staff_id(house, "administrator")
    assert actions(house) == [f"limit.approve limit:{block}"]


def test_block_that_is_refused_does_not_come(house: House, visit: Visit, ids: dict[str, int]) -> None:
    block = asked_block(house, ids, "taro")
    browser = visit("supervisor")
    browser.submit(f"{PATH}/limits/{block}/refuse")
    assert "暴言が続く" not in browser.get(PATH).text
    browser.submit(f"{PATH}/limits/{block}/approve")
    with house.database.reading() as session:
        found = session.get_one(ContactLimit, block)
        assert found.approved_by is None
        assert found.ended_at is not None
    assert actions(house) == [f"limit.refuse limit:{block}"]


def test_quiet_room_says_so(visit: Visit) -> None:
    words = words_of(visit("supervisor").get(PATH).text)
    for said in ("いま受付中の職員はいません", "監督者の判断を待っている案件はありません", "担当のいない案件はありません"):
        assert said in words
