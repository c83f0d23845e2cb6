"""What a resident gave once: kept with consent, offered with one tap, shown, corrected, deleted. And what is begun, and one-time links."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.database import Database
from core.errors import TamperedError
from procedures.fillings import draft_to_remind, drafts_to_remind, drop_expired, filling_of, latest_filling, save_filling
from procedures.forms import LinkOverError, extend_link, make_link, opened_link, use_link
from procedures.models import FillingRow, PersonalDatum
from procedures.personal_data import correct_datum, delete_data, delete_datum, known_data, known_values
from procedures.said import ChoseToKeep, Command, Gave
from procedures.steps import Ask, ChooseKept, Completed, Confirm, OfferKnown
from procedures.submitting import submit
from tests.procedures.database import DESK, SEALS, confirmed, settled, submitted
from tests.procedures.talk import NOW, PROCEDURES, Talk, sample_facts

DAY = timedelta(days=1)


def test_nothing_is_kept_without_consent(database: Database) -> None:
    people = settled(database)
    submitted(database, people.resident, keeps=False)
    with database.reading() as session:
        assert known_data(session, SEALS, people.resident, NOW) == ()


def test_what_is_kept_has_purpose_origin_and_end(database: Database) -> None:
    people = settled(database)
    submitted(database, people.resident, keeps=True)
    with database.reading() as session:
        found = known_data(session, SEALS, people.resident, NOW)
        assert [datum.kind for datum in found] == ["address", "name", "phone", "waste_origin", "waste_place"]
        assert all(datum.purpose and datum.origin == "oversized_waste" for datum in found)
        assert found[0].expires_at == NOW + 365 * DAY
        assert known_data(session, SEALS, people.resident, NOW + 365 * DAY) == ()
        assert known_data(session, SEALS, people.other, NOW) == ()


def test_only_what_was_consented_to_is_kept(database: Database) -> None:
    """One by one: a name may be kept without the telephone."""
    people = settled(database)
    talk = confirmed("oversized_waste")
    with database.transaction() as session:
        facts = sample_facts()
        submit(session, DESK, talk.step.state, resident_id=people.resident, language="ja", now=NOW, facts=facts, keeps=("name", "fee"))
    with database.reading() as session:
        assert [datum.kind for datum in known_data(session, SEALS, people.resident, NOW)] == ["name"]


def test_consent_is_chosen_for_each_answer_and_can_be_taken_back() -> None:
    talk = Talk("oversized_waste", facts=sample_facts())
    talk.say("家庭", "布団", "以上", "港町3-2-1", "12月8日", "玄関前", "田中 太郎 タナカ タロウ", "090-1234-5678")
    assert isinstance(talk.step, Confirm)
    may = talk.step.may_keep
    step = talk.do(ChoseToKeep())
    assert isinstance(step, ChooseKept)
    assert step.fields == may
    talk.do(ChoseToKeep(field="name", keeps=True))
    talk.do(ChoseToKeep(field="phone", keeps=True))
    talk.do(ChoseToKeep(field="items", keeps=True))
    talk.do(ChoseToKeep(field="phone", keeps=False))
    talk.do(Gave(command=Command.RESUME))
    assert isinstance(talk.step, Confirm)
    assert talk.step.state.keeping == ("name",)
    done = talk.confirm()
    assert isinstance(done, Completed)
    assert done.keeps == ("name",)


def test_second_procedure_takes_at_most_half_the_questions(database: Database) -> None:
    people = settled(database)
    submitted(database, people.resident, keeps=True)
    with database.reading() as session:
        known = known_values(session, SEALS, people.resident, NOW)
    talk = Talk("oversized_waste", "布団2枚を粗大ごみに申し込みたい", facts=sample_facts(known=known))
    turns = 0
    said = {"is_household": "家庭", "items": "これで全部", "date": "12月8日", "place": "玄関前"}
    while not isinstance(talk.step, Completed):
        turns += 1
        match talk.step:
            case Ask(field=name):
                talk.say(said[name])
            case OfferKnown(values=values):
                assert set(values) == {"is_household", "address", "place", "name", "phone"}
                talk.use_known()
            case Confirm():
                talk.confirm()
    assert turns == 4, "what is known, the list, the day, the confirmation; the first time it were eight or more"


def test_known_data_can_be_declined_or_answered_over() -> None:
    person = {"name": {"name": "田中 太郎", "kana": "タナカ タロウ"}, "phone": {"number": "090-1234-5678", "hours": ""}}
    known = {"waste_origin": True, **person}
    talk = Talk("oversized_waste", facts=sample_facts(known=known))
    assert isinstance(talk.step, OfferKnown)
    talk.say("いいえ")
    assert talk.field == "is_household"
    other = Talk("oversized_waste", facts=sample_facts(known=known))
    other.say("店で使っていた物です")
    assert other.answers["is_household"] is False


def test_known_datum_that_does_not_fit_any_more_is_not_offered() -> None:
    known = {"address": {"town": "なくなった町", "rest": "1-1"}, "phone": {"number": "12", "hours": ""}}
    talk = Talk("oversized_waste", facts=sample_facts(known=known))
    talk.say("家庭", "布団", "以上")
    assert talk.field == "address"


def test_data_are_corrected_and_deleted_one_by_one_and_all(database: Database) -> None:
    people = settled(database)
    submitted(database, people.resident, keeps=True)
    with database.transaction() as session:
        assert correct_datum(session, SEALS, people.resident, "phone", {"number": "03-1234-5678", "hours": ""}, NOW + DAY)
        assert not correct_datum(session, SEALS, people.resident, "unknown", "x", NOW)
        known = {datum.kind: datum for datum in known_data(session, SEALS, people.resident, NOW)}
        assert known["phone"].value["number"] == "03-1234-5678"
        assert known["phone"].origin == "corrected"
        assert delete_datum(session, people.resident, "name")
        assert not delete_datum(session, people.resident, "name")
        assert delete_data(session, people.resident) == 4
        assert session.scalars(select(PersonalDatum)).all() == []


def begun(database: Database, resident: int, uid: str = "uid") -> Talk:
    talk = Talk("oversized_waste", uid=uid)
    talk.say("家庭", "布団2枚")
    with database.transaction() as session:
        save_filling(session, SEALS, PROCEDURES, talk.step.state, municipality_id="shiomi", resident_id=resident, now=NOW)
    return talk


def test_what_is_begun_is_kept_for_seven_days_and_reminded_of_once(database: Database) -> None:
    people = settled(database)
    talk = begun(database, people.resident)
    with database.transaction() as session:
        assert filling_of(session, SEALS, people.resident, "oversized_waste", NOW + 7 * DAY - timedelta(seconds=1)) == talk.step.state
        assert latest_filling(session, SEALS, people.other, NOW) is None
        assert filling_of(session, SEALS, people.resident, "oversized_waste", NOW + 7 * DAY) is None
        assert drafts_to_remind(session, "shiomi", NOW + 4 * DAY) == []
        [row] = drafts_to_remind(session, "shiomi", NOW + 5 * DAY)
        locked = draft_to_remind(session, row.id, NOW + 5 * DAY)
        assert locked is not None
        locked.reminded_at = NOW + 5 * DAY
        session.flush()
    with database.transaction() as session:
        assert drafts_to_remind(session, "shiomi", NOW + 6 * DAY) == []
        assert draft_to_remind(session, row.id, NOW + 6 * DAY) is None
        assert drop_expired(session, "shiomi", NOW + 6 * DAY) == 0
        assert drop_expired(session, "shiomi", NOW + 7 * DAY) == 1


def test_beginning_again_replaces_what_was_begun_and_nobody_sees_anothers(database: Database) -> None:
    people = settled(database)
    begun(database, people.resident, "first")
    begun(database, people.resident, "second")
    begun(database, people.other, "third")
    with database.reading() as session:
        assert sorted(session.scalars(select(FillingRow.uid))) == ["second", "third"]
        mine = latest_filling(session, SEALS, people.resident, NOW)
        assert mine is not None
        assert mine.uid == "second"


def test_link_to_a_form_is_signed_short_lived_and_used_once(database: Database) -> None:
    people = settled(database)
    begun(database, people.resident)
    given = {"municipality_id": "shiomi", "resident_id": people.resident, "filling_uid": "uid", "field": "account", "now": NOW}
    with database.transaction() as session:
        void = make_link(session, SEALS, **given)  # type: ignore[arg-type]
        token = make_link(session, SEALS, **given)  # type: ignore[arg-type]
        with pytest.raises(TamperedError):
            opened_link(session, SEALS, void, NOW)
        link = opened_link(session, SEALS, token, NOW + timedelta(minutes=29))
        assert (link.filling_uid, link.field) == ("uid", "account")
        for wrong in (
            "",
            ".",
            "1",
            "x.y",
            token[:-1] + ("A" if token[-1] != "A" else "B"),
            "9" * 30 + ".x",
            "²." + token,
            token + "x",
            "\0.x",
        ):
            with pytest.raises(TamperedError):
                opened_link(session, SEALS, wrong, NOW)
        with pytest.raises(LinkOverError):
            opened_link(session, SEALS, token, NOW + timedelta(minutes=30))
        extend_link(session, link, NOW + timedelta(minutes=29))
        assert opened_link(session, SEALS, token, NOW + timedelta(minutes=50)) is link
        use_link(session, link, NOW)
        with pytest.raises(LinkOverError):
            use_link(session, link, NOW)
        session.refresh(link)
        with pytest.raises(LinkOverError):
            opened_link(session, SEALS, token, NOW)


def test_link_is_void_when_the_procedure_was_given_up(database: Database) -> None:
    people = settled(database)
    begun(database, people.resident)
    with database.transaction() as session:
        token = make_link(
            session, SEALS, municipality_id="shiomi", resident_id=people.resident, filling_uid="uid", field="account", now=NOW
        )
        session.delete(session.scalars(select(FillingRow)).one())
        session.flush()
        with pytest.raises(LinkOverError):
            opened_link(session, SEALS, token, NOW)
