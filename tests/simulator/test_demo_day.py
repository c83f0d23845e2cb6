"""The day that `demo` plays: as it is written, all of it at its hour, and once."""

from collections import Counter as Tally
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import func, select

from bot.models import MessageRow
from bot.simulator.day_script import Day, Say, last_working_day, load_day, script_of
from bot.simulator.demo import is_new, know_friends
from bot.simulator.demo_day import DayClock, DemoDay
from bot.simulator.platform import Platform
from bot.simulator.records import Person
from core.clock import in_japan, system_clock
from core.pack_loading import load_pack
from faq.pack_files import read_items
from handoff.desk_models import CannedReply, CaseNote, HandoverNote, Mention
from handoff.models import Case, CaseReason, CaseState, Presence, PresenceState, Role, Staff
from procedures.models import Application, ApplicationEvent, ApplicationState
from tests.sample_city import sample_city, shared_search
from tests.town import MUNICIPALITY, Town

PACK = load_pack(MUNICIPALITY)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-11-25T15:00+09:00", "2026-11-24"),
        # The Monday before was a holiday.
        ("2026-11-24T09:00+09:00", "2026-11-20"),
        ("2026-11-29T23:30+09:00", "2026-11-27"),
        ("2027-01-04T10:00+09:00", "2026-12-28"),
    ],
)
def test_day_is_the_last_on_which_the_counter_was_open(now: str, day: str) -> None:
    assert last_working_day(PACK, datetime.fromisoformat(now)).date().isoformat() == day


def test_script_is_in_order_and_names_only_people_departments_and_reasons_that_are_there() -> None:
    now = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
    steps = script_of(PACK, now)
    moments = [moment for moment, _ in steps]
    assert moments == sorted(moments)
    assert moments[-1] <= now
    people = {person.name for person in PACK.demo.residents}
    logins = {person.login for person in PACK.demo.staff}
    opened = {step.title for _, step in steps if step.does == "open"}
    categories = {item.draft.category for item in read_items(PACK)}
    assert {skill for person in PACK.demo.staff for skill in person.skills} <= categories, "by these the skilled are found"
    for _, step in steps:
        if step.does in ("say", "tap", "apply", "withdraw"):
            assert step.resident in people
            continue
        assert step.by in logins
        if hasattr(step, "case"):
            assert step.case in people | opened
        match step.does:
            case "transfer":
                assert step.to in logins | set(PACK.departments)
            case "close":
                assert step.reason in PACK.counter.reasons
            case "open":
                assert step.department in PACK.departments
                assert step.category in categories
            case "note":
                assert set(step.mentions) <= logins


def test_step_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValidationError):
        Day.model_validate({"steps": [{"at": "10:00", "by": "tanaka", "does": "dance"}]})
    with pytest.raises(ValidationError):
        Say.model_validate({"at": "25:00", "does": "say", "resident": "x", "says": []})


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with sample_city(tmp_path_factory.mktemp("day")) as database:
        search = shared_search()[1]
        clock = DayClock()
        town = Town(database, search, clock=clock)
        for person in PACK.demo.residents:
            town.platform.add_person(Person(name=person.name, language=person.language))
        with database.transaction() as session:
            for member in PACK.demo.staff:
                row = Staff(
                    municipality_id=MUNICIPALITY,
                    login=member.login,
                    name=member.name,
                    role=Role(member.role),
                    department_id=member.department,
                    password_hash="",
                    is_active=True,
                    created_at=system_clock(),
                )
                session.add(row)
        assert is_new(database, PACK)
        town.done = DemoDay(town.platform, database, town.bot.counter, town.bot.receiving, PACK, clock).play()  # type: ignore[attr-defined]
        yield town
        town.stop()


def test_whole_day_goes_as_written(town: Town) -> None:
    assert town.done == len(script_of(PACK, system_clock()))  # type: ignore[attr-defined]
    assert town.platform.violations == []
    assert not is_new(town.database, PACK)


def test_cases_are_in_all_states_with_what_lists_charts_and_reports_show(town: Town) -> None:
    with town.database.reading() as session:
        cases = session.scalars(select(Case)).all()
        tallies = {
            table: session.scalar(select(func.count()).select_from(table)) for table in (CannedReply, CaseNote, Mention, HandoverNote)
        }
    states = Tally(case.state for case in cases)
    assert set(states) == set(CaseState) - {CaseState.OFFERED}
    closed = [case for case in cases if case.state == CaseState.CLOSED]
    assert all(case.minutes and case.close_reason for case in closed)
    assert {case.satisfaction for case in closed} >= {2, 4, 5}
    assert [case.satisfaction_comment for case in closed if case.satisfaction == 2] != [""]
    assert any(case.is_faq_candidate for case in closed)
    assert {case.reason for case in cases} >= {CaseReason.ASKED, CaseReason.BY_HAND}
    assert {case.language for case in cases} >= {"ja", "en", "vi", "zh-Hans"}
    assert tallies == {CannedReply: len(load_day(PACK).canned), CaseNote: tallies[CaseNote], Mention: 1, HandoverNote: 2}


def test_applications_are_in_all_states_with_a_joined_report_and_a_picture_of_what_was_done(town: Town) -> None:
    with town.database.reading() as session:
        rows = session.scalars(select(Application)).all()
        details = session.scalars(select(ApplicationEvent.detail)).all()
        told = session.scalars(select(MessageRow.text).where(MessageRow.text.contains("JU-"))).all()
    assert {row.state for row in rows} == set(ApplicationState)
    assert [row.joined_to is not None for row in rows].count(True) == 1
    assert any("photo" in detail for detail in details)
    assert any("本受付しました" in text for text in told)
    assert {row.language for row in rows} >= {"ja", "en", "zh-Hans"}


def test_everything_happened_at_its_hour(town: Town) -> None:
    day = last_working_day(PACK, system_clock()).date()
    with town.database.reading() as session:
        said = session.scalars(select(MessageRow.at)).all()
        opened = session.scalars(select(Case.opened_at).where(Case.title == "就学援助の申込み")).one()
    assert in_japan(opened).strftime("%H:%M") == "13:40"
    assert {in_japan(moment).date() for moment in said} >= {day}
    assert all(moment <= system_clock() for moment in said)
    assert len({in_japan(moment).hour for moment in said if in_japan(moment).date() == day}) >= 10


def test_clock_is_right_again_and_nobody_seems_to_be_at_the_counter(town: Town) -> None:
    assert abs(town.clock() - system_clock()) < timedelta(seconds=1)
    with town.database.reading() as session:
        states = set(session.scalars(select(Presence.state)))
    assert states <= {PresenceState.AWAY, PresenceState.OFF}


def test_residents_are_friends_again_after_a_restart(town: Town) -> None:
    """What staff sent them after a restart used to be lost, because the platform knew nobody."""
    channel = town.platform.account(MUNICIPALITY).channel
    restarted = Platform(channels=[channel], people=(), clock=system_clock, seed=1)
    know_friends(restarted, PACK)
    assert len(restarted.account(MUNICIPALITY).friends()) == len(PACK.demo.residents)
