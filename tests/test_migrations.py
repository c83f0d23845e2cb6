"""The schema goes up and down on both databases, and is what the tables say."""

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, UniqueConstraint, inspect, text

from bot.models import Conversation, InboundEvent, OutgoingCall, Resident
from core.database import Database
from core.embedded_queue import EmbeddedQueue
from core.jobs import NewJob
from core.migrating import MIGRATIONS, SchemaError, is_empty, migrate, require_current_schema
from core.models import Municipality
from tests.all_models import METADATA, MODULES
from tests.campaign import is_long
from tests.databases import KINDS, fresh_database_url

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[1]


def revisions() -> list[str]:
    """Oldest first."""
    return [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()][::-1]


def tables(database: Database) -> set[str]:
    with database.engine.connect() as connection:
        return set(inspect(connection).get_table_names())


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, METADATA))


def test_schema_is_what_the_tables_say_and_goes_down_to_nothing(database: Database) -> None:
    assert tables(database) == {*METADATA.tables, "alembic_version"}
    with database.engine.connect() as connection:
        assert differences(connection) == []
    require_current_schema(database)
    migrate(database, "base")
    assert tables(database) == {"alembic_version"}
    with pytest.raises(SchemaError, match=r"`main\.py migrate`"):
        require_current_schema(database)
    migrate(database)
    with database.engine.connect() as connection:
        assert differences(connection) == []


def test_comparison_notices_a_missing_column(database: Database) -> None:
    with database.engine.connect() as connection:
        # Never committed: the database is handed on to other tests.
        connection.execute(text("ALTER TABLE quota DROP COLUMN used"))
        assert differences(connection)
        connection.rollback()


def fill(database: Database) -> None:
    with database.transaction() as session:
        session.add(Municipality(id="shiomi", name="汐見市", created_at=NOW))
        session.flush()
        resident = Resident(municipality_id="shiomi", created_at=NOW)
        session.add(resident)
        session.flush()
        conversation = Conversation(
            municipality_id="shiomi", key="k", kind="person", resident_id=resident.id, state={"kind": "idle"}, created_at=NOW
        )
        session.add(conversation)
        session.flush()
        session.add(InboundEvent(municipality_id="shiomi", webhook_event_id="e", kind="message", occurred_at=2**45, received_at=2**45))
        session.add(
            OutgoingCall(
                municipality_id="shiomi",
                conversation_id=conversation.id,
                body=[{"type": "text", "text": "犬"}],
                retry_key="r",
                created_at=NOW,
            )
        )
        EmbeddedQueue(database).enqueue(session, NewJob(kind="turn", payload={"a": "犬"}, municipality_id="shiomi"))


def rows(database: Database) -> dict[str, list[tuple[object, ...]]]:
    present = tables(database)
    with database.engine.connect() as connection:
        return {
            name: [tuple(row) for row in connection.execute(table.select())] for name, table in METADATA.tables.items() if name in present
        }


def test_upgrade_of_a_filled_database_keeps_its_rows(database: Database) -> None:
    """Back to each earlier revision that can hold the rows, and up again; migrating what is current changes nothing.

    A long run comes up to the newest from each of them, a short one goes each step down and up, and the whole way once.
    """
    fill(database)
    before = rows(database)
    assert sum(bool(found) for found in before.values()) >= 6
    migrate(database)
    assert rows(database) == before
    known = revisions()
    for revision, next_one in reversed(list(pairwise(known))):
        migrate(database, revision)
        migrate(database, known[-1] if is_long() else next_one)
        migrate(database, revision)
    migrate(database)
    assert {name: len(found) for name, found in rows(database).items()} == {name: len(found) for name, found in before.items()}


def test_empty_database_is_told_from_a_used_one(database: Database) -> None:
    assert not is_empty(database)


@pytest.mark.parametrize("kind", KINDS)
def test_new_database_is_empty_and_not_current(kind: str, tmp_path: Path) -> None:
    with fresh_database_url(kind, tmp_path) as url:
        database = Database(url)
        assert is_empty(database)
        with pytest.raises(SchemaError):
            require_current_schema(database)
        database.close()


def test_revisions_are_one_line_of_numbers() -> None:
    assert revisions() == [f"{number:04d}" for number in range(1, len(revisions()) + 1)]


@pytest.mark.parametrize("removed", ["case", "resident", "outgoing_call"])
def test_what_refers_to_rows_that_are_removed_is_indexed(removed: str) -> None:
    """Removing 500 old cases read all photos 500 times, and whoever wanted to write waited for seconds."""
    for table in METADATA.tables.values():
        firsts = {next(iter(index.columns)).name for index in table.indexes}
        firsts |= {next(iter(constraint.columns)).name for constraint in table.constraints if isinstance(constraint, UniqueConstraint)}
        firsts.add(next(iter(table.primary_key.columns)).name)
        referring = {column.name for column in table.columns for key in column.foreign_keys if key.column.table.name == removed}
        assert referring <= firsts, table.name


def test_every_table_of_the_project_is_compared() -> None:
    """A table in a module that nobody imports here would be left out of the comparison."""
    files = {
        str(path.relative_to(ROOT).with_suffix("")).replace("/", ".")
        for package in ("core", "bot", "faq", "handoff", "procedures", "retrieval", "console")
        for path in (ROOT / package).rglob("*.py")
        if "__tablename__" in path.read_text(encoding="utf-8")
    }
    assert files == {module.__name__ for module in MODULES}
