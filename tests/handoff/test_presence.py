"""Presence: heartbeats with grace, and whoever goes leaves nothing behind."""

import pytest

from handoff.models import CaseState, Presence, PresenceState, Staff
from handoff.notices import NoticeKey
from handoff.presence import heartbeat, presence_of, present
from tests.handoff.counter import Counter


def silence(counter: Counter, staff_id: int, **amount: float) -> None:
    """Time passes, and the person's pages say nothing."""
    with counter.database.reading() as session:
        last = session.get_one(Presence, staff_id).heartbeat_at
    counter.later(**amount)
    with counter.database.transaction() as session:
        session.get_one(Presence, staff_id).heartbeat_at = last


def state_of(counter: Counter, staff_id: int) -> str:
    with counter.database.reading() as session:
        return session.get_one(Presence, staff_id).state


def test_whoever_goes_home_leaves_nothing_behind(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka", capacity=9)
    held = counter.held(counter.add_talk(), tanaka)
    answered = counter.held(counter.add_talk(), tanaka, is_answered=True)
    snoozed = counter.held(counter.add_talk(), tanaka, is_answered=True)
    counter.snooze(snoozed, tanaka, hours=1)
    offered = counter.open(counter.add_talk())
    counter.tend()
    handed = {one.case_id: one for one in counter.set_presence(tanaka, PresenceState.OFF)}
    assert set(handed) == {held, answered, snoozed, offered}
    for case_id in handed:
        case = counter.case(case_id)
        assert (case.state, case.holder_id) == (CaseState.WAITING, None)
        assert counter.kinds(case_id)[-1] == "requeued"
        assert counter.detail(case_id, "requeued")["why"] == "off"
    assert [one.releases_ownership for one in handed.values()] == [True, True, True, False]
    assert handed[offered].notice is None, "the resident never knew of the offer"
    assert handed[answered].notice is None, "whoever owes the next word need not hear of it"
    assert handed[held].notice is not None
    assert handed[held].notice.key == NoticeKey.REQUEUED
    assert counter.set_presence(tanaka, PresenceState.OFF) == []


def test_what_was_put_aside_comes_back_in_the_queue_at_its_moment(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    case_id = counter.held(counter.add_talk(), tanaka, is_answered=True)
    counter.snooze(case_id, tanaka, hours=1)
    counter.set_presence(tanaka, PresenceState.OFF)
    sato = counter.add_staff("sato")
    counter.tend()
    assert counter.case(case_id).state == CaseState.WAITING
    counter.later(hours=1)
    counter.tend()
    counter.tend()
    assert counter.case(case_id).holder_id == sato


def test_next_person_gets_what_is_owed_and_not_what_the_resident_owes(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka", capacity=9)
    held = counter.held(counter.add_talk(), tanaka)
    answered = counter.held(counter.add_talk(), tanaka, is_answered=True)
    counter.set_presence(tanaka, PresenceState.OFF)
    sato = counter.add_staff("sato", capacity=9)
    counter.tend()
    assert counter.case(held).holder_id == sato
    assert counter.case(answered).state == CaseState.WAITING
    counter.write(answered)
    counter.tend()
    assert counter.case(answered).holder_id == sato


def test_lost_heartbeat_requeues_once_after_the_grace(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    case_id = counter.held(counter.add_talk(), tanaka)
    silence(counter, tanaka, seconds=60)
    counter.tend()
    assert counter.case(case_id).holder_id == tanaka
    silence(counter, tanaka, seconds=1)
    happenings = counter.tend()
    assert [(one.case_id, one.releases_ownership, one.notice.key if one.notice else None) for one in happenings] == [
        (case_id, True, NoticeKey.REQUEUED)
    ]
    assert counter.tend() == ()
    assert counter.kinds(case_id).count("requeued") == 1
    assert counter.detail(case_id, "requeued") == {"former": tanaka, "why": "lost"}
    assert state_of(counter, tanaka) == PresenceState.OFF


def test_heartbeat_in_time_keeps_everything(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    case_id = counter.held(counter.add_talk(), tanaka)
    silence(counter, tanaka, seconds=59)
    with counter.database.transaction() as session:
        assert heartbeat(session, tanaka, now=counter.now) == PresenceState.AVAILABLE
    silence(counter, tanaka, seconds=59)
    counter.tend()
    assert counter.case(case_id).holder_id == tanaka


def test_heartbeat_does_not_bring_back_who_was_lost(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    silence(counter, tanaka, seconds=61)
    counter.tend()
    with counter.database.transaction() as session:
        assert heartbeat(session, tanaka, now=counter.now) == PresenceState.OFF
    assert state_of(counter, tanaka) == PresenceState.OFF
    counter.set_presence(tanaka, PresenceState.AVAILABLE)
    assert state_of(counter, tanaka) == PresenceState.AVAILABLE


def test_away_keeps_cases_for_a_while_and_gets_no_offer(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    case_id = counter.held(counter.add_talk(), tanaka)
    counter.set_presence(tanaka, PresenceState.AWAY)
    other = counter.open(counter.add_talk())
    silence(counter, tanaka, minutes=89)
    counter.tend()
    assert counter.case(case_id).holder_id == tanaka
    assert counter.case(other).state == CaseState.WAITING
    silence(counter, tanaka, minutes=2)
    counter.tend()
    assert counter.case(case_id).state == CaseState.WAITING


@pytest.mark.parametrize("state", [PresenceState.BUSY, PresenceState.AWAY])
def test_whoever_takes_no_further_case_gives_an_offer_back(counter: Counter, state: PresenceState) -> None:
    tanaka = counter.add_staff("tanaka")
    held = counter.held(counter.add_talk(), tanaka)
    offered = counter.open(counter.add_talk())
    counter.tend()
    assert counter.case(offered).holder_id == tanaka
    counter.set_presence(tanaka, state)
    assert counter.case(offered).state == CaseState.WAITING
    assert counter.case(held).holder_id == tanaka
    counter.tend()
    assert counter.case(offered).state == CaseState.WAITING


def test_the_same_person_goes_on_when_they_are_back(counter: Counter) -> None:
    tanaka, sato = counter.add_staff("tanaka"), counter.add_staff("sato", capacity=1)
    case_id = counter.held(counter.add_talk(), tanaka)
    counter.held(counter.add_talk(), sato)
    counter.set_presence(tanaka, PresenceState.OFF)
    counter.tend()
    assert counter.case(case_id).state == CaseState.WAITING, "nobody has room"
    counter.set_presence(tanaka, PresenceState.AVAILABLE)
    counter.add_staff("new")
    counter.tend()
    case = counter.case(case_id)
    assert case.holder_id == tanaka
    assert "continuity" in [step["key"] for step in case.routing]


def test_present_people_are_listed_by_name(counter: Counter) -> None:
    counter.add_staff("b")
    counter.add_staff("a", state=PresenceState.AWAY)
    gone = counter.add_staff("c", state=PresenceState.OFF)
    with counter.database.reading() as session:
        assert [(staff.name, presence.state) for staff, presence in present(session, counter.pack.id)] == [
            ("a", "away"),
            ("b", "available"),
        ]
        assert presence_of(session, gone) is None


def test_pages_are_told_of_who_comes_and_goes(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka", state=PresenceState.OFF)
    counter.set_presence(tanaka, PresenceState.AVAILABLE)
    assert counter.topics() == ["presence", f"staff:{tanaka}"]
    with counter.database.reading() as session:
        assert session.get_one(Staff, tanaka).is_active
