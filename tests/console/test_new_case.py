"""A case opened by hand for somebody who telephones or stands at the counter."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from handoff.models import Case, CaseState, Priority, Staff
from tests.console.case_sample import fill_cases
from tests.console.conftest import Browser, House, actions

Visit = Callable[..., Browser]
PATH = "/console/new-case"
KEY = "0123456789abcdef0123456789abcdef"
FIELDS = {
    "channel": "telephone",
    "title": "粗大ごみの予約",
    "contact": "木村様 090-0000-3333",
    "matter": "机を2つ出したい。",
    "department": "environment",
    "language": "en",
    "priority": "deadline",
}


def stored(house: House) -> list[Case]:
    with house.database.reading() as session:
        return list(session.query(Case).order_by(Case.id))


def test_matter_becomes_a_case_once_and_leads_to_it(house: House, visit: Visit) -> None:
    browser = visit("staff")
    assert 'name="submission"' in browser.get(PATH).text
    answers = [browser.submit(PATH, submission=KEY, **FIELDS) for _ in range(2)]
    (case,) = stored(house)
    assert [answer.headers["location"] for answer in answers] == [f"/console/cases/{case.id}"] * 2
    assert (case.channel, case.title, case.contact, case.department_id) == (
        "telephone",
        "粗大ごみの予約",
        "木村様 090-0000-3333",
        "environment",
    )
    assert (case.language, case.priority, case.reason, case.state) == ("en", Priority.DEADLINE, "by_hand", CaseState.WAITING)
    assert case.packet["summary"] == "机を2つ出したい。"
    assert case.due_at is not None
    assert actions(house) == [f"case.open case:{case.id}"]
    assert "粗大ごみの予約" in browser.get("/console/cases").text


def test_who_came_in_person_was_promised_no_message(house: House, visit: Visit) -> None:
    browser = visit("staff")
    browser.submit(PATH, submission=KEY, **FIELDS)
    (case,) = stored(house)
    with house.database.transaction() as session:
        session.get_one(Case, case.id).promised_at = house.clock() + timedelta(hours=1)
    assert "住民に約束した時刻" not in browser.get(f"/console/cases/{case.id}").text


def test_who_opens_it_may_keep_it(house: House, visit: Visit) -> None:
    visit("staff").submit(PATH, submission=KEY, is_mine="1", **FIELDS)
    (case,) = stored(house)
    with house.database.reading() as session:
        assert case.holder_id == session.query(Staff).filter(Staff.login == "staff").one().id
    assert case.state == CaseState.HELD


def test_full_hands_leave_it_in_the_queue_and_say_so(house: House, visit: Visit) -> None:
    with house.database.transaction() as session:
        session.query(Staff).filter(Staff.login == "staff").one().capacity = 1
    browser = visit("staff")
    browser.submit(PATH, submission=KEY, is_mine="1", **FIELDS)
    browser.submit(PATH, submission="f" * 32, is_mine="1", **FIELDS)
    assert [case.state for case in stored(house)] == [CaseState.HELD, CaseState.WAITING]
    assert "順番待ちに入れました" in browser.get("/console/cases").text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"channel": "line"}, "電話か窓口か"),
        ({"channel": ""}, "電話か窓口か"),
        ({"title": " "}, "1〜200字"),
        ({"title": "x" * 201}, "1〜200字"),
        ({"contact": "x" * 201}, "200字以内"),
        ({"matter": "x" * 4001}, "4000字以内"),
        ({"language": "xx"}, "選び直してください"),
        ({"priority": "9"}, "選び直してください"),
    ],
)
def test_what_is_missing_or_too_long_is_told_and_the_rest_is_kept(house: House, visit: Visit, fields: dict[str, str], said: str) -> None:
    answer = visit("staff").submit(PATH, submission=KEY, **(FIELDS | fields))
    assert answer.status_code == 422
    assert said in answer.text
    assert (FIELDS["matter"] if "matter" not in fields else FIELDS["contact"]) in answer.text
    assert stored(house) == []


def test_individual_number_is_never_kept(house: House, visit: Visit) -> None:
    number = "123456789018"
    written = FIELDS | {"title": f"番号{number}", "matter": f"個人番号は{number}です", "contact": f"木村 {number}"}
    visit("staff").submit(PATH, submission=KEY, **written)
    (case,) = stored(house)
    assert number not in f"{case.title}{case.packet}{case.contact}"


def test_case_for_another_department_goes_there(house: House, visit: Visit) -> None:
    fill_cases(house)
    visit("taro").submit(PATH, submission=KEY, **FIELDS)
    assert "粗大ごみの予約" in visit("hanako").get("/console/cases?words=机").text
