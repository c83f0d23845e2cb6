"""Applications from submitting to their end, on both databases."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, text

from core.clock import JAPAN, in_japan
from core.database import Database
from core.errors import PackError, TamperedError
from core.messages import Language
from procedures.applications import (
    StaleApplicationError,
    Telling,
    accept,
    answers_of,
    begin_change,
    check,
    finish,
    may_change,
    refuse,
    reopen,
    return_to_resident,
    withdraw,
)
from procedures.definition import Definition
from procedures.effects import is_stopped
from procedures.filling import fill
from procedures.keys import ForgottenError
from procedures.lifecycle import NotAllowedError, Verb
from procedures.models import Application, ApplicationState, Slot
from procedures.personal_data import OpenApplicationsError, forget_resident
from procedures.progress import Progress
from procedures.queries import applications_in, due_reminders, events_of, has_double, locked_application, overdue, reports_since
from procedures.receipts import read_receipt_number
from procedures.said import Command, Confirmed, Gave, Placed, Words
from procedures.state import Filling, dump_filling, load_filling
from procedures.steps import Ask, Completed, Confirm
from procedures.submitting import submit
from procedures.versions import definition_of
from procedures.wording import Wording
from tests.procedures.database import DESK, SEALS, confirmed, settled, submitted
from tests.procedures.talk import NOW, PACK, PROCEDURES, Talk, sample_facts

DAY = timedelta(days=1)


def one(database: Database, application_id: int) -> Application:
    with database.reading() as session:
        return session.get_one(Application, application_id)


def goes_on(filling: Filling) -> Talk:
    """The resident goes on with a filling that came from an application."""
    talk = Talk(filling.procedure_id)
    talk.step = fill(talk.definition, load_filling(dump_filling(filling)), Gave(command=Command.RESUME), now=talk.now, facts=talk.facts)
    return talk


def test_submitting_twice_makes_one_application(database: Database) -> None:
    people = settled(database)
    first = submitted(database, people.resident)
    again = submitted(database, people.resident)
    assert first.is_new
    assert not again.is_new
    assert again.application.number == first.application.number
    with database.reading() as session:
        assert len(session.scalars(select(Application)).all()) == 1
        assert session.scalars(select(Slot.taken)).all() == [1], "the place was taken once"


def test_application_has_number_deadline_window_and_reminder(database: Database) -> None:
    people = settled(database)
    done = submitted(database, people.resident)
    application = done.application
    assert application.number.startswith("JU-2026-000001-")
    assert read_receipt_number(application.number) == application.number
    assert done.deadline == date(2026, 12, 1), "two open days after a Sunday"
    assert application.changes_until is not None
    assert in_japan(application.changes_until).date() == date(2026, 12, 6)
    assert application.next_reminder_at == datetime(2026, 12, 7, 18, 0, tzinfo=JAPAN)
    assert submitted(database, people.other, uid="second").application.number.startswith("JU-2026-000002-")


@pytest.mark.parametrize(
    ("now", "year"), [(datetime(2026, 12, 31, 23, 59, tzinfo=JAPAN), 2026), (datetime(2027, 1, 1, 0, 0, tzinfo=JAPAN), 2027)]
)
def test_numbers_begin_anew_with_the_year_in_japan(database: Database, now: datetime, year: int) -> None:
    people = settled(database)
    done = submitted(database, people.resident, "dog_registration", now=now)
    assert done.application.number.startswith(f"JU-{year}-000001-")


def test_answers_lie_sealed(database: Database) -> None:
    people = settled(database)
    application = submitted(database, people.resident).application
    with database.reading() as session:
        assert answers_of(session, DESK, application)["name"] == {"name": "田中 太郎", "kana": "タナカ タロウ"}
        for table in ("application", "application_event", "filling", "personal_datum", "slot"):
            dumped = str([tuple(row) for row in session.execute(text(f"SELECT * FROM {table}"))])
            assert "田中" not in dumped
            assert "090-1234" not in dumped
            assert "3-2-1" not in dumped


def test_definition_that_it_was_filled_in_with_stays_with_it(database: Database) -> None:
    people = settled(database)
    application = submitted(database, people.resident).application
    later = PROCEDURES.definitions["oversized_waste"].model_copy(update={"title": "新しい題"})
    newer = replace(PROCEDURES, definitions={"oversized_waste": later}, digests={"oversized_waste": "newer"})
    with database.reading() as session:
        assert definition_of(session, "shiomi", newer, "oversized_waste", application.digest).title == "粗大ごみの収集申込み"
        assert definition_of(session, "shiomi", newer, "oversized_waste", "newer").title == "新しい題"
        with pytest.raises(PackError):
            definition_of(session, "shiomi", newer, "oversized_waste", "unknown")


def test_staff_accept_and_finish_and_the_resident_hears_of_it(database: Database) -> None:
    people = settled(database)
    number = submitted(database, people.resident).application.id
    with database.transaction() as session:
        application = locked_application(session, "shiomi", number)
        assert application is not None
        assert check(session, application, staff_id=people.staff, now=NOW + DAY)[0].place == "tells.checking"
        told = accept(session, DESK, application, staff_id=people.staff, now=NOW + DAY)
        assert [(telling.resident_id, telling.place) for telling in told] == [(people.resident, "tells.accepted")]
        assert finish(session, DESK, application, staff_id=people.staff, now=NOW + 9 * DAY)[0].place == "tells.done"
    application = one(database, number)
    assert application.state == ApplicationState.DONE
    assert application.keep_until == NOW + 9 * DAY + 1095 * DAY
    with database.reading() as session:
        kinds = [event.kind for event in events_of(session, number)]
    assert kinds == [Verb.SUBMIT, Verb.CHECK, Verb.ACCEPT, Verb.FINISH]


def test_refusing_needs_a_reason_and_gives_the_place_back(database: Database) -> None:
    people = settled(database)
    number = submitted(database, people.resident).application.id
    with database.transaction() as session:
        application = locked_application(session, "shiomi", number)
        assert application is not None
        with pytest.raises(NotAllowedError):
            refuse(session, DESK, application, staff_id=people.staff, now=NOW, words=" ")
        told = refuse(session, DESK, application, staff_id=people.staff, now=NOW, words="事業所の物でした。")
        assert told[0].gaps["reason"] == "事業所の物でした。"
    with database.reading() as session:
        assert session.scalars(select(Slot.taken)).all() == [0]
        event = events_of(session, number)[-1]
        assert event.sealed is not None
        assert "事業所" not in str(event.detail)


def test_form_made_from_an_earlier_state_is_refused(database: Database) -> None:
    people = settled(database)
    number = submitted(database, people.resident).application.id
    seen = one(database, number).version
    with database.transaction() as session:
        application = locked_application(session, "shiomi", number)
        assert application is not None
        check(session, application, staff_id=people.staff, now=NOW, seen_version=seen)
        with pytest.raises(StaleApplicationError):
            accept(session, DESK, application, staff_id=people.staff, now=NOW, seen_version=seen)


@pytest.mark.parametrize(
    ("state", "verb"), [("done", accept), ("withdrawn", accept), ("refused", finish), ("returned", accept), ("new", finish)]
)
def test_ways_that_do_not_exist_are_refused(database: Database, state: str, verb: object) -> None:
    people = settled(database)
    number = submitted(database, people.resident).application.id
    with database.transaction() as session:
        application = locked_application(session, "shiomi", number)
        assert application is not None
        application.state = state
        with pytest.raises(NotAllowedError):
            verb(session, DESK, application, staff_id=people.staff, now=NOW)  # type: ignore[operator]


def test_returned_application_asks_exactly_the_returned_fields_again(database: Database) -> None:
    people = settled(database)
    number = submitted(database, people.resident).application.id
    with database.transaction() as session:
        application = locked_application(session, "shiomi", number)
        assert application is not None
        filling, told = return_to_resident(
            session, DESK, application, {"phone": "つながりませんでした。", "place": "どの玄関ですか。"}, staff_id=people.staff, now=NOW
        )
        assert told[0].place == "tells.returned"
        with pytest.raises(NotAllowedError):
            return_to_resident(session, DESK, application, {"fee": "x"}, staff_id=people.staff, now=NOW)
    talk = goes_on(filling)
    assert isinstance(talk.step, Ask)
    assert (talk.step.field, talk.step.reason) == ("place", "どの玄関ですか。")
    talk.edit("date")
    assert talk.field == "place", "what was not returned stays as it is"
    talk.say("玄関前")
    assert talk.field == "phone"
    talk.say("03-1234-5678")
    assert isinstance(talk.step, Confirm)
    assert isinstance(talk.confirm(), Completed)
    with database.transaction() as session:
        done = submit(session, DESK, talk.step.state, resident_id=people.resident, language="ja", now=NOW + DAY, facts=sample_facts())
        assert done.application.id == number
        assert done.application.state == ApplicationState.CHECKING
        assert events_of(session, number)[-1].detail == {"fields": ["phone"]}
        assert answers_of(session, DESK, done.application)["phone"]["number"] == "03-1234-5678"


def test_change_within_the_window_moves_the_place_and_the_reminder(database: Database) -> None:
    people = settled(database)
    number = submitted(database, people.resident).application.id
    with database.transaction() as session:
        application = locked_application(session, "shiomi", number)
        assert application is not None
        talk = goes_on(begin_change(session, DESK, application, NOW))
    assert isinstance(talk.step, Confirm)
    talk.edit("name")
    assert isinstance(talk.step, Confirm), "the name is not among what may be changed"
    talk.edit("date")
    talk.say("12月22日")
    talk.confirm()
    with database.transaction() as session:
        submit(session, DESK, talk.step.state, resident_id=people.resident, language="ja", now=NOW, facts=sample_facts())
    with database.reading() as session:
        taken = {row.day: row.taken for row in session.scalars(select(Slot))}
        changed = session.get_one(Application, number)
    assert taken == {date(2026, 12, 8): 0, date(2026, 12, 22): 1}
    assert changed.next_reminder_at == datetime(2026, 12, 21, 18, 0, tzinfo=JAPAN)
    assert changed.state == ApplicationState.NEW


@pytest.mark.parametrize(
    ("now", "is_allowed"),
    [(datetime(2026, 12, 6, 23, 59, 59, tzinfo=JAPAN), True), (datetime(2026, 12, 7, 0, 0, 0, tzinfo=JAPAN), False)],
)
def test_change_and_withdrawal_end_with_the_second_day_before(database: Database, now: datetime, is_allowed: bool) -> None:
    people = settled(database)
    number = submitted(database, people.resident).application.id
    assert may_change(one(database, number), now) is is_allowed
    with database.transaction() as session:
        application = locked_application(session, "shiomi", number)
        assert application is not None
        if is_allowed:
            assert withdraw(session, DESK, application, now)[0].place == "tells.withdrawn"
            assert session.scalars(select(Slot.taken)).all() == [0]
        else:
            with pytest.raises(NotAllowedError):
                withdraw(session, DESK, application, now)
            with pytest.raises(NotAllowedError):
                begin_change(session, DESK, application, now)


def test_death_of_a_dog_stops_the_notices_at_once(database: Database) -> None:
    people = settled(database)
    number = submitted(database, people.resident, "dog_registration").application.id
    with database.reading() as session:
        assert is_stopped(session, people.resident, "rabies")
        assert not is_stopped(session, people.other, "rabies")
        assert [event.kind for event in events_of(session, number)] == [Verb.SUBMIT, Verb.EFFECT]
    submitted(database, people.other, "dog_registration", "other", replacing={"亡くなった": "市内で引っ越した", "郵送": "隣町"})
    with database.reading() as session:
        assert not is_stopped(session, people.other, "rabies")


def report(database: Database, resident: int, uid: str, near: str | None, *, notify: str = "LINEで受け取る") -> Application:
    facts = sample_facts("public_works", look_up=lambda name, answers: near if name == "near" and "place" in answers else None)
    talk = Talk("road_damage", facts=facts, uid=uid)
    talk.say("ありません", "道路", "穴", "なし")
    talk.do(Placed(latitude=34.9480, longitude=139.3050))
    if near:
        talk.say("同じです" if notify == "LINEで受け取る" else "同じです（匿名で送る）")
    talk.say("直径30cmの穴", *(() if near else (notify,)))
    talk.confirm()
    with database.transaction() as session:
        return submit(session, DESK, talk.step.state, resident_id=resident, language="ja", now=NOW, facts=facts).application


def test_every_reporter_of_the_same_thing_is_told_at_every_stage_except_who_stays_unknown(database: Database) -> None:
    people = settled(database)
    first = report(database, people.resident, "a", None)
    second = report(database, people.other, "b", first.number)
    unknown = report(database, people.other, "c", second.number, notify="匿名")
    assert (second.joined_to, unknown.joined_to) == (first.id, first.id)
    assert not unknown.shows_applicant
    with database.transaction() as session:
        application = locked_application(session, "shiomi", first.id)
        assert application is not None

        def numbers(told: object) -> list[object]:
            return [telling.gaps["number"] for telling in told]  # type: ignore[attr-defined]

        assert numbers(check(session, application, staff_id=people.staff, now=NOW)) == [first.number, second.number]
        assert numbers(accept(session, DESK, application, staff_id=people.staff, now=NOW)) == [first.number, second.number]
        assert numbers(finish(session, DESK, application, staff_id=people.staff, now=NOW)) == [first.number, second.number]
        assert [found.number for found in reports_since(session, "shiomi", "road_damage", "hole", NOW - DAY)] == [first.number]


def test_report_is_reopened_once_and_in_time(database: Database) -> None:
    people = settled(database)
    number = report(database, people.resident, "a", None).id
    with database.transaction() as session:
        application = locked_application(session, "shiomi", number)
        assert application is not None
        with pytest.raises(NotAllowedError):
            reopen(session, DESK, application, "まだです", NOW)
        check(session, application, staff_id=people.staff, now=NOW)
        finish(session, DESK, application, staff_id=people.staff, now=NOW)
        with pytest.raises(NotAllowedError):
            reopen(session, DESK, application, "まだです", NOW + 31 * DAY)
        reopen(session, DESK, application, "まだ直っていません", NOW + 30 * DAY)
        assert application.state == ApplicationState.CHECKING
        assert application.keep_until is None
        finish(session, DESK, application, staff_id=people.staff, now=NOW + 31 * DAY)
        with pytest.raises(NotAllowedError):
            reopen(session, DESK, application, "まだです", NOW + 31 * DAY)


def test_same_address_and_day_are_found_however_the_address_is_written(database: Database) -> None:
    people = settled(database)
    first = submitted(database, people.resident).application
    second = submitted(database, people.other, uid="b", replacing={"港町3-2-1": "汐見市港町３丁目２番１号"}).application
    third = submitted(database, people.other, uid="c", replacing={"港町3-2-1": "港町3-2-2"}).application
    assert first.double_key == second.double_key != third.double_key
    with database.reading() as session:
        assert has_double(session, "shiomi", first.double_key or "", besides=first.id)
        assert not has_double(session, "shiomi", third.double_key or "", besides=third.id)


def test_board_shows_what_is_due_first_and_what_is_overdue(database: Database) -> None:
    people = settled(database)
    late = submitted(database, people.resident, uid="a", now=NOW + DAY).application
    early = submitted(database, people.other, uid="b").application
    with database.reading() as session:
        rows = applications_in(session, "shiomi", states=[ApplicationState.NEW], department_id="environment")
        assert [row.id for row in rows] == [early.id, late.id]
        assert [row.id for row in overdue(session, "shiomi", datetime(2026, 12, 2, 0, 0, tzinfo=JAPAN))] == [early.id]
        assert applications_in(session, "shiomi", states=[ApplicationState.NEW], department_id="tax") == []


def test_reminder_is_due_on_the_evening_before(database: Database) -> None:
    people = settled(database)
    number = submitted(database, people.resident).application.id
    with database.transaction() as session:
        assert due_reminders(session, "shiomi", datetime(2026, 12, 7, 17, 59, tzinfo=JAPAN)) == []
        assert [row.id for row in due_reminders(session, "shiomi", datetime(2026, 12, 7, 18, 0, tzinfo=JAPAN))] == [number]


def test_forgetting_a_resident_destroys_the_key_and_waits_for_open_applications(database: Database) -> None:
    people = settled(database)
    number = submitted(database, people.resident, keeps=True).application.id
    with database.transaction() as session:
        with pytest.raises(OpenApplicationsError):
            forget_resident(session, people.resident)
        application = locked_application(session, "shiomi", number)
        assert application is not None
        sealed = application.sealed
        withdraw(session, DESK, application, NOW)
        forget_resident(session, people.resident)
    with database.transaction() as session:
        application = session.get_one(Application, number)
        application.sealed = sealed
        with pytest.raises(ForgottenError):
            answers_of(session, DESK, application)
        assert SEALS.for_resident(session, "shiomi", people.resident, NOW), "a new key begins, which opens nothing old"
        with pytest.raises(TamperedError):
            answers_of(session, DESK, application)


def test_every_state_is_told_in_words_of_the_definition(database: Database) -> None:
    people = settled(database)
    for place, procedure in enumerate(PROCEDURES.definitions):
        application = submitted(database, people.resident, procedure, f"uid{place}").application
        definition: Definition = PROCEDURES.definitions[procedure]
        with database.reading() as session:
            answers = answers_of(session, DESK, application)
        state = Filling(uid="", procedure_id=procedure, digest="", answers=answers)
        progress = Progress(definition=definition, state=state, facts=sample_facts(), now=NOW)
        wording = Wording(definition, PACK, Language.JAPANESE, progress)
        for state_name in ("accepted", "done", "refused", "returned"):
            said = wording.text(f"tells.{state_name}", number=application.number, reason="理由です。")
            assert application.number in said
            assert "{" not in said


def test_confirmed_twice_at_once_is_one(database: Database) -> None:
    """Two taps on the same card: the second finds the application of the first."""
    people = settled(database)
    talk = confirmed("oversized_waste")
    words = Words(text="はい")
    assert isinstance(talk.step, Completed)
    again = Talk("oversized_waste")
    again.step = Confirm(state=talk.step.state, fingerprint="x")
    again.do(Confirmed(fingerprint="other"))
    assert isinstance(again.step, Confirm)
    assert isinstance(again.do(words), Completed)
    for state in (talk.step.state, again.step.state):
        with database.transaction() as session:
            submit(session, DESK, state, resident_id=people.resident, language="ja", now=NOW, facts=sample_facts())
    with database.reading() as session:
        assert len(session.scalars(select(Application)).all()) == 1


def test_tellings_are_values() -> None:
    telling = Telling(application_id=1, resident_id=2, language="ja", place="tells.done", gaps={"number": "x"}, event_id=3)
    assert telling.place in PROCEDURES.definitions["oversized_waste"].texts
