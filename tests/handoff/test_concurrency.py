"""Many at once, in real threads on both databases: one owner each, nobody over their capacity, one open case per talk, nothing twice."""

import random
import threading
from collections import Counter as Tally
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from core.database import Database
from core.models import Change
from handoff.changing import TAKEN_STATES
from handoff.errors import CapacityError, CaseError, ClaimLostError
from handoff.models import Case, CaseEvent, Presence, PresenceState, Role, Staff
from handoff.tending import tend
from tests.handoff.counter import Counter


def at_once(jobs: Sequence[Callable[[], object]]) -> list[BaseException]:
    """Runs all in threads that start together; returns what they raised."""
    failures: list[BaseException] = []
    gate = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> None:
        gate.wait()
        try:
            job()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    return failures


def loads(database: Database) -> Tally[int]:
    with database.reading() as session:
        statement = select(Case.holder_id, func.count()).where(Case.state.in_(TAKEN_STATES)).group_by(Case.holder_id)
        return Tally({row[0]: row[1] for row in session.execute(statement)})


def assert_changes_have_no_gap(counter: Counter) -> None:
    with counter.database.reading() as session:
        numbers = list(session.scalars(select(Change.number).order_by(Change.number)))
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("waiting", [5, pytest.param(30, marks=pytest.mark.long)])
def test_a_hundred_people_claim_and_each_case_has_one_owner(counter: Counter, waiting: int) -> None:
    people = [counter.add_staff(f"staff-{number}", capacity=1) for number in range(100)]
    open_cases = [counter.open(counter.add_talk()) for _ in range(waiting)]
    lost = Tally[str]()

    def claiming(staff_id: int) -> Callable[[], object]:
        order = random.Random(staff_id).sample(open_cases, len(open_cases))

        def run() -> None:
            for case_id in order:
                try:
                    counter.claim(case_id, staff_id)
                    return
                except ClaimLostError:
                    lost["claim"] += 1

        return run

    assert at_once([claiming(staff_id) for staff_id in people]) == []
    owners = [counter.case(case_id).holder_id for case_id in open_cases]
    assert None not in owners
    assert len(set(owners)) == len(open_cases), "capacity is one each"
    assert all(counter.kinds(case_id).count("claimed") == 1 for case_id in open_cases)
    assert lost["claim"] > 0
    assert_changes_have_no_gap(counter)


def test_capacity_holds_when_one_person_claims_and_is_given_many_at_once(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka", capacity=3)
    boss = counter.add_staff("boss", role=Role.SUPERVISOR, capacity=1)
    open_cases = [counter.open(counter.add_talk()) for _ in range(16)]
    refused = Tally[str]()

    def taking(number: int, case_id: int) -> Callable[[], object]:
        def run() -> None:
            try:
                if number % 3 == 0:
                    counter.assign(case_id, tanaka, boss)
                elif number % 3 == 1:
                    counter.claim(case_id, tanaka)
                else:
                    counter.tend()
            except CapacityError:
                refused["capacity"] += 1

        return run

    failures = at_once([taking(number, case_id) for number, case_id in enumerate(open_cases)])
    assert [error for error in failures if not isinstance(error, ClaimLostError)] == []
    found = loads(counter.database)
    assert found[tanaka] == 3
    assert found[boss] <= 1
    assert refused["capacity"] > 0


def test_triggers_at_the_same_moment_open_one_case(counter: Counter) -> None:
    talk = counter.add_talk()
    assert at_once([partial(counter.open, talk)] * 12) == []
    with counter.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 1
        kinds = Tally(session.scalars(select(CaseEvent.kind)))
    assert kinds == {"opened": 1, "asked_again": 11}


def test_lost_heartbeat_and_going_home_at_once_requeue_once(counter: Counter) -> None:
    tanaka = counter.add_staff("tanaka", capacity=9)
    held = [counter.held(counter.add_talk(), tanaka) for _ in range(5)]
    before = counter.now
    counter.later(minutes=2)
    with counter.database.transaction() as session:
        session.get_one(Presence, tanaka).heartbeat_at = before
    jobs: list[Callable[[], object]] = [counter.tend] * 4
    jobs += [partial(counter.set_presence, tanaka, PresenceState.OFF)] * 4
    assert at_once(jobs) == []
    for case_id in held:
        assert counter.kinds(case_id).count("requeued") == 1
        assert counter.case(case_id).holder_id is None


def test_nobody_who_went_home_keeps_a_case_that_they_claimed_at_that_moment(counter: Counter) -> None:
    """A claim that comes first is handed over; one that comes later says that the person is there, until they fall silent."""
    for round_number in range(4):
        tanaka = counter.add_staff(f"tanaka-{round_number}", capacity=9)
        open_cases = [counter.open(counter.add_talk()) for _ in range(3)]
        jobs: list[Callable[[], object]] = [partial(counter.claim, case_id, tanaka) for case_id in open_cases]
        assert at_once([*jobs, partial(counter.set_presence, tanaka, PresenceState.OFF)]) == []
        with counter.database.reading() as session:
            is_off = session.get_one(Presence, tanaka).state == PresenceState.OFF
        assert is_off is (loads(counter.database)[tanaka] == 0)
        counter.now += timedelta(seconds=61)
        counter.tend()
        assert loads(counter.database)[tanaka] == 0
        for case_id in open_cases:
            counter.close(case_id, None, "no_answer")


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in (1, 2))])
def test_everything_at_once_ends_and_keeps_the_rules(counter: Counter, seed: int) -> None:
    """Claims, replies, transfers, words, presence, closing and tending in threads: no deadlock, no rule broken."""
    people = [counter.add_staff(f"s{number}", capacity=2, department_id=("citizens", "tax")[number % 2]) for number in range(6)]
    boss = counter.add_staff("boss", role=Role.SUPERVISOR, capacity=3)
    talks = [counter.add_talk() for _ in range(10)]
    open_cases = [counter.open(talk) for talk in talks]

    def working(number: int) -> Callable[[], object]:
        dice = random.Random(seed * 1000 + number)

        def run() -> None:
            for _ in range(12):
                case_id, staff_id, other = dice.choice(open_cases), dice.choice(people), dice.choice(people)
                acts: Sequence[Callable[[], object]] = (
                    partial(counter.claim, case_id, staff_id),
                    partial(counter.reply, case_id, staff_id),
                    partial(counter.write, case_id),
                    partial(counter.open, dice.choice(talks)),
                    partial(counter.transfer, case_id, boss, staff=other, is_warm=dice.random() < 0.5),
                    partial(counter.transfer, case_id, boss, department=dice.choice(("citizens", "tax"))),
                    partial(counter.assign, case_id, other, boss),
                    partial(counter.close, case_id, boss),
                    partial(counter.set_presence, staff_id, dice.choice(list(PresenceState))),
                    counter.tend,
                )
                with suppress(CaseError):
                    dice.choice(acts)()

        return run

    assert at_once([working(number) for number in range(10)]) == []
    with counter.database.reading() as session:
        capacities = {staff.id: staff.capacity for staff in session.scalars(select(Staff))}
        per_talk = session.execute(
            select(Case.conversation_id, func.count()).where(Case.state != "closed").group_by(Case.conversation_id)
        ).all()
    assert all(count <= capacities[staff_id] for staff_id, count in loads(counter.database).items() if staff_id is not None)
    assert all(row[1] == 1 for row in per_talk)
    assert_changes_have_no_gap(counter)


def test_tend_in_two_processes_makes_each_offer_once(counter: Counter) -> None:
    for number in range(4):
        counter.add_staff(f"s{number}", capacity=2)
    open_cases = [counter.open(counter.add_talk()) for _ in range(6)]

    def tending() -> None:
        with counter.database.transaction() as session:
            tend(session, counter.pack, counter.now)

    assert at_once([tending] * 6) == []
    assert all(counter.kinds(case_id).count("offered") == 1 for case_id in open_cases)
