"""What is dropped when its time is over, and that nobody is forgotten while an application is under way."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.models import Conversation, Resident
from bot.retention import drop_old
from core.backup import backup_to, restore_from
from core.database import Database
from core.encryption import Keyring
from core.errors import TamperedError
from core.pack import Retention
from core.settings import Settings
from procedures.applications import answers_of, withdraw
from procedures.assurance import give_code, verify_account
from procedures.fillings import save_filling
from procedures.forms import make_link
from procedures.keys import Seals
from procedures.models import (
    Application,
    ApplicationEvent,
    FillingRow,
    FormLink,
    LinkCode,
    PersonalDatum,
    ResidentKey,
    VerifiedAccount,
)
from procedures.personal_data import known_values
from procedures.queries import application_by_number, locked_application
from procedures.retention import drop_over
from tests.databases import migrated_file
from tests.procedures.database import DESK, SEALS, settled, submitted
from tests.procedures.talk import NOW, PROCEDURES, Talk

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


def test_what_is_begun_links_codes_and_verifications_go_when_their_time_is_over(database: Database) -> None:
    people = settled(database)
    talk = Talk("oversized_waste")
    with database.transaction() as session:
        given = {"municipality_id": "shiomi", "resident_id": people.resident, "now": NOW}
        save_filling(session, SEALS, PROCEDURES, talk.step.state, **given)  # type: ignore[arg-type]
        make_link(session, SEALS, **given, filling_uid="uid", field="account")  # type: ignore[arg-type]
        code = give_code(session, SEALS, municipality_id="shiomi", staff_id=people.staff, method="passport", now=NOW)
        verify_account(session, SEALS, **given, code=code)  # type: ignore[arg-type]
    tables = (FillingRow, FormLink, LinkCode, VerifiedAccount)

    def left() -> list[int]:
        with database.reading() as session:
            return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]

    assert left() == [1, 1, 1, 1]
    for days, expected in ((0, [1, 1, 1, 1]), (1.1, [1, 0, 0, 1]), (7, [0, 0, 0, 1]), (365, [0, 0, 0, 0])):
        drop_old(database, "shiomi", Retention(), NOW + days * DAY)
        assert left() == expected, days


def test_restored_answers_are_read_with_the_same_secret_only(tmp_path: Path) -> None:
    """Keys of residents lie in the database, wrapped; SECRET_KEY itself is the operator's, or in the data folder of `demo`."""
    url = f"sqlite:///{migrated_file(tmp_path)}"
    database = Database(url)
    people = settled(database)
    number = submitted(database, people.resident, keeps=True).application.number
    database.close()
    backup_to(Settings(data_dir=tmp_path / "data", database_url=url), tmp_path / "all.tar.gz")
    restored = Settings(data_dir=tmp_path / "restored")
    restore_from(restored, tmp_path / "all.tar.gz")
    again = Database(restored.database)
    with again.reading() as session:
        row = application_by_number(session, "shiomi", number)
        assert row is not None
        assert answers_of(session, DESK, row)["phone"]["number"] == "090-1234-5678"
        assert "phone" in known_values(session, SEALS, people.resident, NOW)
        other = Seals(Keyring("another secret that is long enough too"))
        with pytest.raises(TamperedError):
            other.existing(session, people.resident)
    again.close()
