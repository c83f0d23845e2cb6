"""Moments are aware, callbacks follow commits, and readers never write."""

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError
from sqlalchemy.orm import Session

import core.database
from core.clock import JAPAN
from core.database import Database, UtcDateTime, after_commit, may_pass
from core.models import Municipality

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=timezone(timedelta(hours=9)))


def municipality(name: str, moment: datetime = NOON) -> Municipality:
    return Municipality(id=name, name=name, created_at=moment)


def names(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Municipality.id).order_by(Municipality.id)))


def test_moment_comes_back_in_utc(emptied: Database) -> None:
    with emptied.transaction() as session:
        session.add(municipality("shiomi"))
    with emptied.reading() as session:
        stored = session.get_one(Municipality, "shiomi").created_at
    assert stored == NOON
    assert (stored.tzinfo, stored.hour) == (UTC, 3)


def test_naive_moment_is_refused(emptied: Database) -> None:
    with pytest.raises(StatementError, match="without a time zone"), emptied.transaction() as session:
        session.add(municipality("shiomi", NOON.replace(tzinfo=None)))
    assert names(emptied) == []


@given(
    st.datetimes(
        min_value=datetime(1970, 1, 2),  # noqa: DTZ001  # Hypothesis wants naive bounds.
        max_value=datetime(9000, 1, 1),  # noqa: DTZ001  # Hypothesis wants naive bounds.
        timezones=st.sampled_from([UTC, JAPAN, timezone(timedelta(hours=-3, minutes=-30))]),
    )
)
def test_any_moment_survives_both_kinds_of_database(moment: datetime) -> None:
    kind = UtcDateTime()
    for dialect in (sqlite.dialect(), postgresql.dialect()):  # type: ignore[no-untyped-call]  # SQLAlchemy's own
        assert kind.process_result_value(kind.process_bind_param(moment, dialect), dialect) == moment


def test_callback_runs_once_and_only_when_others_see_the_commit(emptied: Database) -> None:
    seen: list[list[str]] = []

    def look() -> None:
        seen.append(names(emptied))

    with emptied.transaction() as session:
        session.add(municipality("shiomi"))
        after_commit(session, look)
        after_commit(session, look)
        session.flush()
        assert seen == []
    assert seen == [["shiomi"]]


def test_callback_never_runs_after_a_rollback(emptied: Database) -> None:
    called: list[str] = []
    for fails in (True, False):
        try:
            with emptied.transaction() as session:
                session.add(municipality("shiomi"))
                after_commit(session, lambda: called.append("done"))
                if fails:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            assert (called, names(emptied)) == ([], [])
    assert (called, names(emptied)) == (["done"], ["shiomi"])


def test_callback_may_open_a_transaction_of_its_own(emptied: Database) -> None:
    def add_another() -> None:
        with emptied.transaction() as session:
            session.add(municipality("midori"))

    with emptied.transaction() as session:
        session.add(municipality("shiomi"))
        after_commit(session, add_another)
    assert names(emptied) == ["midori", "shiomi"]


def test_callback_that_fails_keeps_no_other_back(emptied: Database) -> None:
    called: list[str] = []

    def fail() -> None:
        raise ZeroDivisionError

    def write() -> None:
        with emptied.transaction() as session:
            session.add(municipality("shiomi"))
            after_commit(session, fail)
            after_commit(session, lambda: called.append("done"))

    with pytest.raises(ZeroDivisionError):
        write()
    assert (called, names(emptied)) == (["done"], ["shiomi"])


def test_what_a_reader_writes_is_lost_and_refused_on_sqlite(emptied: Database) -> None:
    def write() -> None:
        with emptied.reading() as session:
            session.add(municipality("shiomi"))
            session.flush()

    if emptied.is_sqlite:
        with pytest.raises(OperationalError, match="readonly"):
            write()
    else:
        write()
    assert names(emptied) == []


def test_reader_sees_one_state_while_others_write(emptied: Database) -> None:
    if not emptied.is_sqlite:
        pytest.skip("PostgreSQL reads each statement anew")
    with emptied.reading() as session:
        assert session.scalars(select(Municipality.id)).all() == []
        with emptied.transaction() as writing:
            writing.add(municipality("shiomi"))
        assert session.scalars(select(Municipality.id)).all() == []
    assert names(emptied) == ["shiomi"]


def test_many_threads_write_without_losing_anything(emptied: Database) -> None:
    def count_up() -> None:
        for _ in range(10):
            with emptied.transaction() as session:
                row = session.get_one(Municipality, "shiomi", with_for_update=True)
                row.content_revision += 1

    with emptied.transaction() as session:
        session.add(municipality("shiomi"))
    threads = [threading.Thread(target=count_up) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with emptied.reading() as session:
        assert session.get_one(Municipality, "shiomi").content_revision == 50


def test_failed_transaction_leaves_the_line_open_for_the_next(emptied: Database) -> None:
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), emptied.transaction():
            raise ZeroDivisionError
    with emptied.transaction() as session:
        session.add(municipality("shiomi"))
    assert names(emptied) == ["shiomi"]


def test_foreign_keys_are_kept(emptied: Database) -> None:
    from core.models import JobRow

    def job(municipality_id: str) -> JobRow:
        return JobRow(kind="x", payload={}, run_at=0, created_at=0, municipality_id=municipality_id)

    with emptied.transaction() as session:
        session.add(municipality("shiomi"))
        session.flush()
        session.add(job("shiomi"))
    with pytest.raises(Exception, match=r"(?i)foreign key"), emptied.transaction() as session:
        session.add(job("nowhere"))


@pytest.mark.parametrize("folder", ["", "a/b/"])
def test_folder_of_an_embedded_database_is_made(tmp_path_factory: pytest.TempPathFactory, folder: str) -> None:
    path = tmp_path_factory.mktemp("data") / f"{folder}madoguchi.sqlite"
    database = Database(f"sqlite:///{path}")
    with database.transaction() as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA synchronous")) == 2, "a commit that was answered 200 must outlive a power cut"
    database.close()
    assert path.is_file()


def test_text_reads_back_unchanged(emptied: Database) -> None:
    words = "👨‍👩‍👧‍👦 𠮷野家 'quoted' \\ %s :name\n\t{}"
    with emptied.transaction() as session:
        session.add(Municipality(id="shiomi", name=words, created_at=NOON))
    other = create_engine(emptied.url)
    with other.connect() as connection:
        assert connection.scalar(text("SELECT name FROM municipality")) == words
    other.dispose()


def test_wrong_statement_does_not_pass_by_itself(emptied: Database) -> None:
    for statement in ("SELECT nothing FROM nowhere", "SELEKT 1"):
        with pytest.raises(DBAPIError) as raised, emptied.transaction() as session:
            session.execute(text(statement))
        assert not may_pass(raised.value)
    with emptied.transaction() as session:
        session.add(municipality("shiomi"))
    with pytest.raises(DBAPIError) as raised, emptied.transaction() as session:
        session.add(municipality("shiomi"))
    assert not may_pass(raised.value)
    assert not may_pass(ValueError())


def break_off(database: Database, session: Session) -> None:
    """What happens when the server goes, or another process writes for too long."""
    if not database.is_sqlite:
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return
    session.execute(text("SELECT 1"))
    with create_engine(database.url, connect_args={"timeout": 0}).connect() as other:
        other.execute(text("INSERT INTO municipality (id) VALUES ('a')"))


def test_connection_that_the_server_ended_meanwhile_is_opened_anew(emptied: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    if emptied.is_sqlite:
        pytest.skip("only a server ends connections")
    monkeypatch.setattr(core.database, "create_engine", create_engine)
    database = Database(emptied.url)
    with database.reading() as session:
        number = session.scalar(text("SELECT pg_backend_pid()"))
    with emptied.transaction() as session:
        assert session.scalar(text("SELECT pg_terminate_backend(:number, 5000)"), {"number": number})
    assert names(database) == []
    database.close()


def test_lost_connection_or_lock_may_pass(emptied: Database) -> None:
    with pytest.raises(DBAPIError) as raised, emptied.transaction() as session:
        break_off(emptied, session)
    assert may_pass(raised.value)
    with emptied.transaction() as session:
        session.add(municipality("shiomi"))
    assert names(emptied) == ["shiomi"]
