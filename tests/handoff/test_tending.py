"""What happens by itself as time passes: each thing once, at its moment, and nothing when nothing is due."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.jobs import Job
from core.pack import Pack
from handoff import queries
from handoff.desk_models import IntakePause
from handoff.jobs import Tending
from handoff.models import Case, CaseState, PresenceState, Priority, Role, Staff
from handoff.notices import NoticeKey
from handoff.pausing import pause_intake, resume_intake
from handoff.tending import look
from tests.handoff.counter import MORNING, Counter, at


def is_quiet(counter: Counter) -> bool:
    with counter.database.reading() as session:
        return not look(session, counter.pack, counter.now)


def test_nothing_is_done_when_nothing_is_due(counter: Counter) -> None:
    assert is_quiet(counter)
    tanaka = counter.add_staff("tanaka")
    counter.held(counter.add_talk(), tanaka)
    counter.held(counter.add_talk(), tanaka, is_answered=True)
    assert is_quiet(counter)
    before = counter.topics()
    assert counter.tend() == ()
    assert counter.topics() == before


def test_queue_that_nobody_can_take_is_quiet_once_it_is_explained(counter: Counter) -> None:
    counter.add_staff("tax", department_id="tax")
    case_id = counter.open(counter.add_talk())
    assert not is_quiet(counter)
    counter.tend()
    assert [step["key"] for step in counter.case(case_id).routing] == ["department", "overflow_later", "nobody"]
    assert is_quiet(counter)
    counter.later(minutes=5)
    counter.tend()
    assert counter.case(case_id).state == CaseState.OFFERED, "after a while others help out"


def test_the_most_urgent_are_offered_first(counter: Counter) -> None:
    ordinary = counter.open(counter.add_talk())
    crisis = counter.open(counter.add_talk(), priority=Priority.CRISIS)
    deadline = counter.open(counter.add_talk(), priority=Priority.DEADLINE)
    tanaka = counter.add_staff("tanaka", capacity=1)
    order = []
    for _ in range(3):
        counter.tend()
        with counter.database.reading() as session:
            order.append(session.query(Case.id).filter_by(holder_id=tanaka, state="offered").scalar())
        counter.claim(order[-1], tanaka)
        counter.close(order[-1], tanaka)
    assert order == [crisis, deadline, ordinary]


def test_offers_are_spread_and_stay_within_capacity(counter: Counter) -> None:
    people = [counter.add_staff(name, capacity=2) for name in "abc"]
    for _ in range(9):
        counter.open(counter.add_talk())
    counter.tend()
    with counter.database.reading() as session:
        held = [session.query(Case).filter_by(holder_id=one, state="offered").count() for one in people]
        assert (held, session.query(Case).filter_by(state="waiting").count()) == ([2, 2, 2], 3)


def test_warnings_at_their_shares_and_then_the_supervisor(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    boss = counter.add_staff("boss", role=Role.SUPERVISOR)
    other = counter.add_staff("other", role=Role.SUPERVISOR, department_id="tax")
    case_id = counter.held(counter.add_talk(), tanaka)
    seen = []
    for minute in range(0, 75, 1):
        counter.now = MORNING + timedelta(minutes=minute)
        counter.later(seconds=0)
        before = counter.case(case_id).warned
        counter.tend()
        if counter.case(case_id).warned != before:
            seen.append((minute, counter.case(case_id).warned, counter.case(case_id).is_escalated))
    assert seen == [(30, 50, False), (48, 80, False), (60, 100, True)]
    assert counter.kinds(case_id) == ["opened", "claimed", "warned", "warned", "warned", "escalated"]
    assert counter.detail(case_id, "escalated") == {"why": "late", "to": [boss]}
    assert f"staff:{boss}" in counter.topics()
    assert f"staff:{other}" not in counter.topics()
    counter.reply(case_id, tanaka)
    assert not counter.case(case_id).is_escalated


def test_warnings_wait_for_opening_hours(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    counter.now = at("2026-11-27T16:45")
    counter.later(seconds=0)
    case_id = counter.held(counter.add_talk(), tanaka)  # due on Monday at 9:00
    counter.now = at("2026-11-29T12:00")
    counter.later(seconds=0)
    counter.tend()
    assert counter.case(case_id).warned == 50, "half of it passed on Friday"
    counter.now = at("2026-11-30T08:59")
    counter.later(seconds=0)
    counter.tend()
    assert counter.case(case_id).warned == 80
    counter.now = at("2026-11-30T09:00")
    counter.later(seconds=0)
    counter.tend()
    assert counter.case(case_id).is_escalated


def test_after_a_long_pause_of_the_program_only_the_last_warning_is_said(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    case_id = counter.held(counter.add_talk(), tanaka)
    counter.later(hours=5)
    counter.tend()
    assert counter.kinds(case_id).count("warned") == 1
    assert counter.case(case_id).warned == 100


def test_share_that_the_rules_have_no_more_is_not_warned_of(counter: Counter) -> None:
    """The counter used to stand still for everybody from then on: no offers, no clocks, no promises."""
    tanaka = counter.add_staff("tanaka")
    case_id = counter.held(counter.add_talk(), tanaka)
    counter.later(minutes=50)
    counter.tend()
    assert counter.case(case_id).warned == 80
    rules = counter.pack.counter.model_copy(update={"warnings": (50, 80)})
    counter.pack = replace(counter.pack, counter=rules)
    counter.later(minutes=60)
    waiting = counter.open(counter.add_talk())
    counter.tend()
    assert counter.case(waiting).state == CaseState.OFFERED
    assert (counter.case(case_id).warned, counter.case(case_id).is_escalated) == (80, False)
    assert counter.kinds(case_id).count("warned") == 1


def test_counter_that_fails_holds_no_other_up(counter: Counter) -> None:
    counter.add_staff("tanaka")
    case_id = counter.open(counter.add_talk())

    def pack_of(municipality_id: str) -> Pack:
        if municipality_id != counter.pack.id:
            raise KeyError(municipality_id)
        return counter.pack

    tending = Tending(counter.database, pack_of, ("broken", counter.pack.id), lambda *_: None, clock=lambda: counter.now)
    with pytest.raises(KeyError):
        tending.run(Job(id=1, kind="tend_counter", payload={}, key=None, attempt=1, enqueued_at=counter.now))
    assert counter.case(case_id).state == CaseState.OFFERED


def test_clock_stops_when_the_case_closes(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    case_id = counter.held(counter.add_talk(), tanaka)
    counter.close(case_id, tanaka)
    counter.later(hours=200)
    counter.tend()
    case = counter.case(case_id)
    assert (case.due_at, case.warned, case.is_escalated) == (None, 0, False)
    assert "warned" not in counter.kinds(case_id)


def test_forgotten_case_in_the_queue_escalates(counter: Counter) -> None:
    boss = counter.add_staff("boss", role=Role.SUPERVISOR, department_id="tax", capacity=1)
    counter.held(counter.add_talk(), boss)
    case_id = counter.open(counter.add_talk())
    counter.later(minutes=60)
    counter.tend()
    assert counter.detail(case_id, "escalated") == {"why": "late", "to": [boss]}


def test_unresolved_case_escalates_once(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    boss = counter.add_staff("boss", role=Role.SUPERVISOR)
    case_id = counter.held(counter.add_talk(), tanaka, is_answered=True)
    for _ in range(8):  # Every answer comes in time, and still it does not end.
        counter.later(minutes=1)
        counter.write(case_id)
        counter.later(minutes=50)
        counter.reply(case_id, tanaka)
    counter.with_rules(response={"ordinary": {"first": 60, "next": 60, "resolution": 30}})
    with counter.working_on(case_id) as (_, case):
        case.resolve_by = counter.now + timedelta(minutes=10)
    counter.write(case_id)
    counter.later(minutes=11)
    counter.tend()
    assert counter.detail(case_id, "escalated") == {"why": "unresolved", "to": [boss]}
    counter.tend()
    assert counter.kinds(case_id).count("escalated") == 1


def test_promise_is_kept(counter: Counter) -> None:
    counter.now = at("2026-11-27T20:15")
    case_id = counter.open(counter.add_talk())
    tanaka = counter.add_staff("tanaka")
    counter.now = at("2026-11-30T09:00")
    counter.later(seconds=0)
    counter.claim(case_id, tanaka)
    counter.reply(case_id, tanaka)
    counter.now = at("2026-11-30T12:00")
    counter.later(seconds=0)
    assert [one for one in counter.tend() if one.notice] == []
    assert "promise_kept" in counter.kinds(case_id)


def test_broken_promise_is_apologised_for_once(counter: Counter) -> None:
    counter.now = at("2026-11-27T20:15")
    case_id = counter.open(counter.add_talk())
    counter.now = at("2026-11-30T09:29")
    assert [one.notice for one in counter.tend() if one.notice] == []
    counter.now = at("2026-11-30T09:30")
    found = [one for one in counter.tend() if one.notice]
    assert [(one.case_id, one.notice.key, one.releases_ownership) for one in found if one.notice] == [(case_id, NoticeKey.APOLOGY, False)]
    assert found[0].notice is not None
    assert found[0].notice.values["promised_at"] == at("2026-11-30T09:30")
    counter.now = at("2026-11-30T10:30")
    assert [one for one in counter.tend() if one.notice] == []
    assert counter.kinds(case_id).count("promise_broken") == 1


def test_department_that_closes_over_a_waiting_resident_promises_a_time(counter: Counter) -> None:
    """Whoever was told to wait some minutes used to hear nothing more until the morning."""
    tanaka = counter.add_staff("tanaka", capacity=1)
    counter.now = at("2026-11-24T16:50")
    counter.later(seconds=0)
    held = counter.held(counter.add_talk(), tanaka)
    waiting = counter.open(counter.add_talk())
    counter.now = at("2026-11-24T17:14")
    counter.later(seconds=0)
    assert [one.notice for one in counter.tend() if one.notice] == []
    counter.now = at("2026-11-24T17:15")
    counter.later(seconds=0)
    (told,) = [one for one in counter.tend() if one.notice]
    assert told.notice is not None
    assert (told.case_id, told.notice.key) == (waiting, NoticeKey.CLOSED)
    assert told.notice.values == {"department": "citizens", "opening": at("2026-11-25T08:30"), "promised_at": at("2026-11-25T09:30")}
    assert [one.notice for one in counter.tend() if one.notice] == []
    counter.set_presence(tanaka, PresenceState.OFF)
    assert [one.case_id for one in counter.tend() if one.notice] == [held]
    counter.now = at("2026-11-25T09:30")
    assert {one.case_id for one in counter.tend() if one.notice and one.notice.key == NoticeKey.APOLOGY} == {held, waiting}


def test_pause_holds_no_crisis_up(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    with counter.database.transaction() as session:
        pause_intake(session, counter.pack, "混雑", by=session.get_one(Staff, tanaka), now=counter.now)
    ordinary = counter.open(counter.add_talk())
    crisis = counter.open(counter.add_talk(), priority=Priority.CRISIS)
    counter.tend()
    assert counter.case(crisis).holder_id == tanaka
    assert counter.case(ordinary).state == CaseState.WAITING


def test_silent_resident_is_asked_and_then_the_case_closes_by_itself(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    case_id = counter.held(counter.add_talk(), tanaka, is_answered=True)
    counter.later(hours=23)
    assert counter.tend() == ()
    counter.later(hours=1)
    (nudge,) = counter.tend()
    assert nudge.notice is not None
    assert (nudge.notice.key, nudge.releases_ownership) == (NoticeKey.NUDGE, False)
    counter.later(hours=23)
    assert counter.tend() == ()
    counter.later(hours=1)
    (end,) = counter.tend()
    assert end.notice is not None
    assert (end.notice.key, end.releases_ownership) == (NoticeKey.ENDED_IDLE, True)
    case = counter.case(case_id)
    assert (case.state, case.closed_by, case.close_reason) == (CaseState.CLOSED, None, "no_answer")


def test_nobody_is_asked_at_night_or_on_a_holiday(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    counter.now = at("2026-11-27T16:00")
    counter.later(seconds=0)
    counter.held(counter.add_talk(), tanaka, is_answered=True)
    counter.now = at("2026-11-28T16:00")
    counter.later(seconds=0)
    assert counter.tend() == ()
    counter.now = at("2026-11-30T08:30")
    counter.later(seconds=0)
    assert [one.notice.key for one in counter.tend() if one.notice] == [NoticeKey.NUDGE]


def test_words_in_between_stop_the_closing(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    case_id = counter.held(counter.add_talk(), tanaka, is_answered=True)
    counter.later(hours=24)
    counter.tend()
    counter.write(case_id)
    counter.later(hours=24)
    counter.tend()
    assert counter.case(case_id).state == CaseState.HELD


def test_answered_case_of_somebody_who_went_home_is_asked_and_closed_too(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    case_id = counter.held(counter.add_talk(), tanaka, is_answered=True)
    counter.set_presence(tanaka, PresenceState.OFF)
    counter.later(hours=24)
    assert [one.notice.key for one in counter.tend() if one.notice] == [NoticeKey.NUDGE]
    counter.later(hours=24)
    (end,) = counter.tend()
    assert (counter.case(case_id).state, end.releases_ownership) == (CaseState.CLOSED, False)


@pytest.mark.parametrize(("hours", "is_same"), [(71, True), (73, False)])
def test_whoever_returns_to_an_idle_case_finds_it_for_three_days(counter: Counter, hours: int, is_same: bool) -> None:
    tanaka = counter.add_staff("tanaka")
    talk = counter.add_talk()
    case_id = counter.held(talk, tanaka, is_answered=True)
    counter.later(hours=24)
    counter.tend()
    counter.later(hours=24)
    counter.tend()
    counter.later(hours=hours)
    with counter.database.reading() as session:
        found = queries.case_for_words(session, counter.pack, talk, now=counter.now)
        assert (found.id if found else None) == (case_id if is_same else None)
    assert counter.write(case_id) is is_same
    case = counter.case(case_id)
    assert case.state == (CaseState.HELD if is_same else CaseState.CLOSED)
    assert case.holder_id == tanaka


def test_reopened_case_goes_to_the_queue_when_its_person_is_not_there(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    case_id = counter.held(counter.add_talk(), tanaka, is_answered=True)
    counter.close(case_id, tanaka)
    counter.set_presence(tanaka, PresenceState.OFF)
    counter.later(hours=2)
    counter.write(case_id)
    case = counter.case(case_id)
    assert (case.state, case.holder_id, case.due_from) == (CaseState.WAITING, None, counter.now)


def test_pause_and_resumption_take_effect_on_the_next_offer(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    tax = counter.add_staff("tax", department_id="tax")
    with counter.database.transaction() as session:
        pause = pause_intake(session, counter.pack, "混雑", by=session.get_one(Staff, tanaka), now=counter.now, department_id="citizens")
        pause_id = pause.id
    own, other = counter.open(counter.add_talk()), counter.open(counter.add_talk(), department_id="tax")
    counter.tend()
    assert counter.case(own).state == CaseState.WAITING
    assert counter.case(other).holder_id == tax
    with counter.database.transaction() as session:
        resume_intake(session, session.get_one(IntakePause, pause_id), now=counter.now)
    counter.tend()
    assert counter.case(own).holder_id == tanaka


def test_write_up_is_filled_in_by_itself_and_the_person_gets_offers_again(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    case_id = counter.held(counter.add_talk(), tanaka, is_answered=True)
    counter.later(minutes=9)
    counter.close(case_id, tanaka, minutes=None)
    other = counter.open(counter.add_talk())
    counter.tend()
    assert counter.case(other).state == CaseState.WAITING, "who writes up is left alone"
    counter.later(minutes=5)
    counter.tend()
    counter.tend()
    assert (counter.case(case_id).minutes, counter.case(other).holder_id) == (9, tanaka)
    assert counter.kinds(case_id)[-1] == "wrapped_up"
