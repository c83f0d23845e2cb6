"""Pages say that somebody is there, looks at a case, or types; colleagues are told of what changes."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from console.models import StaffSession
from core.changes import case_topic, newest_number, news_after
from handoff.desk_models import Viewing
from handoff.models import Presence, PresenceState, Staff
from handoff.viewing import GONE, Viewer, viewers
from tests.console.conftest import Browser, House
from tests.console.live.conftest import Town

Visit = Callable[..., Browser]


def seen(house: House, case_id: int) -> list[tuple[str, bool]]:
    with house.database.reading() as session:
        return [(viewer.name, viewer.is_typing) for viewer in viewers(session, case_id, house.clock())]


def told(house: House, number: int) -> frozenset[str]:
    with house.database.reading() as session:
        news = news_after(session, "midori", number)
    assert news is not None
    return news.topics


def number_now(house: House) -> int:
    with house.database.reading() as session:
        return newest_number(session, "midori")


def test_colleagues_are_told_who_comes_types_stops_and_goes_and_nothing_in_between(town: Town, visit: Visit) -> None:
    house, case_id = town.house, town.add_case()
    staff, supervisor = visit("staff"), visit("supervisor")
    path = f"/console/cases/{case_id}/viewing"
    assert staff.submit(path, state="looking").status_code == 204
    assert seen(house, case_id) == [("staffさん", False)]
    for state, is_news in (("looking", False), ("typing", True), ("typing", False), ("looking", True)):
        number = number_now(house)
        house.clock.pass_by(timedelta(seconds=5))
        staff.submit(path, state=state)
        assert told(house, number) == ({case_topic(case_id)} if is_news else frozenset()), state
        assert seen(house, case_id) == [("staffさん", state == "typing")]
    supervisor.submit(path, state="typing")
    assert seen(house, case_id) == [("staffさん", False), ("supervisorさん", True)]
    number = number_now(house)
    staff.submit(path, state="gone")
    assert seen(house, case_id) == [("supervisorさん", True)]
    assert told(house, number) == {case_topic(case_id)}


def test_whoever_falls_silent_is_forgotten(town: Town, visit: Visit) -> None:
    house, case_id = town.house, town.add_case()
    path = f"/console/cases/{case_id}/viewing"
    visit("staff").submit(path, state="typing")
    house.clock.pass_by(GONE + timedelta(seconds=1))
    assert seen(house, case_id) == []
    number = number_now(house)
    visit("supervisor").submit(path, state="looking")
    assert told(house, number) == {case_topic(case_id)}
    with house.database.reading() as session:
        assert session.scalars(select(Viewing.is_here).order_by(Viewing.staff_id)).all() == [False, True]


def test_own_face_is_left_out(town: Town, visit: Visit) -> None:
    house, case_id = town.house, town.add_case()
    visit("staff").submit(f"/console/cases/{case_id}/viewing", state="looking")
    with house.database.reading() as session:
        found = viewers(session, case_id, house.clock())
        assert found == [Viewer(staff_id=found[0].staff_id, name="staffさん", is_typing=False)]
        assert viewers(session, case_id, house.clock(), besides=found[0].staff_id) == []


def test_case_of_another_municipality_is_not_there(town: Town, visit: Visit) -> None:
    foreign = town.add_case("aoba")
    assert visit("staff").submit(f"/console/cases/{foreign}/viewing", state="looking").status_code == 404
    assert visit("staff").submit("/console/cases/999/viewing", state="looking").status_code == 404
    assert seen(town.house, foreign) == []


@pytest.mark.parametrize("path", ["/console/live/heartbeat", "/console/cases/{id}/viewing"])
def test_heartbeat_needs_a_session_and_its_token(town: Town, visit: Visit, outsider: Browser, path: str) -> None:
    path = path.format(id=town.add_case())
    browser = visit("staff")
    assert outsider.submit(path).status_code == 303
    assert browser.post(path, data={"csrf_token": "wrong"}).status_code == 403
    assert browser.submit(path).status_code == 204


def test_heartbeats_keep_somebody_there_but_no_session_alive(town: Town, visit: Visit) -> None:
    house = town.house
    browser = visit("staff")
    with house.database.transaction() as session:
        staff = session.scalars(select(Staff).where(Staff.login == "staff")).one()
        presence = Presence(
            staff_id=staff.id,
            municipality_id="midori",
            state=PresenceState.AVAILABLE,
            since=house.clock(),
            heartbeat_at=house.clock(),
            offered_at=None,
        )
        session.add(presence)
    house.clock.pass_by(timedelta(hours=1))
    browser.submit("/console/live/heartbeat")
    with house.database.reading() as session:
        assert session.scalars(select(Presence.heartbeat_at)).one() == house.clock()
        [last_seen_at] = session.scalars(select(StaffSession.last_seen_at))
    assert last_seen_at == house.clock() - timedelta(hours=1)
