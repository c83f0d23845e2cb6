"""Claiming, offering, declining, releasing: one owner, within the capacity, and each refusal says why."""

from datetime import timedelta

import pytest

from handoff import cases
from handoff.errors import CapacityError, ClaimLostError, NotHolderError, NotInStateError, NotThereError, StaleCaseError, TargetError
from handoff.models import CaseChannel, CaseState, Presence, PresenceState, Role, Staff
from handoff.notices import NoticeKey
from tests.handoff.counter import Counter


def test_second_claim_is_lost_and_says_to_whom(counter: Counter) -> None:
    first, second = counter.add_staff("田中"), counter.add_staff("佐藤")
    case_id = counter.open(counter.add_talk())
    notice = counter.claim(case_id, first)
    assert (notice.key, notice.values["staff"]) == (NoticeKey.CLAIMED, "田中")
    with pytest.raises(ClaimLostError) as lost:
        counter.claim(case_id, second)
    assert lost.value.holder_name == "田中"
    assert counter.case(case_id).holder_id == first


def test_double_click_claims_once(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    case_id = counter.open(counter.add_talk())
    counter.claim(case_id, tanaka)
    version = counter.case(case_id).version
    assert counter.claim(case_id, tanaka).key == NoticeKey.CLAIMED
    assert (counter.case(case_id).version, counter.kinds(case_id).count("claimed")) == (version, 1)


def test_form_of_an_older_version_is_refused(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    case_id = counter.open(counter.add_talk())
    seen = counter.case(case_id).version
    counter.write(case_id)
    with pytest.raises(StaleCaseError) as stale:
        counter.claim(case_id, tanaka, seen_version=seen)
    assert (stale.value.seen, stale.value.version) == (seen, seen + 1)
    counter.claim(case_id, tanaka, seen_version=seen + 1)


def test_own_words_that_leave_meanwhile_make_no_form_old(counter: Counter) -> None:
    tanaka, boss = counter.add_staff("tanaka"), counter.add_staff("boss", role=Role.SUPERVISOR)
    case_id = counter.held(counter.add_talk(), tanaka)
    seen = counter.case(case_id).version
    counter.reply(case_id, tanaka)
    with pytest.raises(StaleCaseError):
        counter.close(case_id, boss, seen_version=seen)
    counter.close(case_id, tanaka, seen_version=seen)
    assert counter.case(case_id).state == CaseState.CLOSED


def test_own_note_makes_no_form_old_and_that_of_a_colleague_does(counter: Counter) -> None:
    tanaka, boss = counter.add_staff("tanaka"), counter.add_staff("boss", role=Role.SUPERVISOR)
    case_id = counter.held(counter.add_talk(), tanaka)
    seen = counter.case(case_id).version
    with counter.working_on(case_id) as (session, case):
        cases.note(session, case, "保険の書類", [], by=session.get_one(Staff, tanaka), now=counter.now)
    with pytest.raises(StaleCaseError):
        counter.close(case_id, boss, seen_version=seen)
    counter.close(case_id, tanaka, seen_version=seen)
    assert counter.case(case_id).state == CaseState.CLOSED


def test_news_among_own_words_make_a_form_old(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    case_id = counter.held(counter.add_talk(), tanaka)
    seen = counter.case(case_id).version
    counter.write(case_id)
    counter.reply(case_id, tanaka)
    with pytest.raises(StaleCaseError):
        counter.close(case_id, tanaka, seen_version=seen)
    assert counter.case(case_id).state != CaseState.CLOSED


def test_while_it_is_offered_only_the_person_who_is_asked_may_take_it(counter: Counter) -> None:
    first, second = counter.add_staff("a"), counter.add_staff("b")
    case_id = counter.open(counter.add_talk())
    counter.tend()
    assert counter.case(case_id).holder_id == first
    with pytest.raises(ClaimLostError):
        counter.claim(case_id, second)
    counter.claim(case_id, first)
    assert counter.case(case_id).state == CaseState.HELD


def test_capacity_holds_for_claims_offers_and_assignments(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka", capacity=2)
    boss = counter.add_staff("boss", role=Role.SUPERVISOR, department_id="tax", capacity=1)
    mine = [counter.held(counter.add_talk(), tanaka) for _ in range(2)]
    third = counter.open(counter.add_talk())
    with pytest.raises(CapacityError) as full:
        counter.claim(third, tanaka)
    assert full.value.capacity == 2
    with pytest.raises(CapacityError):
        counter.assign(third, tanaka, boss)
    counter.tend()
    assert counter.case(third).state == CaseState.WAITING
    counter.reply(mine[0], tanaka)
    with pytest.raises(CapacityError):  # An answered case is still theirs.
        counter.claim(third, tanaka)
    counter.close(mine[0], tanaka)
    counter.claim(third, tanaka)


def test_an_offer_reserves_a_place(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka", capacity=1)
    counter.open(counter.add_talk())
    counter.tend()
    other = counter.open(counter.add_talk())
    with pytest.raises(CapacityError):
        counter.claim(other, tanaka)


def test_one_telephone_call_at_a_time(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    first, second = (counter.open(None, channel=CaseChannel.TELEPHONE) for _ in range(2))
    counter.claim(first, tanaka)
    with pytest.raises(CapacityError) as full:
        counter.claim(second, tanaka)
    assert full.value.channel == "telephone"
    counter.held(counter.add_talk(), tanaka)


def test_offer_that_passes_goes_to_the_next_person(counter: Counter) -> None:
    first, second = counter.add_staff("a"), counter.add_staff("b")
    case_id = counter.open(counter.add_talk())
    counter.tend()
    assert counter.case(case_id).holder_id == first
    counter.later(seconds=44)
    counter.tend()
    assert counter.case(case_id).holder_id == first
    counter.later(seconds=1)
    counter.tend()
    counter.tend()
    case = counter.case(case_id)
    assert (case.state, case.holder_id, case.declined) == (CaseState.OFFERED, second, [first])
    assert counter.kinds(case_id) == ["opened", "offered", "offer_passed", "offered"]
    with pytest.raises(ClaimLostError):
        counter.claim(case_id, first)


def test_declining_with_a_reason_asks_the_next_person(counter: Counter) -> None:
    first, second = counter.add_staff("a"), counter.add_staff("b")
    case_id = counter.open(counter.add_talk())
    counter.tend()
    counter.decline(case_id, first, "会議中")
    assert counter.detail(case_id, "declined")["reason"] == "会議中"
    counter.tend()
    assert counter.case(case_id).holder_id == second
    with pytest.raises(NotHolderError):
        counter.decline(case_id, first)


def test_when_all_declined_nobody_is_pestered(counter: Counter) -> None:
    only = counter.add_staff("a")
    case_id = counter.open(counter.add_talk())
    counter.tend()
    counter.decline(case_id, only)
    counter.tend()
    assert counter.case(case_id).state == CaseState.WAITING
    counter.later(minutes=10)
    counter.tend()
    assert counter.case(case_id).holder_id == only


def test_who_lets_offers_pass_counts_as_away(counter: Counter) -> None:
    counter.with_rules(missed_offers=2, ask_again_minutes=1)
    only = counter.add_staff("a")
    case_id = counter.open(counter.add_talk())
    for _ in range(2):
        counter.tend()
        assert counter.case(case_id).state == CaseState.OFFERED
        counter.later(minutes=1)
        counter.tend()
        counter.later(minutes=1)
    counter.tend()
    assert counter.case(case_id).state == CaseState.WAITING
    with counter.database.reading() as session:
        presence = session.get_one(Presence, only)
    assert presence.state == "away"


def test_releasing_puts_it_back_and_does_not_ask_the_same_person_first(counter: Counter) -> None:
    first = counter.add_staff("a")
    case_id = counter.held(counter.add_talk(), first)
    notice = counter.release(case_id, first, "専門外でした")
    assert notice.key == NoticeKey.REQUEUED
    second = counter.add_staff("b")
    counter.tend()
    assert counter.case(case_id).holder_id == second
    assert counter.detail(case_id, "released")["note"] == "専門外でした"


def test_only_who_has_it_releases_it(counter: Counter) -> None:
    first, second = counter.add_staff("a"), counter.add_staff("b")
    boss = counter.add_staff("boss", role=Role.SUPERVISOR)
    case_id = counter.held(counter.add_talk(), first)
    with pytest.raises(NotHolderError):
        counter.release(case_id, second)
    counter.release(case_id, boss)


def test_closed_case_is_not_claimed(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    case_id = counter.held(counter.add_talk(), tanaka)
    counter.close(case_id, tanaka)
    with pytest.raises(NotInStateError):
        counter.claim(case_id, tanaka)


def test_supervisor_gives_a_case_from_one_to_another(counter: Counter) -> None:
    first, second = counter.add_staff("a"), counter.add_staff("b")
    boss = counter.add_staff("boss", role=Role.SUPERVISOR)
    case_id = counter.held(counter.add_talk(), first, is_answered=True)
    counter.assign(case_id, second, boss)
    case = counter.case(case_id)
    assert (case.holder_id, case.state) == (second, CaseState.WAITING_FOR_RESIDENT)
    assert counter.detail(case_id, "assigned") == {"to": second, "former": first}


def test_whoever_takes_a_case_is_there_and_whoever_is_off_is_given_none(counter: Counter) -> None:
    off = counter.add_staff("off", state=PresenceState.OFF)
    boss = counter.add_staff("boss", role=Role.SUPERVISOR, department_id="tax")
    case_id, other = counter.open(counter.add_talk()), counter.open(counter.add_talk())
    with pytest.raises(NotThereError):
        counter.assign(case_id, off, boss)
    with pytest.raises(NotThereError):
        counter.transfer(case_id, boss, staff=off)
    counter.claim(case_id, off)
    with counter.database.reading() as session:
        assert session.get_one(Presence, off).state == PresenceState.BUSY
    counter.tend()
    assert counter.case(other).holder_id != off
    counter.now += timedelta(seconds=61)
    counter.tend()
    assert counter.case(case_id).holder_id is None


def test_somebody_whose_account_is_off_gets_nothing(counter: Counter) -> None:
    gone = counter.add_staff("gone", is_active=False)
    boss = counter.add_staff("boss", role=Role.SUPERVISOR, department_id="tax")
    case_id = counter.open(counter.add_talk())
    with pytest.raises(TargetError):
        counter.assign(case_id, gone, boss)
    counter.tend()
    assert counter.case(case_id).state == CaseState.WAITING
