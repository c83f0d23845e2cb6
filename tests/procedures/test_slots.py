"""Places of slots under concurrency, on both databases."""

import threading
from datetime import date

import pytest
from sqlalchemy import select

from core.database import Database
from procedures.models import Application, ReceiptCounter, Slot
from procedures.slots import SlotFullError, give_back, set_capacity, slots_from, take_place
from procedures.submitting import submit
from tests.procedures.database import DESK, confirmed, settled
from tests.procedures.talk import NOW, sample_facts

DAY = date(2026, 12, 8)
KEY = "date|港町|2026-12-08|"


def take(database: Database, capacity: int) -> bool:
    try:
        with database.transaction() as session:
            take_place(session, "shiomi", "oversized_waste", KEY, day=DAY, capacity=capacity)
    except SlotFullError:
        return False
    return True


def test_slot_is_never_overbooked(database: Database) -> None:
    settled(database)
    results: list[bool] = []
    barrier = threading.Barrier(12)

    def run() -> None:
        barrier.wait()
        results.extend(take(database, 7) for _ in range(3))

    threads = [threading.Thread(target=run) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 36
    assert sum(results) == 7
    with database.reading() as session:
        assert session.scalars(select(Slot.taken)).all() == [7]


def test_residents_who_submit_at_once_get_no_more_than_there_are(database: Database) -> None:
    people = settled(database)
    with database.transaction() as session:
        set_capacity(session, "shiomi", "oversized_waste", KEY, day=DAY, capacity=3)
    states = [confirmed("oversized_waste", f"uid{number}").step.state for number in range(8)]
    numbers: list[str] = []
    full: list[str] = []

    def run(number: int) -> None:
        try:
            with database.transaction() as session:
                done = submit(session, DESK, states[number], resident_id=people.resident, language="ja", now=NOW, facts=sample_facts())
                numbers.append(done.application.number)
        except SlotFullError:
            full.append(states[number].uid)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        stored = session.scalars(select(Application.number)).all()
        assert session.scalars(select(Slot.taken)).all() == [3]
    assert len(stored) == 3
    assert len(full) == 5
    assert sorted(stored) == sorted(numbers)
    assert len({number.rsplit("-", 1)[0] for number in stored}) == 3


def test_one_filling_that_is_submitted_many_times_at_once_makes_one_application(database: Database) -> None:
    people = settled(database)
    state = confirmed("oversized_waste").step.state
    results: list[tuple[str, bool]] = []
    barrier = threading.Barrier(6)

    def run() -> None:
        barrier.wait()
        with database.transaction() as session:
            done = submit(session, DESK, state, resident_id=people.resident, language="ja", now=NOW, facts=sample_facts())
            results.append((done.application.number, done.is_new))

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 6
    assert len({number for number, _ in results}) == 1
    assert sum(is_new for _, is_new in results) == 1
    with database.reading() as session:
        assert session.scalars(select(Slot.taken)).all() == [1]
        assert session.scalars(select(ReceiptCounter.last)).all() == [1], "no number is lost"


def test_place_that_was_given_back_can_be_taken(database: Database) -> None:
    settled(database)
    assert take(database, 1)
    assert not take(database, 1)
    with database.transaction() as session:
        give_back(session, "shiomi", "oversized_waste", KEY)
        give_back(session, "shiomi", "oversized_waste", KEY)
    assert take(database, 1)
    assert not take(database, 1), "giving back twice makes no second place"


def test_slot_is_closed_and_widened_by_staff(database: Database) -> None:
    settled(database)
    assert take(database, 5)
    with database.transaction() as session:
        set_capacity(session, "shiomi", "oversized_waste", KEY, day=DAY, capacity=0)
    assert not take(database, 5)
    with database.transaction() as session:
        set_capacity(session, "shiomi", "oversized_waste", KEY, day=DAY, capacity=2)
        assert slots_from(session, "shiomi", "oversized_waste", DAY) == ({KEY: 1}, {KEY: 2})
        assert slots_from(session, "shiomi", "oversized_waste", date(2026, 12, 9)) == ({}, {})
    assert take(database, 5)
    assert not take(database, 5)
    with database.transaction() as session:
        set_capacity(session, "shiomi", "oversized_waste", KEY, day=DAY, capacity=None)
    assert take(database, 5)


@pytest.mark.parametrize("capacity", [0, 1])
def test_nothing_is_taken_where_there_is_nothing(database: Database, capacity: int) -> None:
    settled(database)
    assert take(database, capacity) is bool(capacity)
