"""Any order of what people, residents and time do keeps the rules of the counter: a Hypothesis state machine over the verbs."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from handoff.changing import TAKEN_STATES
from handoff.errors import CaseError
from handoff.models import HELD_STATES, OPEN_STATES, Case, CaseEvent, CaseState, Presence, PresenceState, Priority, Role, Staff
from tests.handoff.counter import Counter, set_up
from tests.shared_database import empty, migrated_database

PEOPLE = ("citizens", "citizens", "tax")
TALKS = 4
CASES = st.integers(min_value=0, max_value=5)
STAFF = st.integers(min_value=0, max_value=len(PEOPLE))


class CounterMachine(RuleBasedStateMachine):
    """What may happen at a small counter; refusals are part of it."""

    counter: Counter

    @initialize()
    def open_the_counter(self) -> None:
        empty(self.counter.database)
        self.counter = set_up(self.counter.database)
        self.staff = [self.counter.add_staff(f"s{number}", department_id=name, capacity=1) for number, name in enumerate(PEOPLE)]
        self.staff.append(self.counter.add_staff("boss", role=Role.SUPERVISOR, capacity=2))
        self.talks = [self.counter.add_talk() for _ in range(TALKS)]
        self.cases: list[int] = []
        self.versions: dict[int, int] = {}
        self.happened = 0

    @contextmanager
    def on(self, number: int) -> Iterator[int]:
        """One of the cases so far; refusals are fine."""
        if self.cases:
            with suppress(CaseError):
                yield self.cases[number % len(self.cases)]
        else:
            yield 0

    @rule(talk=st.integers(0, TALKS - 1), priority=st.sampled_from(Priority), department=st.sampled_from(["citizens", "tax", None]))
    def resident_asks_for_a_person(self, talk: int, priority: Priority, department: str | None) -> None:
        case_id = self.counter.open(self.talks[talk], priority=priority, department_id=department)
        if case_id not in self.cases:
            self.cases.append(case_id)

    @rule(number=CASES)
    def resident_writes(self, number: int) -> None:
        with self.on(number) as case_id:
            if case_id:
                self.counter.write(case_id)

    @rule(number=CASES, who=STAFF)
    def claim(self, number: int, who: int) -> None:
        with self.on(number) as case_id:
            if case_id:
                self.counter.claim(case_id, self.staff[who])

    @rule(number=CASES, who=STAFF)
    def decline(self, number: int, who: int) -> None:
        with self.on(number) as case_id:
            if case_id:
                self.counter.decline(case_id, self.staff[who])

    @rule(number=CASES, who=STAFF)
    def reply(self, number: int, who: int) -> None:
        with self.on(number) as case_id:
            if case_id:
                self.counter.reply(case_id, self.staff[who])

    @rule(number=CASES, who=STAFF)
    def release(self, number: int, who: int) -> None:
        with self.on(number) as case_id:
            if case_id:
                self.counter.release(case_id, self.staff[who])

    @rule(number=CASES, who=STAFF, to=STAFF, is_warm=st.booleans())
    def transfer_to_person(self, number: int, who: int, to: int, is_warm: bool) -> None:
        with self.on(number) as case_id:
            if case_id:
                self.counter.transfer(case_id, self.staff[who], staff=self.staff[to], is_warm=is_warm)

    @rule(number=CASES, who=STAFF, department=st.sampled_from(["citizens", "tax"]))
    def transfer_to_department(self, number: int, who: int, department: str) -> None:
        with self.on(number) as case_id:
            if case_id:
                self.counter.transfer(case_id, self.staff[who], department=department)

    @rule(number=CASES, to=STAFF)
    def assign(self, number: int, to: int) -> None:
        with self.on(number) as case_id:
            if case_id:
                self.counter.assign(case_id, self.staff[to], self.staff[-1])

    @rule(number=CASES, who=STAFF)
    def snooze(self, number: int, who: int) -> None:
        with self.on(number) as case_id:
            if case_id:
                self.counter.snooze(case_id, self.staff[who], minutes=30)

    @rule(number=CASES, who=STAFF, minutes=st.sampled_from([None, 5]))
    def close(self, number: int, who: int, minutes: int | None) -> None:
        with self.on(number) as case_id:
            if case_id:
                self.counter.close(case_id, self.staff[who], minutes=minutes)

    @rule(who=STAFF, state=st.sampled_from(PresenceState))
    def change_presence(self, who: int, state: PresenceState) -> None:
        self.counter.set_presence(self.staff[who], state)

    @rule(minutes=st.sampled_from([0.1, 0.8, 10, 70, 60 * 25]), are_there=st.booleans())
    def time_passes(self, minutes: float, are_there: bool) -> None:
        if are_there:
            self.counter.later(minutes=minutes)
        else:
            self.counter.now += timedelta(minutes=minutes)
        self.counter.tend()

    @invariant()
    def keeps_the_rules(self) -> None:
        if not hasattr(self, "staff"):
            return
        with self.counter.database.reading() as session:
            found = session.scalars(select(Case)).all()
            people = {staff.id: staff for staff in session.scalars(select(Staff))}
            off = {one.staff_id for one in session.scalars(select(Presence).where(Presence.state == PresenceState.OFF))}
            events = session.scalar(select(func.count()).select_from(CaseEvent)) or 0
        talks = [case.conversation_id for case in found if case.state in OPEN_STATES]
        assert len(talks) == len(set(talks)), "a talk has at most one open case"
        for staff in people.values():
            held = [case for case in found if case.holder_id == staff.id and case.state in TAKEN_STATES]
            assert len(held) <= staff.capacity
            assert staff.id not in off or not held, "whoever is off has nothing"
        for case in found:
            self.assert_consistent(case)
            assert case.version >= self.versions.get(case.id, 0)
            self.versions[case.id] = case.version
        assert events >= self.happened, "history only grows"
        self.happened = events

    def assert_consistent(self, case: Case) -> None:
        if case.state in TAKEN_STATES:
            assert case.holder_id is not None
        if case.state == CaseState.WAITING:
            assert case.holder_id is None
        if case.state in (CaseState.HELD, CaseState.OFFERED):
            assert case.due_from is not None, "while staff owe the next word a clock runs"
        if case.state in (CaseState.WAITING_FOR_RESIDENT, CaseState.CLOSED):
            assert (case.due_from, case.due_at, case.warn_at) == (None, None, None)
        if case.state in HELD_STATES:
            assert case.claimed_at is not None
        assert (case.closed_at is not None) == (case.state == CaseState.CLOSED)
        assert (case.state == CaseState.SNOOZED) <= (case.snoozed_until is not None)


def test_any_order_of_events_keeps_the_rules(tmp_path: Path) -> None:
    is_long = settings().max_examples > 100
    usual = settings(max_examples=300 if is_long else 15, stateful_step_count=40, deadline=None)
    with migrated_database("sqlite", tmp_path) as database:
        machine = type("Machine", (CounterMachine,), {"counter": set_up(database)})
        run_state_machine_as_test(machine, settings=usual)
