"""What is done with a case from its page: each once, each refused plainly where somebody was faster or the page is old."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from handoff.cases import add_words, set_title
from handoff.changing import lock_cases, lock_staff
from handoff.claiming import offer
from handoff.models import Case, CaseEvent
from tests.console.cases import add_colleague, claimed_case, come, opened_case, resident_says, staff_of, state_of
from tests.console.conftest import Browser, House, actions, words_of
from tests.console.sample import ATTACK, NOW

Visit = Callable[..., Browser]


def version(house: House, case_id: int) -> str:
    return str(state_of(house, case_id).version)


def move(house: House, browser: Browser, case_id: int, name: str, **fields: str):  # type: ignore[no-untyped-def]
    sent = {"version": version(house, case_id)} | fields
    return browser.submit(f"/console/cases/{case_id}/{name}", **sent)


def test_claiming_takes_the_case_and_a_second_click_changes_nothing(house: House, visit: Visit) -> None:
    case_id = opened_case(house)
    browser = visit("staff")
    for _ in range(2):
        answer = move(house, browser, case_id, "claim")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/console/cases/{case_id}")
    page = browser.get(f"/console/cases/{case_id}").text
    assert "引き受けました。ボットは返事をしません。" in page
    assert "（あなた）" in page
    assert 'id="reply-text"' in page
    with house.database.reading() as session:
        assert len(session.scalars(select(CaseEvent).where(CaseEvent.kind == "claimed")).all()) == 1


def test_whoever_comes_second_is_told_who_was_first(house: House, visit: Visit) -> None:
    case_id = opened_case(house)
    stale = version(house, case_id)
    assert move(house, visit("supervisor"), case_id, "claim").status_code == 303
    answer = move(house, visit("staff"), case_id, "claim", version=stale)
    assert answer.status_code == 409
    assert "supervisorさんさんが先に引き受けました。" in words_of(answer.text)
    assert state_of(house, case_id).holder_id == 3


def test_more_than_one_can_carry_is_refused(house: House, visit: Visit) -> None:
    for number in range(4):
        claimed_case(house, key=f"m-full-{number}", title=f"件{number}")
    case_id = opened_case(house)
    answer = move(house, visit("staff"), case_id, "claim")
    assert answer.status_code == 409
    assert "打診されている案件を含めて4件までです" in answer.text


def test_transfer_needs_a_note_and_keeps_what_was_typed(house: House, visit: Visit) -> None:
    to = add_colleague(house, "sato", "佐藤 環", "environment")
    case_id = claimed_case(house)
    browser = visit("staff")
    assert f'value="staff:{to}"' not in browser.get(f"/console/cases/{case_id}").text
    assert "その人は退勤しています" in move(house, browser, case_id, "transfer", target=f"staff:{to}", note="お願い").text
    come(house, "sato")
    answer = move(house, browser, case_id, "transfer", target=f"staff:{to}", is_warm="1", note="  ")
    assert answer.status_code == 422
    assert "申し送りを書いてください" in answer.text
    assert f'<option value="staff:{to}" selected>' in answer.text
    assert 'value="1" checked>話をつけてある' in answer.text
    assert '<details class="move" id="transfer" open>' in answer.text
    answer = move(house, browser, case_id, "transfer", target=f"staff:{to}", is_warm="1", note="犬の件です")
    assert answer.headers["location"] == f"/console/cases/{case_id}"
    case = state_of(house, case_id)
    assert (case.holder_id, case.department_id, case.state) == (to, "environment", "held")
    page = words_of(visit("sato").get(f"/console/cases/{case_id}").text)
    assert "犬の件です" in page
    assert "→ 佐藤 環" in page
    head = page.partition("申し送り")[2].partition("来た理由")[0]
    assert "犬の件です" in head, "whoever goes on with it reads the note before anything else"
    assert actions(house) == [f"case.transfer case:{case_id}"]


def test_transfer_to_a_department_leads_back_to_the_list_where_it_may_not_be_seen_any_more(house: House, visit: Visit) -> None:
    add_colleague(house, "sato", "佐藤 環", "environment")
    case_id = claimed_case(house, "sato", department_id="environment")
    answer = move(house, visit("sato"), case_id, "transfer", target="department:citizens", note="市民課の件です")
    assert answer.headers["location"] == "/console/cases"
    gone = visit("sato").get(f"/console/cases/{case_id}")
    assert gone.status_code == 404
    assert "番号が違うか、ほかの課へ移りました" in gone.text
    assert state_of(house, case_id).state == "waiting"


@pytest.mark.parametrize("target", ["", "staff:99999", "staff:7", "department:none", "moon:1", f"staff:{'9' * 30}"])
def test_transfer_to_nobody_is_refused(house: House, visit: Visit, target: str) -> None:
    """Staff 7 works for another town."""
    case_id = claimed_case(house)
    answer = move(house, visit("staff"), case_id, "transfer", target=target, note=f"お願いします{ATTACK}")
    assert answer.status_code == 422
    assert "渡す先を選び直してください" in answer.text
    assert "<script>alert" not in answer.text
    assert state_of(house, case_id).holder_id == 2


def test_stale_form_is_refused_with_what_changed_and_the_words_kept(house: House, visit: Visit) -> None:
    case_id = claimed_case(house)
    stale = version(house, case_id)
    with house.database.transaction() as session:
        add_words(session, house.packs("midori"), session.get_one(Case, case_id), now=house.clock())
        set_title(session, session.get_one(Case, case_id), "別の題", by=staff_of(session, "supervisor"), now=house.clock())
    browser = visit("staff")
    answer = move(house, browser, case_id, "close", reason="answered", wrap_up="説明した", minutes="7", version=stale)
    assert answer.status_code == 409
    words = words_of(answer.text)
    assert "開いたあとに、この案件が変わりました。" in words
    alert = words_of(answer.text.split('role="alert" tabindex')[1].split("</div></div>")[0])
    assert "住民からのメッセージ" in alert
    assert "件名の変更" in alert
    assert "担当開始" not in alert
    assert "説明した" in answer.text
    assert 'value="7"' in answer.text
    assert f'data-address="/console/cases/{case_id}"' in answer.text
    assert 'data-address="' not in browser.get(f"/console/cases/{case_id}").text
    assert state_of(house, case_id).state != "closed"
    assert "入力した内容は下に残っています" in words
    assert move(house, browser, case_id, "close", reason="answered").status_code == 303
    words = words_of(move(house, browser, case_id, "close", reason="answered", wrap_up="説明した", version=stale).text)
    assert "まだ何もしていません" in words
    assert "入力した内容は下に残っています" not in words, "a closed case has no form to close it"


def test_address_of_a_form_that_is_opened_again_does_nothing_and_shows_the_case(house: House, visit: Visit) -> None:
    case_id = claimed_case(house)
    browser = visit("staff")
    for name in ("close", "claim", "transfer", "release", "snooze", "messages", "notes"):
        answer = browser.get(f"/console/cases/{case_id}/{name}", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/console/cases/{case_id}"), name
    assert browser.get(f"/console/cases/{case_id}/nonsense").status_code in (404, 422)
    assert state_of(house, case_id).state == "held"


def test_closing_keeps_reason_minutes_and_the_wish_for_an_entry(house: House, visit: Visit) -> None:
    case_id = claimed_case(house)
    browser = visit("staff")
    assert "終える理由を選んでください" in move(house, browser, case_id, "close", reason="nonsense").text
    assert move(house, browser, case_id, "close", reason="answered", minutes="12", is_faq_candidate="1", wrap_up="済み").status_code == 303
    case = state_of(house, case_id)
    assert (case.state, case.close_reason, case.minutes, case.is_faq_candidate, case.wrap_up) == ("closed", "answered", 12, True, "済み")
    page = words_of(browser.get(f"/console/cases/{case_id}").text)
    assert "終えた案件です" in page
    assert f"{house.packs('midori').counter.reasons['answered'].label} 12分 FAQにしたい 済み" in page
    assert move(house, browser, case_id, "close", reason="answered").status_code == 409
    assert move(house, browser, case_id, "reopen").status_code == 303
    assert state_of(house, case_id).state in ("held", "waiting")


@pytest.mark.parametrize(("minutes", "kept"), [("-3", None), ("abc", None), ("99999", None), ("1441", None), ("0", 0), ("90", 90)])
def test_minutes_that_nobody_means_are_left_open(house: House, visit: Visit, minutes: str, kept: int | None) -> None:
    case_id = claimed_case(house)
    move(house, visit("staff"), case_id, "close", reason="answered", minutes=minutes)
    assert state_of(house, case_id).minutes == kept


@pytest.mark.parametrize(
    ("fields", "until"),
    [
        ({"choice": "later"}, NOW + timedelta(hours=2)),
        ({"choice": "morning"}, None),
        ({"until": "2026-12-01T10:30"}, datetime(2026, 12, 1, 1, 30, tzinfo=UTC)),
    ],
)
def test_snoozing_until_an_offered_moment_or_any_other(house: House, visit: Visit, fields: dict[str, str], until: datetime | None) -> None:
    case_id = claimed_case(house)
    browser = visit("staff")
    assert move(house, browser, case_id, "snooze", **fields).status_code == 303
    case = state_of(house, case_id)
    assert case.state == "snoozed"
    # The department is open on Mondays and Tuesdays from 8:30.
    assert case.snoozed_until == (until or datetime(2026, 11, 29, 23, 30, tzinfo=UTC))
    assert "後回しをやめる" in browser.get(f"/console/cases/{case_id}").text
    assert move(house, browser, case_id, "wake").status_code == 303
    assert state_of(house, case_id).state == "held"


@pytest.mark.parametrize("until", ["", "いつか", "2026-11-24T10:59", "2020-01-01T00:00"])
def test_snoozing_until_no_moment_is_refused(house: House, visit: Visit, until: str) -> None:
    case_id = claimed_case(house)
    answer = move(house, visit("staff"), case_id, "snooze", until=until)
    assert answer.status_code == 422
    assert "これから来る日時を入れてください" in answer.text
    assert state_of(house, case_id).state == "held"


def test_releasing_returning_and_prioritising(house: House, visit: Visit) -> None:
    case_id = claimed_case(house)
    browser = visit("staff")
    assert move(house, browser, case_id, "priority", priority="vulnerable").status_code == 303
    assert state_of(house, case_id).priority == 3
    assert move(house, browser, case_id, "priority", priority="nonsense").status_code == 303
    assert state_of(house, case_id).priority == 3
    assert move(house, browser, case_id, "release", note="会議のため").status_code == 303
    assert state_of(house, case_id).state == "waiting"
    assert move(house, browser, case_id, "release").status_code == 409
    assert move(house, browser, case_id, "claim").status_code == 303
    assert move(house, browser, case_id, "return").status_code == 303
    assert state_of(house, case_id).state == "closed"
    assert "会議のため" in browser.get(f"/console/cases/{case_id}").text


def test_who_does_not_hold_a_case_moves_nothing(house: House, visit: Visit) -> None:
    case_id = claimed_case(house, "supervisor")
    browser = visit("staff")
    page = browser.get(f"/console/cases/{case_id}").text
    assert "supervisorさんさんの担当です" in page
    for name, fields in (
        ("transfer", {"target": "department:environment", "note": "横取り"}),
        ("release", {}),
        ("snooze", {"choice": "later"}),
        ("close", {"reason": "answered"}),
        ("return", {}),
    ):
        assert f'id="move-{name}"' not in page
        assert move(house, browser, case_id, name, **fields).status_code == 409, name
    assert state_of(house, case_id).holder_id == 3
    resident_says(house, case_id, "まだですか")
    assert state_of(house, case_id).state == "held"


def test_offer_is_accepted_or_declined_with_a_reason(house: House, visit: Visit) -> None:
    case_id = opened_case(house)

    def offer_to(login: str) -> None:
        with house.database.transaction() as session:
            staff = lock_staff(session, staff_of(session, login).id)[0]
            offer(session, house.packs("midori"), lock_cases(session, [case_id])[0], staff, (), now=house.clock())

    offer_to("staff")
    browser = visit("staff")
    page = browser.get(f"/console/cases/{case_id}").text
    assert "引き受ける（打診されています）" in page
    assert "手がいっぱい" in page
    assert "staffさんさんに打診中" in words_of(visit("supervisor").get(f"/console/cases/{case_id}").text)
    assert move(house, browser, case_id, "decline", reason="手がいっぱい").status_code == 303
    assert state_of(house, case_id).state == "waiting"
    assert move(house, browser, case_id, "decline", reason="手がいっぱい").status_code == 409
    offer_to("supervisor")
    assert "先に引き受けました" in move(house, browser, case_id, "claim").text
    assert move(house, visit("supervisor"), case_id, "claim").status_code == 303
    assert state_of(house, case_id).holder_id == 3
