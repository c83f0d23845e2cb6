"""The whole life of a case, from opening to satisfaction, by its history."""

from datetime import timedelta

from handoff import cases, queries
from handoff.cases import Closing
from handoff.models import CaseState
from handoff.notices import NoticeKey
from tests.handoff.counter import Counter, staff_in


def test_a_case_from_opening_to_satisfaction(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    talk = counter.add_talk()
    opened = counter.opened(talk)
    assert (opened.is_new, opened.notice.key) == (True, NoticeKey.WAITING_UNKNOWN)
    case_id = opened.case.id

    counter.tend()
    offered = counter.case(case_id)
    assert (offered.state, offered.holder_id) == (CaseState.OFFERED, tanaka)
    assert [step["key"] for step in offered.routing] == ["department", "no_skill", "chosen"]

    counter.later(seconds=10)
    with counter.database.transaction() as session:
        case = session.get_one(cases.Case, case_id)
        notice = cases.claim(session, counter.pack, case, staff_in(session, tanaka), now=counter.now)
        assert notice.key == NoticeKey.CLAIMED
    counter.later(minutes=5)
    with counter.database.transaction() as session:
        case = session.get_one(cases.Case, case_id)
        cases.replied(session, case, by=staff_in(session, tanaka), now=counter.now)
    answered = counter.case(case_id)
    assert (answered.state, answered.due_at, answered.warn_at) == (CaseState.WAITING_FOR_RESIDENT, None, None)
    counter.later(minutes=5)
    with counter.database.transaction() as session:
        assert cases.add_words(session, counter.pack, session.get_one(cases.Case, case_id), now=counter.now)
    assert counter.case(case_id).due_at == counter.now + timedelta(minutes=60)
    with counter.database.transaction() as session:
        case = session.get_one(cases.Case, case_id)
        staff = staff_in(session, tanaka)
        cases.close(session, counter.pack, case, Closing(reason="answered", minutes=8), by=staff, now=counter.now)
        assert cases.ask_satisfaction(session, counter.pack, case, now=counter.now)
        assert cases.rate(session, case, 5, now=counter.now)
    with counter.database.reading() as session:
        kinds = [event.kind for event in queries.events_of(session, case_id)]
    assert kinds == [
        "opened", "offered", "claimed", "first_reply", "resident_wrote", "closed", "satisfaction_asked", "satisfaction",
    ]  # fmt: skip
