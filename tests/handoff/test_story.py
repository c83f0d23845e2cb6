"""The whole life of a case, from opening to satisfaction, by its history."""

from datetime import timedelta

from handoff import cases
from handoff.models import CaseState
from handoff.notices import NoticeKey
from tests.handoff.counter import Counter


def test_a_case_from_opening_to_satisfaction(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    opened = counter.opened(counter.add_talk())
    assert (opened.is_new, opened.notice.key) == (True, NoticeKey.WAITING_UNKNOWN)
    case_id = opened.case.id

    counter.tend()
    offered = counter.case(case_id)
    assert (offered.state, offered.holder_id) == (CaseState.OFFERED, tanaka)
    assert [step["key"] for step in offered.routing] == ["department", "no_skill", "chosen"]

    counter.later(seconds=10)
    assert counter.claim(case_id, tanaka).key == NoticeKey.CLAIMED
    counter.later(minutes=5)
    counter.reply(case_id, tanaka)
    answered = counter.case(case_id)
    assert (answered.state, answered.due_at, answered.warn_at) == (CaseState.WAITING_FOR_RESIDENT, None, None)
    counter.later(minutes=5)
    assert counter.write(case_id)
    assert counter.case(case_id).due_at == counter.now + timedelta(minutes=60)
    counter.close(case_id, tanaka, minutes=8)
    with counter.working_on(case_id) as (session, case):
        assert cases.ask_satisfaction(session, counter.pack, case, now=counter.now)
        assert cases.rate(session, case, 5, now=counter.now)
    assert counter.kinds(case_id) == [
        "opened", "offered", "claimed", "first_reply", "resident_wrote", "closed", "satisfaction_asked", "satisfaction",
    ]  # fmt: skip
