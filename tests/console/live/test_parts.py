"""The parts that pages follow: each page names only parts that there are, and they look as the page showed them."""

import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote

import pytest

from console.parts import PARTS
from core.changes import PRESENCE, staff_topic
from handoff.models import Case, CaseState, Presence, PresenceState
from tests.console.case_sample import write_cases
from tests.console.cases import staff_of
from tests.console.conftest import Browser
from tests.console.live.conftest import Town

Visit = Callable[..., Browser]
LIVE = re.compile(r'data-live="([^"]+)"')
PAGES = (
    ("taro", "/"),
    ("taro", "/cases?tab=unassigned"),
    ("taro", "/cases?tab=mine"),
    ("taro", "/cases?tab=all&words=住民票"),
    ("taro", "/cases/{mine}"),
    ("taro", "/handover"),
    ("supervisor", "/supervision"),
)


@pytest.mark.parametrize(("login", "path"), PAGES)
def test_every_part_of_a_page_is_told_as_it_looks(town: Town, visit: Visit, login: str, path: str) -> None:
    ids = write_cases(town.house)
    browser = visit(login)
    page = browser.get("/console" + path.format(**ids)).text
    keys = [key.replace("&amp;", "&") for key in LIVE.findall(page)]
    assert keys
    assert {key.partition("?")[0] for key in keys} <= set(PARTS)
    with town.house.database.reading() as session:
        topics = [staff_topic(staff_of(session, login).id), "queue", PRESENCE, f"case:{ids['mine']}"]
    stream = town.open("&".join(f"part={quote(key, safe='')}" for key in keys), browser=browser)
    stream.wait("hello")
    town.change(*topics)
    stream.wait("change")
    told = {event.data["part"]: event.data["html"] for event in stream.of("part")}
    assert set(told) == set(keys)
    for key, html in told.items():
        assert f'data-live="{key.replace("&", "&amp;")}"' in html, key
        assert browser.token not in html
        assert not re.search(r'name="csrf_token" value="[^"]', html)


def test_whoever_counts_as_gone_sees_it_in_the_bar(town: Town, visit: Visit) -> None:
    write_cases(town.house)
    browser = visit("taro")
    assert 'data-presence="available"' in browser.get("/console/").text
    stream = town.open("part=presence", browser=browser)
    stream.wait("hello")
    with town.house.database.transaction() as session:
        staff = staff_of(session, "taro")
        presence = session.get_one(Presence, staff.id)
        presence.state, presence.since = PresenceState.OFF, town.house.clock() + timedelta(minutes=2)
        topic = staff_topic(staff.id)
    town.change(topic)
    assert 'data-presence="off"' in stream.wait("part").data["html"]


def test_offer_is_told_on_whatever_page_somebody_is(town: Town, visit: Visit) -> None:
    write_cases(town.house)
    with town.house.database.transaction() as session:
        case = session.query(Case).filter(Case.state == CaseState.OFFERED, Case.holder_id == staff_of(session, "taro").id).one()
        case.state, case.holder_id = CaseState.WAITING, None
        case_id, topic = case.id, staff_topic(staff_of(session, "taro").id)
    browser = visit("taro")
    assert "届いています" not in browser.get("/console/content").text
    stream = town.open("part=offer_mark", browser=browser)
    stream.wait("hello")
    with town.house.database.transaction() as session:
        case, taro = session.get_one(Case, case_id), staff_of(session, "taro")
        case.state, case.holder_id = CaseState.OFFERED, taro.id
    town.change(topic)
    assert "あなたへの案件が1件届いています" in stream.wait("part").data["html"]
    assert "あなたへの案件が1件届いています" in browser.get("/console/content").text
    assert "offer-mark" not in browser.get("/console/cases").text, "the list has the offers themselves"


def test_room_of_supervisors_is_told_to_nobody_else(town: Town, visit: Visit) -> None:
    write_cases(town.house)
    told = {}
    for login in ("supervisor", "taro"):
        stream = town.open("part=supervision", browser=visit(login))
        stream.wait("hello")
        town.change("queue")
        stream.wait("change")
        told[login] = [event.data["part"] for event in stream.of("part")]
    assert told == {"supervisor": ["supervision"], "taro": []}
