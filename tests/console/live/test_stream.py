"""What an open page is told, when, and when no longer."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import delete, update

from console.live import hub
from console.live.parts import Parameters, Part
from console.models import StaffSession
from console.parts import PARTS
from console.visiting import NotHereError, Visit
from core import changes
from core.changes import PRESENCE, QUEUE, case_topic, drop_changes, staff_topic
from core.database import Database
from handoff.models import Case, Staff
from tests.console.cases import add_colleague, opened_case
from tests.console.live.conftest import Town
from tests.console.sample import NOW


@dataclass(frozen=True, kw_only=True)
class Words:
    title: str
    text: str
    roles: tuple[str, ...] = ()


def titles(visit: Visit, parameters: Parameters) -> Words:
    with visit.reading() as session:
        case = session.get(Case, int(parameters["case"]))
    if case is None or case.department_id == "elsewhere":
        raise NotHereError("gone")
    return Words(title=case.title, text=f"{visit.visitor.name}:{parameters['case']}:{visit.request.query_params['case']}")


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, is_shared in (("shared", True), ("own", False)):
        part = Part(template="_alert.html", room="", topics=lambda *_: (QUEUE,), view=titles, is_shared=is_shared)
        monkeypatch.setitem(PARTS, name, part)
    return


def rendered(part: str) -> float:
    return REGISTRY.get_sample_value("madoguchi_live_renderings_total", {"part": part}) or 0.0


def rename(database: Database, town: Town, case_id: int, **values: str) -> int:
    with database.transaction() as session:
        session.execute(update(Case).where(Case.id == case_id).values(**values))
    return town.change(QUEUE)


def test_page_is_told_of_its_topics_and_of_no_other(town: Town) -> None:
    page = town.open("topics=queue")
    page.wait("hello")
    town.change(PRESENCE)
    number = town.change(QUEUE, PRESENCE)
    told = page.wait("change")
    assert told.data == [QUEUE]
    assert told.id == str(number)
    assert len(page.of("change")) == 1


def test_changed_part_comes_before_the_number_and_only_when_it_looks_different(town: Town, parts: None) -> None:
    case_id = town.add_case()
    page = town.open(f"part=own%3Fcase%3D{case_id}")
    page.wait("hello")
    rename(town.house.database, town, case_id, title="転入のこと")
    page.wait("change")
    town.change(QUEUE)
    page.wait("change", 2)
    [part] = page.of("part")
    assert part.data["part"] == f"own?case={case_id}"
    assert "転入のこと" in part.data["html"]
    assert f"staffさん:{case_id}:{case_id}" in part.data["html"]
    assert [told.name for told in page.told] == ["hello", "part", "change", "change"]


def test_shared_part_is_rendered_once_for_all_of_an_audience_and_shows_nobody(town: Town, parts: None) -> None:
    case_id = town.add_case()
    pages = [town.open(f"part=shared%3Fcase%3D{case_id}", login) for login in ("staff", "staff", "staff", "supervisor")]
    for page in pages:
        page.wait("hello")
    before = rendered("shared")
    for number in range(1, 4):
        rename(town.house.database, town, case_id, title=f"件名{number}")
        for page in pages:
            page.wait("change", number)
    assert all("件名3" in page.of("part")[-1].data["html"] for page in pages)
    assert f":{case_id}:{case_id}" in pages[0].of("part")[-1].data["html"]
    assert "さん" not in pages[0].of("part")[-1].data["html"]
    # Two audiences, three changes; a change that follows at once may be told together with the one before.
    assert rendered("shared") - before <= 6


def test_list_of_another_department_is_neither_told_nor_rendered(town: Town) -> None:
    add_colleague(town.house, "shimin", "市民子", "citizens")
    add_colleague(town.house, "kankyo", "環境子", "environment")
    query = "part=case_list%3Ftab%3Dunassigned&part=case_tabs%3Ftab%3Dunassigned"
    pages = {login: town.open(query, login) for login in ("shimin", "kankyo", "supervisor")}
    for page in pages.values():
        page.wait("hello")
    before = rendered("case_list")
    opened_case(town.house, title="犬のこと", department_id="environment")
    for login in ("kankyo", "supervisor"):
        pages[login].wait("change")
        shown, tabs = pages[login].of("part")
        assert "犬のこと" in shown.data["html"]
        assert "</span>1<span" in tabs.data["html"]
    assert rendered("case_list") - before == 2
    town.change(QUEUE)
    assert pages["shimin"].wait("change").data == [QUEUE]
    assert len(pages["shimin"].of("change")) == 1
    assert "犬のこと" not in str(pages["shimin"].told)


def test_whoever_changes_department_reads_the_page_anew(town: Town) -> None:
    page = town.open("part=case_list%3Ftab%3Dunassigned")
    page.wait("hello")
    with town.house.database.transaction() as session:
        session.execute(update(Staff).where(Staff.login == "staff").values(department_id="tax"))
    town.change(QUEUE)
    page.wait("reload")
    page.wait_for_end()
    assert page.of("part") == []


def test_page_that_was_away_is_told_what_it_missed(town: Town) -> None:
    number = town.change(QUEUE)
    town.change(PRESENCE)
    last = town.change(QUEUE)
    page = town.open("topics=queue,presence", told=str(number))
    told = page.wait("change")
    assert told.data == [PRESENCE, QUEUE]
    assert told.id == str(last)


def test_what_happened_between_the_page_and_its_stream_is_told(town: Town) -> None:
    number = town.change(PRESENCE)
    town.change(QUEUE)
    assert town.open(f"topics=queue&after={number}").wait("change").data == [QUEUE]


def test_page_that_was_away_for_longer_than_changes_are_kept_is_read_anew(town: Town) -> None:
    town.change(QUEUE)
    town.change(QUEUE)
    with town.house.database.transaction() as session:
        assert drop_changes(session, "midori", NOW.replace(year=2030), 1) == 1
    assert town.open("topics=queue", told="1").wait("hello")
    page = town.open("topics=queue", told="0")
    page.wait("reload")
    page.wait_for_end()
    # A number that was never given is one of another database.
    town.open("topics=queue", told="99").wait("reload")


def test_lost_hint_costs_at_most_a_second(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    page = town.open("topics=queue")
    page.wait("hello")
    monkeypatch.setattr(changes, "wake_listeners", lambda: None)
    town.change(QUEUE)
    page.wait("change")


def test_change_of_another_municipality_is_not_told(town: Town) -> None:
    page = town.open("topics=queue")
    page.wait("hello")
    town.change(QUEUE, municipality_id="aoba")
    town.change(QUEUE)
    page.wait("change")
    assert len(page.of("change")) == 1


def test_ended_session_ends_the_stream_and_is_shown_nothing_more(town: Town, parts: None) -> None:
    case_id = town.add_case()
    page = town.open(f"part=own%3Fcase%3D{case_id}")
    page.wait("hello")
    with town.house.database.transaction() as session:
        session.execute(delete(StaffSession))
    rename(town.house.database, town, case_id, title="秘密")
    page.wait("ended")
    page.wait_for_end()
    assert page.of("part") == []


def test_page_without_session_is_told_so_in_words_that_a_browser_can_read(town: Town) -> None:
    browser = town.visit("staff")
    with town.house.database.transaction() as session:
        session.execute(delete(StaffSession))
    page = town.open("topics=queue", browser=browser)
    page.wait_for_end()
    assert [told.name for told in page.told] == ["ended"]


def test_part_that_may_no_longer_be_seen_is_gone(town: Town, parts: None) -> None:
    case_id = town.add_case()
    page = town.open(f"part=own%3Fcase%3D{case_id}")
    page.wait("hello")
    rename(town.house.database, town, case_id, department_id="elsewhere")
    assert page.wait("gone").data == {"part": f"own?case={case_id}"}


def test_nobody_follows_what_is_not_theirs(town: Town) -> None:
    mine, foreign = town.add_case(), town.add_case("aoba")
    with town.house.database.reading() as session:
        numbers = {staff.login: staff.id for staff in session.query(Staff).filter(Staff.municipality_id == "midori")}
    browser = town.visit("staff")
    for topics in (case_topic(foreign), case_topic(999), staff_topic(numbers["supervisor"]), "case:x", "case:00", "everything"):
        assert browser.get(f"/console/live?topics={topics}").status_code == 404, topics
    assert browser.get("/console/live?part=nothing").status_code == 404
    page = town.open(f"topics={case_topic(mine)},{staff_topic(numbers['staff'])}")
    page.wait("hello")
    town.change(case_topic(mine))
    assert page.wait("change").data == [case_topic(mine)]


def test_streams_end_at_once_when_the_server_stops(town: Town) -> None:
    pages = [town.open("topics=queue") for _ in range(3)]
    for page in pages:
        page.wait("hello")
    town.live.stop()
    for page in pages:
        page.wait_for_end()


def test_stream_may_be_read_by_our_pages_only(town: Town) -> None:
    page = town.open("topics=queue")
    page.wait("hello")
    assert page.status == 200
    answer = town.visit("staff").get("/console/login")
    assert "default-src 'self'" in answer.headers["content-security-policy"]


def test_change_of_another_process_is_told_by_the_database(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    if town.house.database.is_sqlite:
        pytest.skip("only one process works on SQLite")
    monkeypatch.setattr(hub, "ASK_SECONDS", 60.0)
    page = town.open("topics=queue")
    page.wait("hello")
    # In this process nobody hears of it.
    monkeypatch.setattr(changes, "wake_listeners", lambda: None)
    for number in (1, 2):
        town.change(QUEUE)
        page.wait("change", number)


def announce_and_fail(town: Town) -> None:
    with town.house.database.transaction() as session:
        changes.announce(session, "midori", QUEUE, now=NOW)
        raise RuntimeError("something went wrong")


def test_rolled_back_change_is_told_to_nobody(town: Town) -> None:
    page = town.open("topics=queue,presence")
    page.wait("hello")
    with pytest.raises(RuntimeError):
        announce_and_fail(town)
    number = town.change(PRESENCE)
    assert page.wait("change").data == [PRESENCE]
    assert number == 1


def test_many_changes_at_once_wait_as_one(town: Town, parts: None) -> None:
    """However slow a page is, what waits for it never grows."""
    case_id = town.add_case()
    page = town.open(f"part=own%3Fcase%3D{case_id}")
    page.wait("hello")
    last = 0
    for number in range(60):
        last = rename(town.house.database, town, case_id, title=f"件名{number}")
    while page.of("change")[-1:] == [] or page.of("change")[-1].id != str(last):
        page.wait("change", len(page.of("change")) + 1)
    assert "件名59" in page.of("part")[-1].data["html"]
    assert len(page.of("change")) < 60
