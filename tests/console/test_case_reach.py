"""Who reaches the addresses of a case: every one for every role, never those of another department or municipality."""

from collections.abc import Callable

import pytest

from handoff.models import Role
from tests.console.case_reach import CASE_REACH
from tests.console.cases import add_colleague, opened_case, state_of
from tests.console.conftest import Browser, House, actions
from tests.console.test_reach import ask

Visit = Callable[..., Browser]


def ids(case_id: int) -> dict[str, str]:
    return {"case_id": str(case_id), "media_id": "1", "message_id": "1", "task_id": "1"}


@pytest.mark.parametrize("role", Role)
def test_role_reaches_what_it_may_do_with_a_case_and_nothing_else(house: House, visit: Visit, role: Role) -> None:
    case_id = opened_case(house)
    browser = visit(role.value)
    for key, roles in CASE_REACH.items():
        answer = ask(browser, key, ids(case_id))
        # Notes need the key of a page besides, which this form lacks.
        is_forbidden = answer.status_code == 403 and "できる役割" in answer.text
        assert is_forbidden is (role not in roles), (key, answer.status_code)


@pytest.mark.parametrize("key", CASE_REACH)
def test_case_of_another_municipality_or_department_is_not_there(house: House, visit: Visit, key: str) -> None:
    add_colleague(house, "sato", "佐藤 環", "environment")
    case_id = opened_case(house, title="よその案件の題")
    before = state_of(house, case_id).version
    for browser in (visit("administrator", "aoba"), visit("sato")):
        answer = ask(browser, key, ids(case_id))
        assert answer.status_code == 404
        assert "よその案件の題" not in answer.text
    assert state_of(house, case_id).version == before
    assert actions(house) == []


def test_nobody_reaches_a_case_without_login(house: House, outsider: Browser) -> None:
    case_id = opened_case(house)
    for key in CASE_REACH:
        answer = ask(outsider, key, ids(case_id))
        assert (answer.status_code, answer.headers["location"][:14]) == (303, "/console/login"), key
