"""Transfers, snoozing, replies: clocks keep their start, nothing is lost, and the third transfer in a row goes to a supervisor."""

from datetime import timedelta

import pytest

from handoff import cases, queries
from handoff.errors import CapacityError, NoteMissingError, NotHolderError, NotInStateError, TargetError
from handoff.models import CaseState, Priority, Role
from handoff.notices import NoticeKey
from tests.handoff.counter import Counter, at


def test_cold_transfer_to_a_department_resets_the_holder_and_keeps_the_clock(counter: Counter) -> None:
    tanaka, tax = counter.add_staff("tanaka"), counter.add_staff("tax", department_id="tax")
    case_id = counter.held(counter.add_talk(), tanaka)
    before = counter.case(case_id)
    counter.later(minutes=10)
    notice = counter.transfer(case_id, tanaka, "税のことでした", department="tax")
    case = counter.case(case_id)
    assert (notice.key, notice.values) == (NoticeKey.TRANSFERRED, {"department": "tax", "staff": None})
    assert (case.state, case.holder_id, case.department_id) == (CaseState.WAITING, None, "tax")
    assert (case.opened_at, case.due_from, case.due_at) == (before.opened_at, before.due_from, before.due_at)
    assert counter.detail(case_id, "transferred")["note"] == "税のことでした"
    counter.tend()
    assert counter.case(case_id).holder_id == tax
    assert counter.kinds(case_id) == ["opened", "claimed", "transferred", "offered"]


def test_transfer_reckons_the_clock_on_the_calendar_of_the_new_department(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    counter.now = at("2026-11-24T11:30")
    case_id = counter.held(counter.add_talk(), tanaka)
    assert counter.case(case_id).due_at == at("2026-11-24T12:30")
    counter.transfer(case_id, tanaka, department="environment")  # which has a lunch break
    assert counter.case(case_id).due_at == at("2026-11-24T13:30")


def test_transfer_without_a_note_is_refused(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    case_id = counter.held(counter.add_talk(), tanaka)
    with pytest.raises(NoteMissingError):
        counter.transfer(case_id, tanaka, "  ", department="tax")
    assert counter.case(case_id).holder_id == tanaka
    counter.transfer(case_id, tanaka, "お願いします", department="tax")


def test_cold_transfer_to_a_person_is_an_offer_that_may_pass(counter: Counter) -> None:
    tanaka, sato = counter.add_staff("tanaka"), counter.add_staff("sato")
    case_id = counter.held(counter.add_talk(), tanaka)
    notice = counter.transfer(case_id, tanaka, staff=sato)
    case = counter.case(case_id)
    assert (case.state, case.holder_id, notice.values["staff"]) == (CaseState.OFFERED, sato, None)
    counter.later(seconds=46)
    counter.tend()
    assert counter.case(case_id).state == CaseState.WAITING


def test_warm_transfer_is_theirs_at_once(counter: Counter) -> None:
    tanaka, sato = counter.add_staff("tanaka"), counter.add_staff("佐藤", department_id="tax")
    case_id = counter.held(counter.add_talk(), tanaka)
    notice = counter.transfer(case_id, tanaka, staff=sato, is_warm=True)
    case = counter.case(case_id)
    assert (case.state, case.holder_id, case.department_id) == (CaseState.HELD, sato, "tax")
    assert notice.values == {"department": "tax", "staff": "佐藤"}


def test_transfer_starts_the_clock_where_the_resident_owed_the_word(counter: Counter) -> None:
    """Whoever goes on must look, so the case does not lie in a corner."""
    tanaka = counter.add_staff("tanaka")
    case_id = counter.held(counter.add_talk(), tanaka, is_answered=True)
    counter.later(minutes=3)
    counter.transfer(case_id, tanaka, department="tax")
    assert counter.case(case_id).due_from == counter.now


def test_transfer_to_somebody_who_has_no_room_is_refused(counter: Counter) -> None:
    tanaka, full = counter.add_staff("tanaka"), counter.add_staff("full", capacity=1)
    counter.held(counter.add_talk(), full)
    case_id = counter.held(counter.add_talk(), tanaka)
    with pytest.raises(CapacityError):
        counter.transfer(case_id, tanaka, staff=full, is_warm=True)
    assert counter.case(case_id).holder_id == tanaka
    with pytest.raises(TargetError):
        counter.transfer(case_id, tanaka, department="no_such")


def test_only_who_has_it_transfers_it(counter: Counter) -> None:
    tanaka, sato = counter.add_staff("tanaka"), counter.add_staff("sato")
    case_id = counter.held(counter.add_talk(), tanaka)
    with pytest.raises(NotHolderError):
        counter.transfer(case_id, sato, department="tax")


def test_third_transfer_goes_to_a_supervisor_and_the_history_is_whole(counter: Counter) -> None:
    tanaka, tax = counter.add_staff("tanaka"), counter.add_staff("tax", department_id="tax")
    boss = counter.add_staff("boss", role=Role.SUPERVISOR, department_id="general_affairs")
    case_id = counter.held(counter.add_talk(), tanaka)
    counter.transfer(case_id, tanaka, "1回目", department="tax")
    counter.claim(case_id, tax)
    counter.transfer(case_id, tax, "2回目", department="citizens")
    counter.claim(case_id, tanaka)
    assert not counter.case(case_id).is_escalated
    counter.transfer(case_id, tanaka, "3回目", staff=tax, is_warm=True)
    stopped = counter.case(case_id)
    assert (stopped.state, stopped.holder_id, stopped.is_escalated) == (CaseState.WAITING, None, True)
    assert f"staff:{boss}" in counter.topics()
    counter.tend()
    assert counter.case(case_id).holder_id == boss
    with counter.database.reading() as session:
        notes = [event.detail["note"] for event in queries.events_of(session, case_id) if event.kind == "transferred"]
    assert notes == ["1回目", "2回目", "3回目"]
    counter.claim(case_id, boss)
    counter.transfer(case_id, boss, "税で対応してください", staff=tax, is_warm=True)
    assert (counter.case(case_id).holder_id, counter.case(case_id).transfers) == (tax, 0)


def test_whoever_gives_it_away_within_the_department_is_not_asked_next(counter: Counter) -> None:
    tanaka, sato = counter.add_staff("tanaka"), counter.add_staff("sato", skills=[], capacity=9)
    case_id = counter.held(counter.add_talk(), tanaka)
    counter.transfer(case_id, tanaka, department="citizens")
    counter.tend()
    assert counter.case(case_id).holder_id == sato


def test_reply_pauses_the_clock_and_words_start_it_again(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    case_id = counter.open(counter.add_talk())
    assert counter.case(case_id).due_at == counter.now + timedelta(minutes=60)
    counter.claim(case_id, tanaka)
    counter.later(minutes=20)
    counter.reply(case_id, tanaka)
    assert counter.case(case_id).due_at is None
    counter.later(minutes=30)
    counter.write(case_id)
    due = counter.now + timedelta(minutes=60)
    assert counter.case(case_id).due_at == due
    counter.later(minutes=5)
    counter.write(case_id)  # Further words do not give staff more time.
    assert counter.case(case_id).due_at == due
    assert counter.detail(case_id, "first_reply") == {"is_late": False, "waited_seconds": 1200}


def test_time_that_the_resident_took_does_not_count_for_resolving(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    case_id = counter.held(counter.add_talk(), tanaka)
    assert counter.case(case_id).resolve_by == at("2026-11-25T17:15")  # 960 minutes, to the end of the second day
    counter.later(minutes=10)
    counter.reply(case_id, tanaka)
    counter.later(minutes=45)
    counter.write(case_id)
    assert counter.case(case_id).resolve_by == at("2026-11-26T09:15")
    counter.later(minutes=30)
    counter.write(case_id)
    assert counter.case(case_id).resolve_by == at("2026-11-26T09:15")


def test_snoozing_hides_no_answer_that_is_owed(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    case_id = counter.held(counter.add_talk(), tanaka)
    due = counter.case(case_id).due_at
    counter.snooze(case_id, tanaka, minutes=30)
    case = counter.case(case_id)
    assert (case.state, case.due_at, case.snoozed_until) == (CaseState.SNOOZED, due, counter.now + timedelta(minutes=30))
    counter.later(minutes=29)
    counter.tend()
    assert counter.case(case_id).state == CaseState.SNOOZED
    counter.later(minutes=1)
    counter.tend()
    woken = counter.case(case_id)
    assert (woken.state, woken.holder_id, woken.due_at, woken.snoozed_until) == (CaseState.HELD, tanaka, due, None)


def test_snoozed_after_an_answer_the_word_is_owed_from_waking(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    case_id = counter.held(counter.add_talk(), tanaka, is_answered=True)
    counter.snooze(case_id, tanaka, minutes=30)
    assert counter.case(case_id).due_at is None
    counter.later(minutes=30)
    counter.tend()
    assert counter.case(case_id).due_from == counter.now


def test_snoozing_into_the_past_or_by_somebody_else_is_refused(counter: Counter) -> None:
    tanaka, sato = counter.add_staff("tanaka"), counter.add_staff("sato")
    case_id = counter.held(counter.add_talk(), tanaka)
    with pytest.raises(NotInStateError):
        counter.snooze(case_id, tanaka, minutes=-1)
    with pytest.raises(NotHolderError):
        counter.snooze(case_id, sato, minutes=1)
    counter.snooze(case_id, tanaka, minutes=1)


def test_waiting_case_is_not_put_aside(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    case_id = counter.open(counter.add_talk())
    with pytest.raises(NotInStateError):
        counter.snooze(case_id, tanaka, minutes=1)


def test_resident_who_writes_wakes_a_snoozed_case(counter: Counter) -> None:
    """Their words used to lie unseen until the moment that was thought of before."""
    tanaka = counter.add_staff("tanaka")
    case_id = counter.held(counter.add_talk(), tanaka, is_answered=True)
    counter.snooze(case_id, tanaka, hours=3)
    counter.later(minutes=5)
    counter.write(case_id)
    case = counter.case(case_id)
    assert (case.state, case.due_from, case.snoozed_until) == (CaseState.HELD, counter.now, None)


def test_priority_changes_the_running_clock(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    case_id = counter.held(counter.add_talk(), tanaka)
    started = counter.now
    counter.later(minutes=5)
    with counter.working_on(case_id) as (session, case):
        cases.set_priority(session, counter.pack, case, Priority.VULNERABLE, by=session.get_one(cases.Staff, tanaka), now=counter.now)
    assert counter.case(case_id).due_at == started + timedelta(minutes=15)
