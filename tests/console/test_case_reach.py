"""Addresses of a case lead nowhere for whoever may not see it: another municipality, another department."""

from collections.abc import Callable

import pytest

from handoff.models import CallbackRequest, Case
from tests.console.cases import add_colleague, opened_case, state_of
from tests.console.conftest import Browser, House, actions
from tests.console.test_reach import REACH, ask

Visit = Callable[..., Browser]
OF_A_CASE = [key for key in REACH if "/cases/{case_id}" in key and "/supervision/" not in key]


@pytest.mark.parametrize("key", OF_A_CASE)
def test_case_of_another_municipality_or_department_is_not_there(house: House, visit: Visit, key: str) -> None:
    add_colleague(house, "sato", "佐藤 環", "environment")
    case_id = opened_case(house, title="よその案件の題")
    before = state_of(house, case_id).version
    ids = {"case_id": str(case_id), "media_id": "1", "message_id": "1", "task_id": "1", "form": "close"}
    for browser in (visit("administrator", "aoba"), visit("sato")):
        answer = ask(browser, key, ids)
        assert answer.status_code == 404
        assert "よその案件の題" not in answer.text
    assert state_of(house, case_id).version == before
    assert actions(house) == []


def test_talk_and_callback_of_a_case_of_another_department_are_not_there_either(house: House, visit: Visit) -> None:
    """The talk used to be open to everybody, whatever the case was about."""
    add_colleague(house, "sato", "佐藤 環", "environment")
    case_id = opened_case(house, title="よその案件の題")
    with house.database.transaction() as session:
        case = session.get_one(Case, case_id)
        request = session.get_one(CallbackRequest, 2)
        request.conversation_id, request.case_id, request.phone = case.conversation_id, case.id, "09012123434"
        talk = f"/console/conversations/{case.conversation_id}"
    stranger, colleague, supervisor = visit("sato"), visit("staff"), visit("supervisor")
    for browser in (colleague, supervisor):
        assert browser.get(talk).status_code == 200
        assert "tel:09012123434" in browser.get("/console/callbacks").text
        assert f'href="{talk}"' in browser.get("/console/conversations").text
    assert stranger.get(talk).status_code == 404
    assert "tel:09012123434" not in stranger.get("/console/callbacks").text
    assert f'href="{talk}"' not in stranger.get("/console/conversations").text
    assert stranger.submit("/console/callbacks/2/finish", note="", seen="").status_code == 404
    with house.database.transaction() as session:
        session.get_one(Case, case_id).department_id = "environment"
    assert stranger.get(talk).status_code == 200
    assert "tel:09012123434" in stranger.get("/console/callbacks").text


def test_every_address_of_a_case_is_looked_at() -> None:
    assert len(OF_A_CASE) > 20
