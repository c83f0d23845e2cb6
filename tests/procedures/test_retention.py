"""What is dropped when its time is over, and that nobody is forgotten while an application is under way."""

from datetime import timedelta

from sqlalchemy import func, select

from bot.models import Conversation, Resident
from bot.retention import drop_old
from core.database import Database
from core.pack import Retention
from procedures.applications import withdraw
from procedures.models import Application, ApplicationEvent, PersonalDatum, ResidentKey
from procedures.queries import locked_application
from procedures.retention import drop_over
from tests.procedures.database import DESK, settled, submitted
from tests.procedures.talk import NOW

DAY = timedelta(days=1)


def ended(database: Database, number: int) -> None:
    with database.transaction() as session:
        application = locked_application(session, "shiomi", number)
        assert application is not None
        withdraw(session, DESK, application, NOW)


def test_answers_go_when_the_time_of_keeping_is_over_and_the_course_stays(database: Database) -> None:
    people = settled(database)
    number = submitted(database, people.resident, keeps=True).application.id
    ended(database, number)
    with database.transaction() as session:
        assert drop_over(session, "shiomi", NOW + 364 * DAY, 500) == 0
        assert drop_over(session, "shiomi", NOW + 365 * DAY, 500) == 5, "what may be offered again"
        assert drop_over(session, "shiomi", NOW + 1095 * DAY, 500) == 1
    with database.reading() as session:
        application = session.get_one(Application, number)
        assert application.sealed is None
        assert application.number.startswith("JU-2026-")
        assert session.scalar(select(func.count()).select_from(ApplicationEvent)) == 2
        assert session.scalars(select(PersonalDatum)).all() == []


def test_resident_is_forgotten_only_when_no_application_is_under_way(database: Database) -> None:
    people = settled(database)
    with database.transaction() as session:
        session.add(
            Conversation(
                municipality_id="shiomi", key="k", kind="person", resident_id=people.resident, state={"kind": "idle"}, created_at=NOW,
                last_turn_at=NOW,
            )
        )  # fmt: skip
    number = submitted(database, people.resident, keeps=True).application.id
    later = NOW + 1200 * DAY
    assert drop_old(database, "shiomi", Retention(), later)["people"] == 0
    ended(database, number)
    assert drop_old(database, "shiomi", Retention(), later)["people"] == 1
    with database.reading() as session:
        assert session.get(Resident, people.resident) is None
        assert session.get(ResidentKey, people.resident) is None
        assert session.get_one(Application, number).resident_id is None
