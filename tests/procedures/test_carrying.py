"""A filling in progress goes on with the version that is in force; an application keeps the one with which it was filled in."""

from dataclasses import replace

from core.database import Database
from core.edits import digest_of
from procedures.carrying import carried_over
from procedures.definition import Definition
from procedures.filling import fill
from procedures.loading import read_source
from procedures.said import Command, Confirmed, Gave, Words
from procedures.source_edits import changed
from procedures.state import Filling
from procedures.steps import Ask, Completed, Confirm
from procedures.versions import definition_of, store_text
from tests.procedures.database import DESK, settled, submitted
from tests.procedures.talk import NOW, PROCEDURES, Talk, sample_facts

WASTE = PROCEDURES.definitions["oversized_waste"]
SOURCE = PROCEDURES.sources["oversized_waste"]
SAID = ("家庭", "布団2枚", "以上", "港町3-2-1", "12月8日", "玄関前", "田中 太郎 タナカ タロウ")


def edited(before: str, after: str) -> tuple[Definition, str]:
    assert before in SOURCE
    text = SOURCE.replace(before, after, 1)
    return read_source(text, "edited"), digest_of(text)


def begun() -> Filling:
    return replace(Talk("oversized_waste").say(*SAID).state, digest=digest_of(SOURCE))


def resumed(state: Filling, definition: Definition):  # type: ignore[no-untyped-def]
    return fill(definition, state, Gave(command=Command.RESUME), now=NOW, facts=sample_facts())


def test_nothing_is_asked_again_where_the_questions_stayed_alike() -> None:
    now, digest = edited("昼間に連絡のつく電話番号を教えてください。", "電話番号は？")
    state = carried_over(begun(), WASTE, now, digest)
    assert (state.digest, state.answers) == (digest, begun().answers)
    step = resumed(state, now)
    assert isinstance(step, Ask)
    assert step.field == "phone"
    assert carried_over(begun(), WASTE, WASTE, digest_of(SOURCE)) == begun()


def test_sum_is_the_one_of_the_version_in_force() -> None:
    now, digest = edited("product_of: [items.stickers, fees.sticker]", "product_of: [items.stickers, items.count, fees.sticker]")
    step = fill(now, carried_over(begun(), WASTE, now, digest), Words(text="090-1234-5678"), now=NOW, facts=sample_facts())
    old = fill(WASTE, begun(), Words(text="090-1234-5678"), now=NOW, facts=sample_facts())
    assert isinstance(step, Confirm)
    assert isinstance(old, Confirm)
    assert step.state.answers["fee"] == 2 * old.state.answers["fee"]
    # The card of the earlier version submits nothing.
    again = fill(now, step.state, Confirmed(fingerprint=old.fingerprint), now=NOW, facts=sample_facts())
    assert isinstance(again, Confirm)
    assert isinstance(fill(now, step.state, Confirmed(fingerprint=step.fingerprint), now=NOW, facts=sample_facts()), Completed)


def test_answer_of_another_type_and_question_that_is_gone_are_dropped() -> None:
    now, digest = edited("      - name: place_note\n        type: text", "      - name: place_note\n        type: number")
    state = replace(begun(), answers={**begun().answers, "place_note": "裏口", "gone": 1}, skipped=("gone",), revisiting="gone")
    carried = carried_over(state, WASTE, now, digest)
    assert set(carried.answers) == set(begun().answers)
    assert (carried.skipped, carried.revisiting) == ((), "")
    assert set(carried_over(state, None, now, digest).answers) == {*begun().answers, "place_note"}


def test_new_question_is_asked_and_what_is_forbidden_now_is_asked_anew() -> None:
    new = "      - {name: stairs, type: yes_no, label: 階段, ask: 階段はありますか。}\n      - name: building\n"
    now, digest = edited("      - name: building\n", new)
    step = resumed(carried_over(begun(), WASTE, now, digest), now)
    assert isinstance(step, Ask)
    assert step.field == "stairs"
    now, digest = edited("{value: waste.oversized_max_items}", "1")
    step = fill(now, carried_over(begun(), WASTE, now, digest), Words(text="090-1234-5678"), now=NOW, facts=sample_facts())
    assert isinstance(step, Ask)
    assert step.field == "items"


def test_what_completes_an_application_keeps_its_version() -> None:
    now, digest = edited("昼間に連絡のつく電話番号を教えてください。", "電話番号は？")
    state = replace(begun(), application_id=7)
    assert carried_over(state, WASTE, now, digest) == state


def test_application_shows_the_texts_with_which_it_was_filled_in(database: Database) -> None:
    people = settled(database)
    application = submitted(database, people.resident).application
    text = changed(SOURCE, [(("steps", 1, "fields", 1, "label"), "取りに行く日")])
    later = replace(
        PROCEDURES,
        definitions={**PROCEDURES.definitions, "oversized_waste": read_source(text, "later")},
        digests={**PROCEDURES.digests, "oversized_waste": digest_of(text)},
        sources={**PROCEDURES.sources, "oversized_waste": text},
    )
    with database.transaction() as session:
        store_text(session, "shiomi", "oversized_waste", text, NOW)
        own = definition_of(session, DESK.municipality_id, later, "oversized_waste", application.digest)
        assert own.by_name["date"].label == "収集日"
        assert definition_of(session, "shiomi", later, "oversized_waste", digest_of(text)).by_name["date"].label == "取りに行く日"
