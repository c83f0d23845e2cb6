"""Who reaches what: every route for every role, and never the rows of another municipality."""

import re
from collections.abc import Callable, Iterator

import pytest
from fastapi.routing import APIRoute, APIRouter

from console.app import ROUTERS
from handoff.models import Role
from tests.console.conftest import Browser, House, actions
from tests.console.sample import SECRET

Visit = Callable[..., Browser]

EVERYBODY = set(Role)
CALLBACKS = {Role.STAFF, Role.SUPERVISOR, Role.ADMINISTRATOR}
CONTENT = {Role.EDITOR, Role.APPROVER, Role.SUPERVISOR, Role.ADMINISTRATOR}
OWN = {"conversation_id": "1", "callback_id": "1", "entry_id": "dogs", "feedback_id": "1", "letter_id": "1"}
FOREIGN = {"conversation_id": "36", "callback_id": "3", "entry_id": "aoba-only", "feedback_id": "3", "letter_id": "3"}
REACH = {
    "GET /": EVERYBODY,
    "GET /login": EVERYBODY,
    "POST /login": EVERYBODY,
    "POST /logout": EVERYBODY,
    "GET /conversations": EVERYBODY,
    "GET /conversations/{conversation_id}": EVERYBODY,
    "GET /callbacks": EVERYBODY,
    "POST /callbacks/{callback_id}/note": CALLBACKS,
    "POST /callbacks/{callback_id}/finish": CALLBACKS,
    "POST /callbacks/{callback_id}/reopen": CALLBACKS,
    "GET /content": EVERYBODY,
    "GET /content/feedback": EVERYBODY,
    "POST /content/feedback/{feedback_id}/handle": CONTENT,
    "POST /content/feedback/{feedback_id}/reopen": CONTENT,
    "GET /content/{entry_id}": EVERYBODY,
    "POST /content/{entry_id}/publish": CONTENT,
    "POST /content/{entry_id}/preview": CONTENT,
    "POST /content/{entry_id}/archive": CONTENT,
    "GET /new-content": CONTENT,
    "POST /new-content": CONTENT,
    "POST /new-content/preview": CONTENT,
    "GET /new-guide": CONTENT,
    "POST /new-guide": CONTENT,
    "POST /new-guide/keep": CONTENT,
    "GET /dead-letters": {Role.ADMINISTRATOR},
    "POST /dead-letters/{letter_id}/retry": {Role.ADMINISTRATOR},
}
OF_OPEN_PAGES = {"GET /live", "POST /live/heartbeat", "POST /cases/{case_id}/viewing"}
"""Scripts ask for these; tests/console/live looks at who reaches them."""
GUARDED = [key for key in REACH if not key.endswith("/login")]


def routes() -> Iterator[str]:
    for router in ROUTERS:
        assert isinstance(router, APIRouter)
        for route in router.routes:
            assert isinstance(route, APIRoute)
            yield from (f"{method} {route.path}" for method in route.methods)


def ask(browser: Browser, key: str, ids: dict[str, str]):  # type: ignore[no-untyped-def]
    method, path = key.split(" ")
    path = "/console" + re.sub(r"\{(\w+)\}", lambda match: ids[match.group(1)], path)
    return browser.get(path) if method == "GET" else browser.submit(path)


def test_table_of_reach_names_every_route() -> None:
    assert set(routes()) == set(REACH) | OF_OPEN_PAGES


def test_nobody_reaches_a_page_without_login(outsider: Browser) -> None:
    for key in GUARDED:
        answer = ask(outsider, key, OWN)
        assert answer.status_code == 303, key
        assert answer.headers["location"].startswith("/console/login"), key


@pytest.mark.parametrize("role", Role)
def test_role_reaches_its_routes_and_no_other(visit: Visit, role: Role) -> None:
    known = visit(role.value)
    for key in sorted(GUARDED, key=lambda key: "logout" in key):
        browser = visit(role.value) if "logout" in key else known
        answer = ask(browser, key, OWN)
        assert (answer.status_code == 403) is (role not in REACH[key]), (key, answer.status_code)
        if answer.status_code == 403:
            assert "できる役割" in answer.text
            assert "administratorさん（管理者）" in answer.text


@pytest.mark.parametrize("key", [key for key in REACH if "{" in key])
def test_rows_of_another_municipality_are_not_there(house: House, visit: Visit, key: str) -> None:
    answer = ask(visit("administrator"), key, FOREIGN)
    assert SECRET not in answer.text
    # A dead letter may be gone at any moment, so retrying one that is not there is no mistake.
    assert answer.status_code == (303 if "letter_id" in key else 404)
    assert actions(house) == []
    assert actions(house, "aoba") == []
    assert ask(visit("administrator", "aoba"), key, FOREIGN).status_code != 404


def test_lists_show_nothing_of_another_municipality(visit: Visit) -> None:
    browser = visit("administrator")
    for path in (
        "/",
        "/conversations",
        "/callbacks",
        "/content",
        "/content/feedback?state=all",
        "/new-content",
        "/new-guide",
        "/dead-letters",
    ):
        page = browser.get("/console" + path).text
        for foreign in ("aoba", "青葉", "090-9999-9999", SECRET):
            assert foreign not in page, (path, foreign)
    for path in ("/conversations", "/content"):
        assert "見つかりません" in browser.get("/console" + path, params={"words": SECRET}).text


def test_retrying_a_foreign_job_leaves_it_dead(house: House, visit: Visit) -> None:
    visit("administrator").submit("/console/dead-letters/3/retry")
    with house.database.reading() as session:
        assert [letter.id for letter in house.queue.dead_letters(session, "aoba")] == [3]


def test_navigation_shows_only_rooms_that_one_may_enter(visit: Visit) -> None:
    assert "止まった処理" not in visit("supervisor").get("/console/").text
    assert "止まった処理" in visit("administrator").get("/console/").text
