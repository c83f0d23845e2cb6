"""Whatever is sent to the API, it answers as its description says, and never fails."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from core.database import Database
from tests.console.application_api.served import Served
from tests.databases import migrated_file

PLAIN = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=30))
JSON = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3), max_leaves=6
)
HEADER = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=70)
STATES = ("checking", "returned", "accepted", "done", "refused", "withdrawn", "new")
MOVING = st.fixed_dictionaries(
    {"version": st.integers(-1, 4) | PLAIN, "state": st.sampled_from(STATES) | PLAIN},
    optional={
        "reason": st.text(max_size=20) | JSON,
        "fields": st.dictionaries(st.sampled_from(("date", "items", "total", "x")), st.text(max_size=9), max_size=2) | JSON,
        "more": JSON,
    },
)
LIST = st.fixed_dictionaries(
    {},
    optional={
        "procedure": st.sampled_from(("oversized_waste", "x")) | st.text(max_size=50),
        "state": st.sampled_from(STATES) | st.text(max_size=10),
        "changed_since": st.datetimes().map(lambda moment: f"{moment.isoformat()}Z") | st.text(max_size=30),
        "taken": st.sampled_from(("true", "false")) | st.text(max_size=5),
        "cursor": st.text(max_size=45),
        "limit": st.integers(-2, 300).map(str) | st.text(max_size=4),
    },
)
QUICK = settings(
    max_examples=25, deadline=None, database=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class World:
    """One application that every call may meet."""

    def __init__(self, served: Served) -> None:
        application = served.office.apply()[0]
        self.numbers = (application.number, "JU-2026-999999-X")
        unbounded = type("Unbounded", (), {"take": lambda self, key: 0.0})()
        object.__setattr__(served.interface, "calls", unbounded)
        object.__setattr__(served.interface, "failures", unbounded)
        self.system: TestClient = served.system()
        self.described: dict[str, Any] = self.system.get("/openapi.json").json()["paths"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("calls")
    database = Database(f"sqlite:///{migrated_file(folder)}")
    yield World(Served(database, folder / "media"))
    database.close()


def as_described(world: World, method: str, path: str, template: str, **sent: object) -> int:
    answer = world.system.request(method, path, **sent)  # type: ignore[arg-type]
    known = world.described[template][method.lower()]["responses"]
    assert str(answer.status_code) in known, (answer.status_code, answer.text, path, sent)
    assert answer.headers["content-type"] in known[str(answer.status_code)]["content"]
    return answer.status_code


@QUICK
@given(query=LIST)
def test_any_list(world: World, query: dict[str, str]) -> None:
    as_described(world, "GET", "/applications", "/applications", params=query)


@QUICK
@given(number=st.sampled_from((0, 1)), body=MOVING | JSON, key=st.just("call-000") | HEADER)
def test_any_state_that_is_written_back(world: World, number: int, body: object, key: str) -> None:
    path = f"/applications/{world.numbers[number]}/state"
    as_described(world, "POST", path, "/applications/{number}/state", json=body, headers={"idempotency-key": key})


@QUICK
@given(number=st.sampled_from((0, 1)), body=st.fixed_dictionaries({"version": st.integers(0, 3) | JSON}) | JSON | st.binary(max_size=30))
def test_any_acknowledgement(world: World, number: int, body: object) -> None:
    raw: dict[str, object] = {"content": body, "headers": {"content-type": "application/json"}}
    path = f"/applications/{world.numbers[number]}/acknowledgement"
    sent = raw if isinstance(body, bytes) else {"json": body}
    as_described(world, "POST", path, "/applications/{number}/acknowledgement", **sent)


@QUICK
@given(number=st.text(st.characters(exclude_characters="/?#.", exclude_categories=("Cs", "Cc")), min_size=1, max_size=30), file=JSON)
def test_any_address(world: World, number: str, file: object) -> None:
    one = f"/applications/{number}"
    for method, path in (("GET", one), ("GET", f"{one}/files/{file}"), ("PUT", one)):
        answer = world.system.request(method, path)
        assert answer.status_code in (200, 404, 405, 422), (answer.status_code, path)


@QUICK
@given(token=HEADER)
def test_any_token(world: World, token: str) -> None:
    answer = world.system.get("/applications", headers={"authorization": token})
    assert answer.status_code == 401


def test_usual_calls_succeed_in_this_world(world: World) -> None:
    """So that the refusals above are not all that there is."""
    assert as_described(world, "GET", "/applications", "/applications", params={"limit": "1"}) == 200
    assert as_described(world, "GET", f"/applications/{world.numbers[0]}", "/applications/{number}") == 200
