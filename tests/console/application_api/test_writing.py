"""Systems say what they have taken over, and write states back: once, never over a change that they have not seen."""

import threading
from pathlib import Path

import httpx
import pytest

from core.database import Database
from procedures.fillings import filling_for
from procedures.outside.scopes import Scope
from procedures.queries import events_of
from procedures.reviewing import words_of
from tests.console.application_api.served import Served, problem
from tests.procedures.database import SEALS

KEY = "call-0001"


@pytest.fixture
def served(database: Database, tmp_path: Path) -> Served:
    return Served(database, tmp_path / "media")


def test_taking_over_is_remembered_for_the_system_and_its_version(served: Served) -> None:
    application = served.office.apply()[0]
    path = f"/applications/{application.number}/acknowledgement"
    system = served.system()
    first = system.post(path, json={"version": 1})
    assert first.json() == {"version": 1, "at": "2026-11-29T01:00:00Z", "is_current": True}
    assert system.post(path, json={"version": 1}).json() == first.json(), "as often as one likes"
    assert served.system().get("/applications", params={"taken": True}).json()["applications"][0]["number"] == application.number
    assert served.system(name="別").get("/applications", params={"taken": True}).json()["applications"] == []
    served.office.move(application, "accept")
    assert system.get(f"/applications/{application.number}").json()["taken"]["is_current"] is False
    assert [one["number"] for one in system.get("/applications", params={"taken": False}).json()["applications"]] == [application.number]


def test_only_the_present_version_is_taken_over(served: Served) -> None:
    application = served.office.apply()[0]
    path = f"/applications/{application.number}/acknowledgement"
    system = served.system()
    served.office.move(application, "accept")
    stale = system.post(path, json={"version": 1})
    assert (stale.status_code, problem(stale)) == (409, "stale")
    assert problem(system.post(path, json={"version": 3})) == "no_such_version"
    for wrong in ({}, {"version": 0}, {"version": "x"}, {"version": 2, "more": 1}, [], 2**40):
        assert problem(system.post(path, json=wrong)) == "invalid"
    assert problem(system.post(path, content=b"{", headers={"content-type": "application/json"})) == "invalid"
    assert problem(served.system(Scope.READ).post(path, json={"version": 2})) == "scope_missing"
    assert system.post(path, json={"version": 2}).status_code == 200


def move(system: object, number: str, key: str = KEY, **body: object) -> httpx.Response:
    headers = {"idempotency-key": key} if key else {}
    return system.post(f"/applications/{number}/state", json={"version": 1, **body}, headers=headers)  # type: ignore[attr-defined,no-any-return]


def test_state_is_written_back_and_the_resident_is_told(served: Served) -> None:
    application = served.office.apply()[0]
    system = served.system()
    answer = move(system, application.number, state="accepted", reason="台帳に載せました。")
    assert answer.json() == {"number": application.number, "state": "accepted", "version": 2}
    assert served.tellings() == [application.id]
    with served.office.database.reading() as session:
        event = events_of(session, application.id)[-1]
        assert words_of(session, served.interface.receiving.desk("shiomi"), application, event) == "台帳に載せました。"
        assert served.interface.receiving.taken_back_until(session, application, served.office.now) is None, "not by staff"
    assert (event.kind, event.staff_id, event.detail["system"]) == ("accepted", None, "収集システム")
    assert move(system, application.number, "call-0002", state="done", version=2).json()["state"] == "done"


def test_same_call_twice_is_carried_out_once(served: Served) -> None:
    application = served.office.apply()[0]
    system = served.system()
    first = move(system, application.number, state="accepted")
    again = move(system, application.number, state="accepted")
    assert (first.json(), first.status_code) == (again.json(), again.status_code)
    assert len(served.tellings()) == 1
    other = move(system, application.number, state="done")
    assert (other.status_code, problem(other)) == (409, "key_reused")
    assert move(served.system(name="別"), application.number, state="done", version=2).status_code == 200, "keys are each system's own"


def test_two_at_the_same_moment_are_carried_out_once(served: Served) -> None:
    application = served.office.apply()[0]
    system = served.system()
    system.get("/applications")
    codes: list[int] = []

    def call() -> None:
        codes.append(move(served.system(), application.number, state="accepted").status_code)

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert codes == [200] * 4
    assert len(served.tellings()) == 1


def test_call_that_was_refused_leaves_its_key_free(served: Served) -> None:
    application = served.office.apply()[0]
    system = served.system()
    assert problem(move(system, application.number, state="refused")) == "not_allowed"
    assert move(system, application.number, state="refused", reason="市外のため").status_code == 200


def test_change_that_was_not_seen_is_not_written_over(served: Served) -> None:
    application = served.office.apply()[0]
    system = served.system()
    served.office.move(application, "check")
    stale = move(system, application.number, state="accepted")
    assert (stale.status_code, problem(stale)) == (409, "stale")
    assert served.tellings() == []
    assert move(system, application.number, state="accepted", version=2).status_code == 200


def test_way_that_does_not_exist_is_refused(served: Served) -> None:
    application = served.office.apply()[0]
    system = served.system()
    for state, body, expected in (
        ("done", {}, "not_allowed"),
        ("refused", {"reason": "  "}, "not_allowed"),
        ("returned", {}, "not_allowed"),
        ("returned", {"fields": {"nothing": "x"}}, "not_allowed"),
        ("returned", {"fields": {"date": " "}}, "not_allowed"),
        ("accepted", {"fields": {"date": "x"}}, "fields_unwanted"),
        ("withdrawn", {}, "invalid"),
        ("new", {}, "invalid"),
        ("accepted", {"reason": "あ" * 501}, "invalid"),
        ("accepted", {"reason": "\u0000"}, "invalid"),
        ("accepted", {"more": 1}, "invalid"),
    ):
        assert problem(move(system, application.number, state=state, **body)) == expected, (state, body)  # type: ignore[arg-type]
    for key in ("", "short", "日本語の鍵です", "a" * 65):
        headers = {"idempotency-key": key.encode()} if key else {}
        refused = system.post(f"/applications/{application.number}/state", json={"version": 1, "state": "accepted"}, headers=headers)
        assert problem(refused) == "invalid", key
    assert problem(move(served.system(Scope.READ), application.number, state="accepted")) == "scope_missing"
    assert move(system, application.number, state="accepted").status_code == 200


def test_returned_application_asks_exactly_those_fields_again(served: Served) -> None:
    application = served.office.apply()[0]
    answer = move(served.system(), application.number, state="returned", fields={"date": "その日は集めません。"})
    assert answer.json()["state"] == "returned"
    with served.office.database.reading() as session:
        filling = filling_for(session, SEALS, served.office.people.resident, application.id, served.office.now)
    assert filling is not None
    assert (dict(filling.reasons), filling.application_id) == ({"date": "その日は集めません。"}, application.id)
    assert served.tellings() == [application.id]


def test_large_body_is_refused_before_it_is_read(served: Served) -> None:
    application = served.office.apply()[0]
    system = served.system()
    path = f"/applications/{application.number}/acknowledgement"
    large = system.post(path, content=b" " * 70_000, headers={"content-type": "application/json"})
    assert (large.status_code, problem(large)) == (413, "large")
    assert system.post(path, json={"version": 1}).status_code == 200


def test_unknown_addresses_and_ways_are_problems_too(served: Served) -> None:
    system = served.system()
    assert problem(system.get("/nothing")) == "missing"
    assert problem(system.delete("/applications")) == "method"
