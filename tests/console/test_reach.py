"""Who reaches what: every route for every role, and never the rows of another municipality."""

import re
import uuid
from collections.abc import Callable, Iterator

import pytest
from fastapi.routing import APIRoute, APIRouter
from sqlalchemy.orm import Session

from console.app import ROUTERS
from console.models import SavedFilter
from handoff.canned import CannedWords, add_reply
from handoff.desk_models import ContactLimit, EmergencyMessage, HandoverNote, IntakePause
from handoff.models import Role, Staff
from procedures.outside.delivering import trial
from procedures.outside.models import ApiToken, WebhookEndpoint
from tests.console.application_sample import apply
from tests.console.case_sample import open_one
from tests.console.conftest import Browser, House, actions
from tests.console.sample import NOW, SECRET
from tests.kept import written_once

Visit = Callable[..., Browser]

EVERYBODY = set(Role)
CALLBACKS = {Role.STAFF, Role.SUPERVISOR, Role.ADMINISTRATOR}
CONTENT = {Role.EDITOR, Role.APPROVER, Role.SUPERVISOR, Role.ADMINISTRATOR}
CASES = {Role.STAFF, Role.SUPERVISOR, Role.ADMINISTRATOR}
APPLICATIONS = {Role.VIEWER, *CASES}
SUPERVISION = {Role.SUPERVISOR, Role.ADMINISTRATOR}
SLOTS = CONTENT | {Role.STAFF}
OF_PROCEDURES = {"portion": "general", "fee_name": "loan", "name": "fee.certificate", "number": "1"}
OWN = {
    "conversation_id": "1",
    "callback_id": "1",
    "entry_id": "dogs",
    "feedback_id": "1",
    "letter_id": "1",
    "procedure_id": "midori_loan",
    "subject": "procedure:midori_loan",
    "form": "close",
} | OF_PROCEDURES
FOREIGN = {
    "conversation_id": "36",
    "callback_id": "3",
    "entry_id": "aoba-only",
    "feedback_id": "3",
    "letter_id": "3",
    "procedure_id": "aoba_loan",
    "subject": "procedure:aoba_loan",
    "form": "close",
} | OF_PROCEDURES
REACH = {
    "GET /cases": EVERYBODY,
    "POST /cases/filters": CASES,
    "POST /cases/filters/{filter_id}/delete": CASES,
    "POST /cases/bulk": CASES,
    "POST /cases/bulk/undo": CASES,
    "GET /cases/{case_id}": EVERYBODY,
    "GET /cases/{case_id}/reply": EVERYBODY,
    "GET /cases/{case_id}/suggestions": EVERYBODY,
    "GET /cases/{case_id}/print": EVERYBODY,
    "GET /cases/{case_id}/media/{media_id}": EVERYBODY,
    "GET /cases/{case_id}/{form}": CASES,
    "POST /cases/{case_id}/claim": CASES,
    "POST /cases/{case_id}/decline": CASES,
    "POST /cases/{case_id}/transfer": CASES,
    "POST /cases/{case_id}/release": CASES,
    "POST /cases/{case_id}/snooze": CASES,
    "POST /cases/{case_id}/wake": CASES,
    "POST /cases/{case_id}/close": CASES,
    "POST /cases/{case_id}/return": CASES,
    "POST /cases/{case_id}/reopen": CASES,
    "POST /cases/{case_id}/priority": CASES,
    "POST /cases/{case_id}/notes": CASES,
    "POST /cases/{case_id}/tasks/{task_id}/done": CASES,
    "POST /cases/{case_id}/messages": CASES,
    "POST /cases/{case_id}/messages/{message_id}/undo": CASES,
    "POST /cases/{case_id}/draft": CASES,
    "POST /cases/{case_id}/insert": CASES,
    "GET /applications": APPLICATIONS,
    "POST /applications/filters": CASES,
    "POST /applications/filters/{filter_id}/delete": CASES,
    "POST /applications/bulk": CASES,
    "POST /applications/bulk/undo": CASES,
    "POST /applications/csv": CASES,
    "GET /applications/map": APPLICATIONS,
    "GET /applications/slots": CASES,
    "POST /applications/slots": CASES,
    "POST /applications/slots/day": CASES,
    "GET /applications/{application_id}": APPLICATIONS,
    "GET /applications/{application_id}/paper": APPLICATIONS,
    "GET /applications/{application_id}/media/{media_id}": APPLICATIONS,
    "POST /applications/{application_id}/reveal": CASES,
    "POST /applications/{application_id}/preview": CASES,
    "POST /applications/{application_id}/check": CASES,
    "POST /applications/{application_id}/accept": CASES,
    "POST /applications/{application_id}/finish": CASES,
    "POST /applications/{application_id}/refuse": CASES,
    "POST /applications/{application_id}/return": CASES,
    "POST /applications/{application_id}/undo": CASES,
    "POST /applications/{application_id}/marks": CASES,
    "POST /applications/{application_id}/notes": CASES,
    "POST /applications/{application_id}/holder": CASES,
    "POST /applications/{application_id}/case": CASES,
    "GET /new-case": CASES,
    "POST /new-case": CASES,
    "POST /presence": CASES,
    "GET /supervision": SUPERVISION,
    "POST /supervision/cases/{case_id}/assign": SUPERVISION,
    "POST /supervision/pause": SUPERVISION,
    "POST /supervision/pause/{pause_id}/end": SUPERVISION,
    "POST /supervision/limits/{limit_id}/approve": SUPERVISION,
    "POST /supervision/limits/{limit_id}/refuse": SUPERVISION,
    "GET /canned": CASES,
    "GET /new-canned": CASES,
    "POST /new-canned": CASES,
    "POST /canned/preview": CASES,
    "GET /canned/{canned_id}": CASES,
    "POST /canned/{canned_id}": CASES,
    "POST /canned/{canned_id}/retire": CASES,
    "POST /canned/{canned_id}/restore": CASES,
    "GET /handover": CASES,
    "POST /handover": CASES,
    "GET /reviews": SUPERVISION,
    "POST /reviews/{case_id}/done": SUPERVISION,
    "GET /emergency": SUPERVISION,
    "POST /emergency/check": SUPERVISION,
    "POST /emergency/edit": SUPERVISION,
    "POST /emergency": SUPERVISION,
    "POST /emergency/{emergency_id}/end": SUPERVISION,
    "GET /staff": SUPERVISION,
    "POST /staff/{staff_id}": SUPERVISION,
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
    "GET /content/wishes": CONTENT,
    "POST /content/wishes/{case_id}/done": CONTENT,
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
    "GET /procedures": EVERYBODY,
    "GET /procedures/{procedure_id}": EVERYBODY,
    "POST /procedures/{procedure_id}/stop": SLOTS,
    "POST /procedures/{procedure_id}/start": SLOTS,
    "GET /procedures/{procedure_id}/texts/{portion}": CONTENT,
    "POST /procedures/{procedure_id}/texts/{portion}": CONTENT,
    "GET /procedures/{procedure_id}/fees": CONTENT,
    "POST /procedures/{procedure_id}/fees/{fee_name}": CONTENT,
    "POST /procedures/{procedure_id}/values/{name}": CONTENT,
    "GET /procedures/{procedure_id}/slots": SLOTS,
    "POST /procedures/{procedure_id}/slots/close": SLOTS,
    "POST /procedures/{procedure_id}/slots/capacity": SLOTS,
    "POST /procedures/{procedure_id}/slots/reset": SLOTS,
    "GET /procedures/{procedure_id}/trial": EVERYBODY,
    "POST /procedures/{procedure_id}/trial": EVERYBODY,
    "GET /procedures/{procedure_id}/yaml": EVERYBODY,
    "GET /procedures/{procedure_id}/yaml/download": EVERYBODY,
    "POST /procedures/{procedure_id}/yaml": CONTENT,
    "POST /procedures/{procedure_id}/yaml/confirm": CONTENT,
    "POST /procedures/{procedure_id}/yaml/pack": CONTENT,
    "GET /procedures/{procedure_id}/editions/{subject}/{number}": EVERYBODY,
    "POST /procedures/{procedure_id}/editions/{subject}/{number}/approve": CONTENT - {Role.EDITOR},
    "POST /procedures/{procedure_id}/editions/{subject}/{number}/refuse": CONTENT,
    "POST /procedures/{procedure_id}/editions/{subject}/{number}/restore": CONTENT,
    "GET /identity": CASES,
    "POST /identity/code": CASES,
    "POST /identity/draft": CASES,
    "GET /systems": {Role.ADMINISTRATOR},
    "POST /systems/tokens": {Role.ADMINISTRATOR},
    "POST /systems/tokens/{token_id}/revoke": {Role.ADMINISTRATOR},
    "POST /systems/endpoints": {Role.ADMINISTRATOR},
    "POST /systems/endpoints/{endpoint_id}/test": {Role.ADMINISTRATOR},
    "POST /systems/endpoints/{endpoint_id}/rotate": {Role.ADMINISTRATOR},
    "POST /systems/endpoints/{endpoint_id}/start": {Role.ADMINISTRATOR},
    "POST /systems/endpoints/{endpoint_id}/remove": {Role.ADMINISTRATOR},
    "GET /systems/deliveries": {Role.ADMINISTRATOR},
    "POST /systems/deliveries/{delivery_id}/again": {Role.ADMINISTRATOR},
    "GET /dead-letters": {Role.ADMINISTRATOR},
    "POST /dead-letters/{letter_id}/retry": {Role.ADMINISTRATOR},
}
OF_OPEN_PAGES = {"GET /live", "POST /live/heartbeat", "POST /cases/{case_id}/viewing", "POST /applications/{application_id}/viewing"}
"""Scripts ask for these; tests/console/live looks at who reaches them."""
WITH_PARTS = {
    "GET /applications/{application_id}/media/{media_id}",
    "POST /applications/{application_id}/marks",
    "POST /applications/{application_id}/preview",
    "GET /cases/{case_id}/media/{media_id}",
    "POST /cases/{case_id}/tasks/{task_id}/done",
    "POST /cases/{case_id}/messages/{message_id}/undo",
    "POST /procedures/{procedure_id}/slots/reset",
    *(key for key in REACH if "/editions/" in key),
}
"""The sample has no photo, task, message, closed day or edition; the tests of their pages look at them."""
GUARDED = [key for key in REACH if not key.endswith("/login")]


def routes() -> Iterator[str]:
    for router in ROUTERS:
        assert isinstance(router, APIRouter)
        for route in router.routes:
            assert isinstance(route, APIRoute)
            yield from (f"{method} {route.path}" for method in route.methods)


@pytest.fixture
def ids(house: House) -> tuple[dict[str, str], dict[str, str]]:
    """What 緑市 has, and what 青葉市 has."""

    def write() -> tuple[dict[str, str], dict[str, str]]:
        with house.database.transaction() as session:
            return {**OWN, **add_rows(session, house, "midori")}, {**FOREIGN, **add_rows(session, house, "aoba")}

    return written_once(house.database, "reach", write)


def add_rows(session: Session, house: House, municipality_id: str) -> dict[str, str]:
    staff = session.query(Staff).filter(Staff.municipality_id == municipality_id, Staff.login == "administrator").one()
    of_town = {"municipality_id": municipality_id}
    case = open_one(session, house, SECRET if municipality_id == "aoba" else "案件", municipality_id=municipality_id)
    case.satisfaction = 1
    nothing = {"department_id": None, "owner_id": None, "valid_from": None, "valid_until": None}
    canned = add_reply(session, municipality_id, CannedWords(shortcut="s", title=case.title, text="文", **nothing), NOW)
    pause = IntakePause(**of_town, department_id="environment", reason=case.title, staff_id=staff.id, began_at=NOW)
    emergency = EmergencyMessage(**of_town, texts={"ja": case.title}, staff_id=staff.id, began_at=NOW)
    limit = ContactLimit(
        **of_town, resident_id=case.resident_id, case_id=case.id, step="blocked", reason=case.title, asked_by=staff.id, at=NOW
    )
    kept = SavedFilter(**of_town, staff_id=staff.id, name=case.title, query="tab=all")
    token = ApiToken(**of_town, system=case.title, token_hash=municipality_id, hint="abcd", scopes=[], procedures=[], created_at=NOW)
    url = f"https://{municipality_id}.example.jp/"
    endpoint = WebhookEndpoint(**of_town, system=case.title, url=url, events=[], procedures=[], secret=b"", created_at=NOW)
    session.add_all([pause, emergency, limit, kept, HandoverNote(**of_town, staff_id=staff.id, text=case.title, at=NOW)])
    session.add_all([token, endpoint])
    session.flush()
    delivery = trial(endpoint, NOW)
    session.add(delivery)
    session.flush()
    named = {"case": case, "canned": canned, "pause": pause, "emergency": emergency, "limit": limit, "filter": kept, "staff": staff}
    named |= {"token": token, "endpoint": endpoint, "delivery": delivery}
    application = apply(session, house, key=f"{municipality_id}-applies", municipality_id=municipality_id, thing=case.title)
    return (
        {f"{name}_id": str(row.id) for name, row in named.items()}
        | {"application_id": str(application)}
        | dict.fromkeys(("media_id", "task_id", "message_id"), "1")
    )


def ask(browser: Browser, key: str, ids: dict[str, str]):  # type: ignore[no-untyped-def]
    method, path = key.split(" ")
    path = "/console" + re.sub(r"\{(\w+)\}", lambda match: ids[match.group(1)], path)
    return browser.get(path) if method == "GET" else browser.submit(path, submission=str(uuid.uuid4()))


def test_table_of_reach_names_every_route() -> None:
    assert set(routes()) == set(REACH) | OF_OPEN_PAGES


def test_nobody_reaches_a_page_without_login(outsider: Browser, ids: tuple[dict[str, str], dict[str, str]]) -> None:
    for key in GUARDED:
        answer = ask(outsider, key, ids[0])
        assert answer.status_code == 303, key
        assert answer.headers["location"].startswith("/console/login"), key


@pytest.mark.parametrize("role", Role)
def test_role_reaches_its_routes_and_no_other(visit: Visit, ids: tuple[dict[str, str], dict[str, str]], role: Role) -> None:
    known = visit(role.value)
    for key in sorted(GUARDED, key=lambda key: "logout" in key):
        browser = visit(role.value) if "logout" in key else known
        answer = ask(browser, key, ids[0])
        assert (answer.status_code == 403) is (role not in REACH[key]), (key, answer.status_code)
        if answer.status_code == 403:
            assert "できる役割" in answer.text
            assert "administratorさん（管理者）" in answer.text


@pytest.mark.parametrize("key", [key for key in REACH if "{" in key])
def test_rows_of_another_municipality_are_not_there(
    house: House, visit: Visit, ids: tuple[dict[str, str], dict[str, str]], key: str
) -> None:
    answer = ask(visit("administrator"), key, ids[1])
    assert SECRET not in answer.text
    # A dead letter may be gone at any moment, so retrying one that is not there is no mistake.
    assert answer.status_code == (303 if "letter_id" in key else 404)
    assert actions(house) == []
    assert actions(house, "aoba") == []
    if key not in WITH_PARTS:
        assert ask(visit("administrator", "aoba"), key, ids[1]).status_code != 404


def test_lists_show_nothing_of_another_municipality(visit: Visit, ids: tuple[dict[str, str], dict[str, str]]) -> None:
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
        "/procedures",
        "/procedures/midori_loan",
        "/cases",
        "/cases?tab=all",
        "/new-case",
        "/canned",
        "/new-canned",
        "/handover",
        "/supervision",
        "/reviews",
        "/emergency",
        "/staff",
        "/identity",
        "/systems",
        "/systems/deliveries",
        f"/cases/{ids[0]['case_id']}",
        "/applications",
        "/applications/map",
        "/applications/slots",
        f"/applications/{ids[0]['application_id']}",
    ):
        page = browser.get("/console" + path).text
        for foreign in ("aoba", "青葉", "090-9999-9999", SECRET):
            assert foreign not in page, (path, foreign)
    for path in ("/conversations", "/content"):
        assert "見つかりません" in browser.get("/console" + path, params={"words": SECRET}).text
    assert "条件に合う案件はありません" in browser.get("/console/cases", params={"tab": "all", "words": SECRET}).text


def test_retrying_a_foreign_job_leaves_it_dead(house: House, visit: Visit) -> None:
    visit("administrator").submit("/console/dead-letters/3/retry")
    with house.database.reading() as session:
        assert [letter.id for letter in house.queue.dead_letters(session, "aoba")] == [3]


def test_navigation_shows_only_rooms_that_one_may_enter(visit: Visit) -> None:
    assert "止まった処理" not in visit("supervisor").get("/console/").text
    assert "止まった処理" in visit("administrator").get("/console/").text
    rooms = {role: re.findall(r'class="room" href="/console(/[\w-]*)"', visit(role.value).get("/console/").text) for role in Role}
    assert rooms[Role.EDITOR] == ["/", "/cases", "/callbacks", "/conversations", "/content", "/procedures"]
    assert rooms[Role.VIEWER] == ["/", "/cases", "/applications", "/callbacks", "/conversations", "/content", "/procedures"]
    counter = ["/", "/cases", "/applications", "/identity", "/callbacks", "/conversations", "/canned", "/handover"]
    assert rooms[Role.STAFF] == [*counter, "/content", "/procedures"]
    assert rooms[Role.SUPERVISOR] == [*rooms[Role.STAFF], "/supervision", "/reviews", "/emergency", "/staff"]
