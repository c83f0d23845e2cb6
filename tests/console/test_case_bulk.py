"""Several cases moved at once, and put back."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.models import MessageRow
from console.models import FormSubmission
from core.clock import to_milliseconds
from core.models import JobRow
from handoff.models import Case, CaseState, Priority, Staff
from tests.console.case_sample import fill_cases
from tests.console.cases import claimed_case
from tests.console.conftest import Browser, House, actions, words_of

Visit = Callable[..., Browser]
PATH = "/console/cases/bulk"
KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def ids(house: House) -> dict[str, int]:
    return fill_cases(house)


def stored(house: House, case_id: int) -> Case:
    with house.database.reading() as session:
        return session.get_one(Case, case_id)


def staff_id(house: House, login: str) -> str:
    with house.database.reading() as session:
        return str(session.query(Staff).filter(Staff.login == login, Staff.municipality_id == "midori").one().id)


def send(browser: Browser, house: House, ids: list[int], key: str = KEY, *, versions: dict[int, int] | None = None, **fields: str):  # type: ignore[no-untyped-def]
    seen = versions or {case_id: stored(house, case_id).version for case_id in ids}
    data = {"csrf_token": browser.token, "submission": key, "back": "/console/cases?tab=mine", **fields}
    return browser.post(PATH, data={**data, "case": [f"{case_id}.{seen[case_id]}" for case_id in ids]})


def result(browser: Browser, key: str = KEY) -> str:
    return words_of(browser.get(f"/console/cases?tab=mine&done={key}").text)


def undo(browser: Browser, key: str = KEY):  # type: ignore[no-untyped-def]
    return browser.submit(f"{PATH}/undo", submission=key, back="/console/cases?tab=mine")


def test_priority_is_changed_and_put_back(house: House, visit: Visit, ids: dict[str, int]) -> None:
    browser, chosen = visit("taro"), [ids["mine"], ids["answered"]]
    answer = send(browser, house, chosen, action="priority", priority="deadline")
    assert answer.headers["location"] == f"/console/cases?tab=mine&done={KEY}"
    assert [stored(house, case_id).priority for case_id in chosen] == [Priority.DEADLINE] * 2
    assert "2件の優先度を変えました" in result(browser)
    assert "元に戻す" in result(browser)
    undo(browser)
    assert [stored(house, case_id).priority for case_id in chosen] == [Priority.ORDINARY] * 2
    assert "2件の優先度を元に戻しました" in result(browser)
    assert "元に戻す" not in result(browser)
    assert actions(house) == [f"case.{verb} case:{case_id}" for verb in ("priority", "undo_priority") for case_id in chosen]


def test_double_click_does_it_once_and_tells_the_same(house: House, visit: Visit, ids: dict[str, int]) -> None:
    browser, version = visit("taro"), {ids["mine"]: stored(house, ids["mine"]).version}
    for _ in range(2):
        answer = send(browser, house, [ids["mine"]], versions=version, action="priority", priority="vulnerable")
        assert answer.headers["location"].endswith(f"done={KEY}")
    assert stored(house, ids["mine"]).version == version[ids["mine"]] + 1
    assert "1件の優先度を変えました" in result(browser)
    before = stored(house, ids["mine"]).version
    undo(browser)
    undo(browser)
    assert stored(house, ids["mine"]).version == before + 1


def spoken(house: House, case_id: int) -> list[str]:
    """What the resident was told, last words of waiting jobs included, as far as their time has come."""
    with house.database.reading() as session:
        case = session.get_one(Case, case_id)
        waiting = session.scalars(select(JobRow).where(JobRow.kind == "say_ending", JobRow.run_at <= to_milliseconds(house.clock()))).all()
        payloads = [row.payload for row in waiting]
    for payload in payloads:
        with house.database.transaction() as session:
            closed_at = datetime.fromisoformat(payload["closed_at"])
            house.counter.say_ending(session, payload["case_id"], closed_at, now=house.clock())
    with house.database.reading() as session:
        of_talk = MessageRow.conversation_id == case.conversation_id
        return list(session.scalars(select(MessageRow.text).where(of_talk, MessageRow.direction == "outbound")))


def test_closing_that_is_undone_in_time_tells_the_resident_nothing(house: House, visit: Visit) -> None:
    case_id = claimed_case(house, "staff")
    browser, before = visit("staff"), len(spoken(house, case_id))
    send(browser, house, [case_id], action="close", reason="answered")
    assert stored(house, case_id).state == CaseState.CLOSED
    assert "30秒のあいだに元に戻せば、住民には何も届きません" in result(browser)
    house.clock.pass_by(timedelta(seconds=29))
    assert len(spoken(house, case_id)) == before
    undo(browser)
    case = stored(house, case_id)
    assert (case.state, case.holder_id) == (CaseState.HELD, int(staff_id(house, "staff")))
    house.clock.pass_by(timedelta(seconds=60))
    assert len(spoken(house, case_id)) == before


def test_last_words_are_said_once_when_the_time_to_undo_is_over_and_undone_later_that_is_said(house: House, visit: Visit) -> None:
    case_id = claimed_case(house, "staff")
    browser, before = visit("staff"), len(spoken(house, case_id))
    send(browser, house, [case_id], action="close", reason="answered")
    house.clock.pass_by(timedelta(seconds=30))
    assert len(spoken(house, case_id)) == len(spoken(house, case_id)) == before + 1
    undo(browser)
    assert len(spoken(house, case_id)) == before + 2


def test_case_that_changed_meanwhile_stays_as_it_is_and_the_others_move(house: House, visit: Visit, ids: dict[str, int]) -> None:
    browser = visit("taro")
    versions = {case_id: stored(house, case_id).version for case_id in (ids["mine"], ids["answered"])}
    send(visit("jiro"), house, [ids["mine"]], "f" * 32, action="priority", priority="vulnerable")
    send(browser, house, list(versions), versions=versions, action="priority", priority="deadline")
    assert stored(house, ids["mine"]).priority == Priority.VULNERABLE
    assert stored(house, ids["answered"]).priority == Priority.DEADLINE
    words = result(browser)
    assert "1件の優先度を変えました" in words
    assert "1件はそのままです：開いたあとに、この案件が変わりました" in words


def test_undoing_leaves_alone_what_changed_since(house: House, visit: Visit, ids: dict[str, int]) -> None:
    browser = visit("taro")
    send(browser, house, [ids["mine"]], action="priority", priority="deadline")
    send(visit("jiro"), house, [ids["mine"]], "f" * 32, action="priority", priority="crisis")
    undo(browser)
    assert stored(house, ids["mine"]).priority == Priority.CRISIS
    assert "変えた案件はありません" in result(browser)


def test_supervisor_gives_cases_away_and_takes_them_back(house: House, visit: Visit, ids: dict[str, int]) -> None:
    browser, chosen = visit("supervisor"), [ids["waiting"], ids["mine"]]
    taro, jiro = staff_id(house, "taro"), staff_id(house, "jiro")
    send(browser, house, chosen, action="assign", staff=jiro)
    assert {str(stored(house, case_id).holder_id) for case_id in chosen} == {jiro}
    undo(browser)
    assert stored(house, ids["waiting"]).state == CaseState.WAITING
    assert str(stored(house, ids["mine"]).holder_id) == taro


def test_staff_take_cases_for_themselves_and_give_none_away(house: House, visit: Visit, ids: dict[str, int]) -> None:
    browser = visit("jiro")
    send(browser, house, [ids["waiting"]], action="assign", staff=staff_id(house, "jiro"))
    assert str(stored(house, ids["waiting"]).holder_id) == staff_id(house, "jiro")
    send(browser, house, [ids["late"]], "f" * 32, action="assign", staff=staff_id(house, "taro"))
    assert stored(house, ids["late"]).holder_id is None
    assert "渡す先を選び直してください" in result(browser, "f" * 32)
    assert staff_id(house, "taro") + '">山田' not in browser.get("/console/cases").text


def test_capacity_is_kept_and_told(house: House, visit: Visit, ids: dict[str, int]) -> None:
    browser = visit("jiro")
    with house.database.transaction() as session:
        session.query(Staff).filter(Staff.login == "jiro").one().capacity = 1
    send(browser, house, [ids["waiting"], ids["late"]], action="assign", staff=staff_id(house, "jiro"))
    held = [case_id for case_id in (ids["waiting"], ids["late"]) if stored(house, case_id).holder_id is not None]
    assert len(held) == 1
    assert "打診されている案件を含めて1件までです" in result(browser)


@pytest.mark.parametrize("until", ["hour", "morning", "week"])
def test_cases_are_put_aside_and_woken(house: House, visit: Visit, ids: dict[str, int], until: str) -> None:
    browser = visit("taro")
    send(browser, house, [ids["mine"]], action="snooze", until=until)
    case = stored(house, ids["mine"])
    assert case.state == CaseState.SNOOZED
    assert case.snoozed_until is not None
    assert case.snoozed_until > house.clock.now
    undo(browser)
    assert stored(house, ids["mine"]).state == CaseState.HELD


def test_cases_are_closed_with_a_reason_and_opened_again(house: House, visit: Visit, ids: dict[str, int]) -> None:
    browser = visit("taro")
    send(browser, house, [ids["mine"]], action="close", reason="answered")
    assert (stored(house, ids["mine"]).state, stored(house, ids["mine"]).close_reason) == (CaseState.CLOSED, "answered")
    undo(browser)
    assert stored(house, ids["mine"]).state in (CaseState.HELD, CaseState.WAITING)
    send(browser, house, [ids["answered"]], "f" * 32, action="close", reason="made_up")
    assert stored(house, ids["answered"]).state == CaseState.WAITING_FOR_RESIDENT
    assert "終える理由を選んでください" in result(browser, "f" * 32)


def test_cases_of_another_department_or_town_are_not_there(house: House, visit: Visit, ids: dict[str, int]) -> None:
    browser, chosen = visit("hanako"), [ids["mine"], ids["foreigner"]]
    before = [stored(house, case_id).version for case_id in chosen]
    send(browser, house, chosen, action="priority", priority="crisis")
    assert [stored(house, case_id).version for case_id in chosen] == before
    assert "2件はそのままです：いまは見られない案件です" in result(browser)


@pytest.mark.parametrize(
    "fields", [{"action": "destroy"}, {"action": "priority", "case": "x"}, {"action": "priority", "case": ["1", "1.x", "9" * 30]}]
)
def test_nonsense_moves_nothing_and_is_told(house: House, visit: Visit, ids: dict[str, int], fields: dict[str, object]) -> None:
    browser = visit("taro")
    answer = browser.post(PATH, data={"csrf_token": browser.token, "submission": KEY, "back": "https://evil.example/?tab=mine", **fields})
    assert answer.headers["location"] == "/console/cases?tab=mine"
    assert "案件が選ばれていません" in browser.get("/console/cases").text
    assert actions(house) == []


def test_forged_or_foreign_form_is_refused(house: House, visit: Visit, ids: dict[str, int]) -> None:
    browser, other = visit("taro"), visit("jiro")
    assert send(browser, house, [ids["mine"]], key="short", action="priority", priority="crisis").status_code == 403
    assert browser.post(PATH, data={"csrf_token": "wrong", "action": "priority"}).status_code == 403
    send(browser, house, [ids["mine"]], action="priority", priority="crisis")
    assert undo(other).status_code == 404
    assert send(other, house, [ids["late"]], action="priority", priority="crisis").status_code == 403
    assert "優先度を変えました" not in result(other)
    with house.database.reading() as session:
        assert session.query(FormSubmission).count() == 1
