"""What filling may look at, read from the database: slots, what was given before, reports nearby, the same application again."""

from datetime import date

from bot.procedure_facts import facts_for
from core.database import Database
from procedures.slots import set_capacity
from procedures.steps import Ask, Confirm, OfferKnown
from procedures.submitting import submit
from tests.procedures.database import DESK, SAID, SEALS, settled, submitted
from tests.procedures.talk import NOW, PACK, PROCEDURES, Talk


def test_second_resident_sees_what_the_first_left(database: Database) -> None:
    people = settled(database)
    submitted(database, people.resident, keeps=True)
    with database.transaction() as session:
        set_capacity(session, "shiomi", "oversized_waste", "date|港町|2026-12-22|", day=date(2026, 12, 22), capacity=0)
    definition = PROCEDURES.definitions["oversized_waste"]
    with database.reading() as session:
        talk = Talk(definition, facts=facts_for(session, SEALS, PACK, PROCEDURES, definition, people.other, NOW), uid="other")
        talk.say("家庭", "いす1つ", "港町3-2-1")
        assert talk.labels[:2] == ["12/8（火） 残り39", "1/12（火） 残り40"]
        talk.say(*SAID["oversized_waste"][4:])
        assert isinstance(talk.step, Confirm)
        assert "同じ住所と収集日" in talk.notes
        again = Talk(definition, facts=facts_for(session, SEALS, PACK, PROCEDURES, definition, people.resident, NOW))
        assert isinstance(again.step, OfferKnown), "only the resident's own data are offered"


def test_report_nearby_is_found_joined_and_told(database: Database) -> None:
    people = settled(database)
    first = submitted(database, people.resident, "road_damage", "first").application
    definition = PROCEDURES.definitions["road_damage"]
    with database.transaction() as session:
        facts = facts_for(session, SEALS, PACK, PROCEDURES, definition, people.other, NOW)
        talk = Talk(definition, facts=facts, uid="second")
        talk.say("ありません", "道路", "穴", "なし", "汐見中央公園の前")
        assert isinstance(talk.step, Ask)
        assert talk.step.field == "same"
        assert "11/29（日）" in talk.wording().text("fields.same.ask")
        talk.say("同じです", "もっと大きくなっています")
        talk.confirm()
        done = submit(session, DESK, talk.step.state, resident_id=people.other, language="ja", now=NOW, facts=facts)
        assert done.application.joined_to == first.id
        assert facts.look_up("near", talk.answers) == first.number
        alone = facts_for(session, SEALS, PACK, PROCEDURES, definition, people.resident, NOW, besides=first.id)
        assert alone.look_up("near", talk.answers) is None, "a report is not near itself, and what joined it is not counted"
        other = Talk(definition, facts=facts, uid="third")
        other.say("ありません", "道路", "側溝", "なし", "汐見中央公園の前")
        assert isinstance(other.step, Ask)
        assert other.step.field == "text", "another class is another thing"
