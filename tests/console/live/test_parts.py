"""The parts that pages follow: each page names only parts that there are, and they look as the page showed them."""

import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote

import pytest

from console.parts import PARTS
from core.changes import PRESENCE, staff_topic
from handoff.models import Presence, PresenceState
from tests.console.case_sample import fill_cases
from tests.console.cases import staff_of
from tests.console.conftest import Browser
from tests.console.live.conftest import Town

Visit = Callable[..., Browser]
LIVE = re.compile(r'data-live="([^"]+)"')
PAGES = ("/cases?tab=unassigned", "/cases?tab=mine", "/cases?tab=all&words=住民票", "/cases/{mine}", "/handover")


@pytest.mark.parametrize("path", PAGES)
def test_every_part_of_a_page_is_told_as_it_looks(town: Town, visit: Visit, path: str) -> None:
    ids = fill_cases(town.house)
    browser = visit("taro")
    page = browser.get("/console" + path.format(**ids)).text
    keys = [key.replace("&amp;", "&") for key in LIVE.findall(page)]
    assert keys
    assert {key.partition("?")[0] for key in keys} <= set(PARTS)
    with town.house.database.reading() as session:
        topics = [staff_topic(staff_of(session, "taro").id), "queue", PRESENCE, f"case:{ids['mine']}"]
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
    fill_cases(town.house)
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
