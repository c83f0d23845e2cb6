"""Closing needs a reason, satisfaction is asked once, and low scores are looked at."""

import pytest

from handoff import cases, queries
from handoff.cases import Closing
from handoff.errors import CaseError, NotHolderError, NotInStateError, ReasonMissingError
from handoff.models import CaseReason, CaseState, Priority, Role, Staff
from handoff.notices import NoticeKey
from tests.handoff.counter import Counter


@pytest.mark.parametrize("reason", ["", "no_such", "回答した"])
def test_no_case_closes_without_one_of_the_reasons(counter: Counter, reason: str) -> None:
    tanaka = counter.add_staff("tanaka")
    case_id = counter.held(counter.add_talk(), tanaka)
    with pytest.raises(ReasonMissingError):
        counter.close(case_id, tanaka, reason)
    assert counter.case(case_id).state == CaseState.HELD
    assert counter.close(case_id, tanaka, "answered").key == NoticeKey.ENDED


def test_closing_keeps_how_it_ended(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    case_id = counter.held(counter.add_talk(), tanaka, is_answered=True)
    closing = Closing(reason="referred", minutes=7, is_faq_candidate=True, wrap_up=" 窓口を案内 ")
    with counter.working_on(case_id) as (session, case):
        cases.close(session, counter.pack, case, closing, by=session.get_one(Staff, tanaka), now=counter.now)
    case = counter.case(case_id)
    assert (case.close_reason, case.minutes, case.is_faq_candidate, case.wrap_up) == ("referred", 7, True, "窓口を案内")
    assert (case.closed_at, case.closed_by, case.holder_id) == (counter.now, tanaka, tanaka)
    assert counter.detail(case_id, "closed")["reason"] == "referred"


def test_second_closing_is_refused(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    case_id = counter.held(counter.add_talk(), tanaka)
    counter.close(case_id, tanaka)
    with pytest.raises(NotInStateError):
        counter.close(case_id, tanaka)


def test_somebody_elses_case_is_closed_by_a_supervisor_only(counter: Counter) -> None:
    tanaka, sato = counter.add_staff("tanaka"), counter.add_staff("sato")
    boss = counter.add_staff("boss", role=Role.SUPERVISOR)
    case_id = counter.held(counter.add_talk(), tanaka)
    with pytest.raises(NotHolderError):
        counter.close(case_id, sato)
    counter.close(case_id, boss, "duplicate")


def test_write_up_completes_what_closing_left_open(counter: Counter) -> None:
    tanaka, sato = counter.add_staff("tanaka"), counter.add_staff("sato")
    case_id = counter.held(counter.add_talk(), tanaka)
    counter.close(case_id, tanaka, minutes=None)
    with counter.working_on(case_id) as (session, case), pytest.raises(NotHolderError):
        cases.write_up(session, counter.pack, case, Closing(reason=""), by=session.get_one(Staff, sato), now=counter.now)
    with counter.working_on(case_id) as (session, case), pytest.raises(ReasonMissingError):
        cases.write_up(session, counter.pack, case, Closing(reason="no_such"), by=session.get_one(Staff, tanaka), now=counter.now)
    with counter.working_on(case_id) as (session, case):
        closing = Closing(reason="called_back", minutes=11, wrap_up="電話した")
        cases.write_up(session, counter.pack, case, closing, by=session.get_one(Staff, tanaka), now=counter.now)
    case = counter.case(case_id)
    assert (case.close_reason, case.minutes, case.wrap_up) == ("called_back", 11, "電話した")
    counter.later(minutes=10)
    counter.tend()
    assert counter.case(case_id).minutes == 11


def asked(counter: Counter, case_id: int) -> bool:
    with counter.working_on(case_id) as (session, case):
        return cases.ask_satisfaction(session, counter.pack, case, now=counter.now)


def test_satisfaction_is_asked_once_per_case_even_when_it_reopens(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    case_id = counter.held(counter.add_talk(), tanaka, is_answered=True)
    assert counter.close(case_id, tanaka).values["asks_satisfaction"] is True
    assert [asked(counter, case_id), asked(counter, case_id)] == [True, False]
    counter.write(case_id)
    counter.reply(case_id, tanaka)
    assert counter.close(case_id, tanaka).values["asks_satisfaction"] is False
    assert asked(counter, case_id) is False


@pytest.mark.parametrize(
    "values", [{"reason": CaseReason.CRISIS, "priority": Priority.CRISIS}, {"reason": CaseReason.CRISIS}, {"priority": Priority.CRISIS}]
)
def test_satisfaction_is_never_asked_after_a_crisis(counter: Counter, values: dict[str, object]) -> None:
    tanaka = counter.add_staff("tanaka")
    case_id = counter.open(counter.add_talk(), **values)
    counter.claim(case_id, tanaka)
    counter.reply(case_id, tanaka)
    assert counter.close(case_id, tanaka).values["asks_satisfaction"] is False
    assert asked(counter, case_id) is False


def test_satisfaction_is_not_asked_where_nobody_spoke_or_the_reason_forbids_it(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    silent = counter.held(counter.add_talk(), tanaka)
    assert counter.close(silent, tanaka).values["asks_satisfaction"] is False
    abused = counter.held(counter.add_talk(), tanaka, is_answered=True)
    assert counter.close(abused, tanaka, "no_answer").values["asks_satisfaction"] is False
    by_hand = counter.open(None, reason=CaseReason.BY_HAND)
    counter.claim(by_hand, tanaka)
    counter.reply(by_hand, tanaka)
    assert counter.close(by_hand, tanaka).values["asks_satisfaction"] is False


def rated(counter: Counter, case_id: int, score: int, comment: str = "") -> bool:
    with counter.working_on(case_id) as (session, case):
        return cases.rate(session, case, score, now=counter.now, comment=comment)


def test_low_scores_go_to_the_review_list_until_somebody_looked(counter: Counter) -> None:
    tanaka, boss = counter.add_staff("tanaka"), counter.add_staff("boss", role=Role.SUPERVISOR)
    scores = {}
    for score in (1, 2, 3, 5):
        case_id = counter.held(counter.add_talk(), tanaka, is_answered=True)
        counter.close(case_id, tanaka)
        assert rated(counter, case_id, score) is False, "nobody asked"
        asked(counter, case_id)
        assert rated(counter, case_id, score)
        scores[case_id] = score
    low = [case_id for case_id, score in scores.items() if score <= 2]
    with counter.database.reading() as session:
        found = queries.low_scores(session, counter.pack.id, counter.pack.counter, is_reviewed=False)
        assert [case.id for case in found] == low
    with counter.working_on(low[0]) as (session, case):
        cases.review(session, case, by=session.get_one(Staff, boss), now=counter.now)
        cases.review(session, case, by=session.get_one(Staff, tanaka), now=counter.now)
    with counter.database.reading() as session:
        assert [case.id for case in queries.low_scores(session, counter.pack.id, counter.pack.counter, is_reviewed=False)] == low[1:]
        (reviewed,) = queries.low_scores(session, counter.pack.id, counter.pack.counter, is_reviewed=True)
    assert reviewed.reviewed_by == boss
    assert rated(counter, low[0], 1, "まだ困っています")
    assert counter.case(low[0]).reviewed_at is None, "a new word is looked at anew"


@pytest.mark.parametrize("score", [0, 6, -1])
def test_score_out_of_range_is_refused(counter: Counter, score: int) -> None:
    tanaka = counter.add_staff("tanaka")
    case_id = counter.held(counter.add_talk(), tanaka, is_answered=True)
    counter.close(case_id, tanaka)
    asked(counter, case_id)
    assert rated(counter, case_id, score) is False
    assert rated(counter, case_id, 4, "丁寧でした") is True
    assert rated(counter, case_id, 5) is True
    case = counter.case(case_id)
    assert (case.satisfaction, case.satisfaction_comment) == (5, "丁寧でした")


def test_old_case_does_not_reopen_beside_an_open_one(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    talk = counter.add_talk()
    old = counter.held(talk, tanaka, is_answered=True)
    counter.close(old, tanaka)
    new = counter.open(talk, department_id="tax")
    assert new != old
    with counter.working_on(old) as (session, case), pytest.raises(CaseError):
        cases.reopen(session, counter.pack, case, by=session.get_one(Staff, tanaka), now=counter.now)
    assert counter.case(old).state == CaseState.CLOSED
