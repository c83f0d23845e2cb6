"""Abuse: warned, limited, blocked, each after the one before, with a second person's approval and a trace of all of it."""

import pytest

from handoff import abuse, queries
from handoff.abuse import Step
from handoff.desk_models import ContactLimit
from handoff.errors import ApprovalError, CaseError, ReasonMissingError
from handoff.models import Role, Staff
from handoff.notices import NoticeKey
from tests.handoff.counter import Counter


@pytest.fixture
def scene(counter: Counter) -> tuple[Counter, int, int, int, int]:
    """The counter, a case, who works on it, and two supervisors."""
    tanaka = counter.add_staff("田中")
    first, second = (counter.add_staff(name, role=Role.SUPERVISOR) for name in ("鈴木", "佐藤"))
    return counter, counter.held(counter.add_talk(), tanaka), tanaka, first, second


def resident_of(counter: Counter, case_id: int) -> int:
    resident_id = counter.case(case_id).resident_id
    assert resident_id is not None
    return resident_id


def standing(counter: Counter, case_id: int) -> Step | None:
    with counter.database.reading() as session:
        return abuse.standing_step(session, resident_of(counter, case_id), now=counter.now)


def asked_block(counter: Counter, case_id: int, by: int) -> int:
    with counter.working_on(case_id) as (session, case):
        staff = session.get_one(Staff, by)
        abuse.warn(session, case, "暴言", by=staff, now=counter.now)
        abuse.limit(session, counter.pack, case, "暴言が続く", by=staff, now=counter.now)
        return abuse.ask_block(session, case, "脅迫", by=staff, now=counter.now).id


def test_steps_come_one_after_the_other(scene: tuple[Counter, int, int, int, int]) -> None:
    counter, case_id, tanaka, *_ = scene
    with counter.working_on(case_id) as (session, case):
        staff = session.get_one(Staff, tanaka)
        with pytest.raises(CaseError):
            abuse.limit(session, counter.pack, case, "暴言", by=staff, now=counter.now)
        with pytest.raises(ReasonMissingError):
            abuse.warn(session, case, " ", by=staff, now=counter.now)
        assert abuse.warn(session, case, "暴言", by=staff, now=counter.now).key == NoticeKey.WARNED
        with pytest.raises(CaseError):
            abuse.ask_block(session, case, "脅迫", by=staff, now=counter.now)
        notice = abuse.limit(session, counter.pack, case, "暴言が続く", by=staff, now=counter.now)
    assert (notice.key, notice.values["per_hour"]) == (NoticeKey.LIMITED, 5)
    assert standing(counter, case_id) == Step.LIMITED
    counter.later(hours=24, seconds=1)
    assert standing(counter, case_id) == Step.WARNED, "a limit ends by itself"


def test_block_needs_a_second_person_who_supervises(scene: tuple[Counter, int, int, int, int]) -> None:
    counter, case_id, tanaka, first, second = scene
    other = counter.add_staff("高橋")
    block = asked_block(counter, case_id, first)
    assert standing(counter, case_id) == Step.LIMITED, "asking alone changes nothing"
    for refused in (first, tanaka, other):
        with counter.database.transaction() as session, pytest.raises(ApprovalError):
            abuse.approve_block(
                session, counter.pack, session.get_one(ContactLimit, block), by=session.get_one(Staff, refused), now=counter.now
            )
    with counter.database.transaction() as session:
        notice = abuse.approve_block(
            session, counter.pack, session.get_one(ContactLimit, block), by=session.get_one(Staff, second), now=counter.now
        )
    assert notice.key == NoticeKey.BLOCKED
    assert standing(counter, case_id) == Step.BLOCKED
    with counter.database.transaction() as session, pytest.raises(ApprovalError):
        abuse.refuse_block(session, session.get_one(ContactLimit, block), by=session.get_one(Staff, second), now=counter.now)
    assert [kind for kind in counter.kinds(case_id) if "contact" in kind or "block" in kind] == [
        "contact_warned", "contact_limited", "block_asked", "contact_blocked",
    ]  # fmt: skip


def test_refused_block_does_not_come(scene: tuple[Counter, int, int, int, int]) -> None:
    counter, case_id, tanaka, first, _ = scene
    block = asked_block(counter, case_id, tanaka)
    with counter.database.transaction() as session:
        abuse.refuse_block(session, session.get_one(ContactLimit, block), by=session.get_one(Staff, first), now=counter.now)
    assert standing(counter, case_id) == Step.LIMITED
    assert counter.kinds(case_id)[-1] == "block_refused"


def test_everything_is_lifted_by_a_supervisor(scene: tuple[Counter, int, int, int, int]) -> None:
    counter, case_id, tanaka, first, _ = scene
    asked_block(counter, case_id, tanaka)
    with counter.working_on(case_id) as (session, case):
        with pytest.raises(ApprovalError):
            abuse.free(session, case, by=session.get_one(Staff, tanaka), now=counter.now)
        abuse.free(session, case, by=session.get_one(Staff, first), now=counter.now)
    assert standing(counter, case_id) is None
    with counter.database.reading() as session:
        assert queries.active_limits(session, resident_of(counter, case_id), now=counter.now) == []


def test_evidence_names_who_did_what_and_why(scene: tuple[Counter, int, int, int, int]) -> None:
    counter, case_id, _, first, second = scene
    block = asked_block(counter, case_id, first)
    with counter.database.transaction() as session:
        abuse.approve_block(session, counter.pack, session.get_one(ContactLimit, block), by=session.get_one(Staff, second), now=counter.now)
    with counter.database.reading() as session:
        found = abuse.evidence(session, resident_of(counter, case_id))
    assert [(one["step"], one["reason"], one["asked_by"], one["approved_by"]) for one in found] == [
        ("warned", "暴言", "鈴木", ""),
        ("limited", "暴言が続く", "鈴木", ""),
        ("blocked", "脅迫", "鈴木", "佐藤"),
    ]
    assert all(one["case"] == case_id and one["at"] == counter.now.isoformat() for one in found)


def test_somebody_at_the_counter_is_not_blocked_on_line(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka")
    case_id = counter.open(None)
    with counter.working_on(case_id) as (session, case), pytest.raises(CaseError):
        abuse.warn(session, case, "暴言", by=session.get_one(Staff, tanaka), now=counter.now)
