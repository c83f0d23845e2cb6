"""Whether somebody takes cases, as the control in the frame says it, and what going home does."""

from collections.abc import Callable

import pytest

from handoff.desk_models import HandoverNote
from handoff.models import Case, CaseState, Presence, PresenceState, Staff
from tests.console.case_sample import fill_cases
from tests.console.conftest import Browser, House, actions, words_of

Visit = Callable[..., Browser]
PATH = "/console/presence"
KEY = "0123456789abcdef0123456789abcdef"


def state_of(house: House, login: str) -> str | None:
    with house.database.reading() as session:
        staff = session.query(Staff).filter(Staff.login == login, Staff.municipality_id == "midori").one()
        presence = session.get(Presence, staff.id)
        return presence.state if presence else None


@pytest.mark.parametrize("state", [PresenceState.AVAILABLE, PresenceState.BUSY, PresenceState.AWAY])
def test_state_is_changed_on_any_page_and_leads_back_there(house: House, visit: Visit, state: PresenceState) -> None:
    browser = visit("staff")
    page = browser.get("/console/callbacks?state=done").text
    assert 'name="back" value="/console/callbacks?state=done"' in page
    assert "退勤" in page
    answer = browser.submit(PATH, state=state, back="/console/callbacks?state=done")
    assert answer.headers["location"] == "/console/callbacks?state=done"
    assert state_of(house, "staff") == state
    assert f'data-presence="{state}"' in browser.get("/console/").text
    browser.submit(PATH, state=state, back="/console/")
    assert actions(house) == [f"presence.{state} staff:{staff_number(house)}"]


def staff_number(house: House) -> int:
    with house.database.reading() as session:
        return session.query(Staff).filter(Staff.login == "staff").one().id


def test_going_home_is_asked_about_first_and_tells_which_cases_go_back(house: House, visit: Visit) -> None:
    ids = fill_cases(house)
    browser = visit("taro")
    answer = browser.submit(PATH, state="off", back="/console/cases?tab=mine")
    assert answer.status_code == 200
    words = words_of(answer.text)
    assert "受け持っている3件の案件は順番待ちに戻り" in words
    for title in ("児童手当の振込日", "マイナンバーカードの受け取り", "道路の穴の連絡"):
        assert title in words
    assert state_of(house, "taro") == PresenceState.AVAILABLE
    with house.database.reading() as session:
        assert session.get_one(Case, ids["mine"]).state == CaseState.HELD


def test_going_home_hands_everything_over_once_with_a_note(house: House, visit: Visit) -> None:
    ids = fill_cases(house)
    browser = visit("taro")
    for _ in range(2):
        answer = browser.submit(PATH, state="off", is_confirmed="1", note="案件8は明日電話する約束です", submission=KEY, back="/console/")
        assert answer.headers["location"] == "/console/"
    with house.database.reading() as session:
        for name in ("mine", "answered", "snoozed", "offered"):
            case = session.get_one(Case, ids[name])
            assert (case.state, case.holder_id) == (CaseState.WAITING, None), name
        assert [note.text for note in session.query(HandoverNote)] == ["案件8は明日電話する約束です"]
    assert state_of(house, "taro") == PresenceState.OFF
    assert "受け持っていた案件は順番待ちに戻っています" in browser.get("/console/").text


def test_who_holds_nothing_goes_home_at_once(house: House, visit: Visit) -> None:
    browser = visit("staff")
    browser.submit(PATH, state="available")
    assert browser.submit(PATH, state="off", back="/console/").status_code == 303
    assert state_of(house, "staff") == PresenceState.OFF


def test_nonsense_and_foreign_ways_back_change_nothing(house: House, visit: Visit) -> None:
    browser = visit("staff")
    answer = browser.submit(PATH, state="asleep", back="https://evil.example/")
    assert answer.headers["location"] == "/console/"
    assert "まだ何も変えていません" in browser.get("/console/").text
    assert state_of(house, "staff") is None


@pytest.mark.parametrize("role", ["viewer", "editor", "approver"])
def test_who_takes_no_cases_has_no_control(visit: Visit, role: str) -> None:
    browser = visit(role)
    assert 'id="presence"' not in browser.get("/console/").text
    assert browser.submit(PATH, state="available").status_code == 403
