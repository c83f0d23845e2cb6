"""Addresses of a case lead nowhere for whoever may not see it: another municipality, another department."""

from collections.abc import Callable

import pytest

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


def test_every_address_of_a_case_is_looked_at() -> None:
    assert len(OF_A_CASE) > 20
