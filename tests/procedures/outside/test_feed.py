"""The order of changes misses nothing, whatever commits while it is read."""

import threading

import pytest
from sqlalchemy import select, text

from core.database import Database
from procedures.applications import accept
from procedures.models import Application, ApplicationEvent
from procedures.outside.feed import CursorError, cursor_of, number_of
from procedures.outside.queries import changes_after
from procedures.queries import locked_application
from tests.procedures.database import DESK
from tests.procedures.outside.office import Office


def read_on(office: Office, after: int = 0, limit: int = 2) -> tuple[list[str], int]:
    """All pages after a place, and the place after them."""
    found: list[str] = []
    while True:
        office.pass_on()
        with office.database.reading() as session:
            page = changes_after(session, "shiomi", "収集システム", after, limit=limit)
        if not page:
            return found, after
        found += [standing.application.number for standing in page]
        after = page[-1].change.number


def test_pages_hold_every_application_once_in_the_order_of_changes(database: Database) -> None:
    office = Office(database)
    numbers = [application.number for application in office.apply(5)]
    assert read_on(office)[0] == numbers


def test_what_arrives_or_changes_while_pages_are_read_comes_after(database: Database) -> None:
    office = Office(database)
    first = office.apply(3)
    office.pass_on()
    with office.database.reading() as session:
        page = changes_after(session, "shiomi", "収集システム", 0, limit=2)
    assert [standing.application.number for standing in page] == [first[0].number, first[1].number]
    office.move(first[0], "accept")
    late = office.apply(1, begin=3)
    rest, end = read_on(office, page[-1].change.number)
    assert rest == [first[2].number, first[0].number, late[0].number]
    assert read_on(office, end) == ([], end), "nothing happened since"


def test_event_that_commits_late_is_not_stepped_over(database: Database) -> None:
    """Its row is older than one that commits before it; a reader who saw the newer one still gets it."""
    if database.is_sqlite:
        pytest.skip("SQLite writes one transaction after the other")
    office = Office(database)
    slow, quick = office.apply(2)
    _, end = read_on(office)
    with database.transaction() as session:
        row = locked_application(session, "shiomi", slow.id)
        assert row is not None
        accept(session, DESK, row, staff_id=office.people.staff, now=office.now)
        session.flush()
        thread = threading.Thread(target=office.move, args=(quick, "accept"))
        thread.start()
        thread.join(10)
        seen, end = read_on(office, end)
        assert seen == [quick.number]
    with database.reading() as session:
        ids = dict(
            session.execute(select(ApplicationEvent.application_id, ApplicationEvent.id).where(ApplicationEvent.kind == "accepted")).all()
        )
    assert ids[slow.id] < ids[quick.id], "the late one was written first"
    assert read_on(office, end)[0] == [slow.number]


def test_events_are_numbered_once_and_without_gaps(database: Database) -> None:
    office = Office(database)
    applications = office.apply(3)
    threads = [threading.Thread(target=office.pass_on) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    office.move(applications[0], "check")
    office.pass_on()
    with database.reading() as session:
        numbers = session.scalars(select(ApplicationEvent.number).order_by(ApplicationEvent.number)).all()
    assert list(numbers) == list(range(1, len(numbers) + 1))
    assert office.pass_on() == 0


def test_reminders_move_nothing(database: Database) -> None:
    office = Office(database)
    first, second = office.apply(2)
    _, end = read_on(office)
    with database.transaction() as session:
        for application, kind in ((first, "reminded"), (second, "checked")):
            session.add(
                ApplicationEvent(municipality_id="shiomi", application_id=application.id, kind=kind, detail={}, at=office.now)
            )  # fmt: skip
    assert read_on(office, end)[0] == [second.number]


def test_filters_find_by_procedure_state_moment_and_what_was_taken(database: Database) -> None:
    office = Office(database)
    waste, other = office.apply(2)
    dog = office.apply(1, "dog_registration")[0]
    office.move(waste, "accept")
    office.pass_on()

    def found(**wanted: object) -> list[str]:
        with database.reading() as session:
            return [one.application.number for one in changes_after(session, "shiomi", "x", 0, limit=9, **wanted)]  # type: ignore[arg-type]

    assert found(procedures=("dog_registration",)) == [dog.number]
    assert found(states=("accepted",)) == [waste.number]
    assert found(states=("new",), procedures=("oversized_waste",)) == [other.number]
    assert found(since=office.now) == [other.number, dog.number, waste.number]
    assert found(since=office.now.replace(year=2027)) == []
    assert found(is_taken=True) == []
    with database.transaction() as session:
        row = session.get_one(Application, dog.id)
        values = {"application": row.id, "version": row.version, "at": "2026-11-29 01:00:00+00:00"}
        session.execute(
            text(
                "INSERT INTO acknowledgement (application_id, system, municipality_id, version, at)"
                " VALUES (:application, 'x', 'shiomi', :version, :at)"
            ),
            values,
        )
    assert found(is_taken=True) == [dog.number]
    assert found(is_taken=False) == [other.number, waste.number]


@pytest.mark.parametrize("wrong", ["", "x", "YzE6", "YzE6LTE", "YzI6NQ", "ＡＢ", "%%%", cursor_of(1) + "A", cursor_of(10**18)])
def test_only_cursors_that_were_given_out_are_read(wrong: str) -> None:
    assert number_of(cursor_of(12)) == 12
    with pytest.raises(CursorError):
        number_of(wrong)
