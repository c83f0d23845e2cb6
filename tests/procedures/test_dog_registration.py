"""犬の登録の変更・死亡の届出, with every rule that the sample city has."""

from dataclasses import replace
from datetime import datetime

import pytest

from core.clock import JAPAN
from core.values import DatedValue, Values
from procedures.steps import Ask, Completed, Confirm, Stopped
from tests.procedures.talk import PACK, PROCEDURES, Talk, sample_facts

SAID = {
    "event": "亡くなりました",
    "microchip": "登録していない",
    "event_date": "きのう",
    "dog_name": "コロ",
    "tag_number": "汐見市 第1234号",
    "tag_return": "郵送",
    "breed": "柴犬",
    "colour": "茶",
    "sex": "オス",
    "born": "2014年5月ごろ",
    "former_owner": "鈴木一郎",
    "former_place": "隣町",
    "name": "田中 太郎 タナカ タロウ",
    "address": "港町3丁目2番1号",
    "phone": "090-1234-5678",
}


def told(event: str = "亡くなりました", *, until: str = "", now: datetime | None = None, **said: str) -> Talk:
    talk = Talk("dog_registration", now=now or datetime(2026, 11, 29, 10, 0, tzinfo=JAPAN))
    words = {**SAID, "event": event, **said}
    while isinstance(talk.step, Ask) and talk.field != until:
        before = talk.field
        talk.say(words[before])
        assert not isinstance(talk.step, Ask) or talk.field != before, (before, talk.problem)
    return talk


def test_microchip_on_the_national_site_needs_nothing_from_the_city() -> None:
    talk = told("引っ越した", until="microchip")
    step = talk.say("登録している")
    assert isinstance(step, Stopped)
    assert "市への届け出はいりません" in talk.wording().text(f"fields.microchip.stops.{step.stop}.say")
    assert talk.wording().text(f"fields.microchip.stops.{step.stop}.link").startswith("https://")


def test_for_a_dog_that_died_the_same_is_said_in_other_words() -> None:
    talk = told(until="microchip")
    assert "お悔やみ" in talk.notes
    step = talk.say("登録している")
    assert isinstance(step, Stopped)
    assert "落ち着いてから" in talk.wording().text(f"fields.microchip.stops.{step.stop}.say")


def test_cities_that_want_a_notification_all_the_same() -> None:
    """Only a value differs."""
    values = Values({**PACK.values._values, "dog.microchip_city_filing": [DatedValue(value="yes")]})
    facts = sample_facts(locality=replace(PROCEDURES.locality, values=values))
    talk = Talk("dog_registration", facts=facts)
    talk.say("引っ越した", "登録している")
    assert talk.field == "event_date"


@pytest.mark.parametrize(
    ("said", "today", "is_taken", "is_late"),
    [
        ("きのう", (2026, 11, 29), True, False),
        ("今日", (2026, 11, 29), True, False),
        ("明日", (2026, 11, 29), False, False),
        ("10月30日", (2026, 11, 29), True, False),
        ("10月29日", (2026, 11, 29), True, True),
        ("12月2日", (2027, 1, 1), True, False),
        ("12月1日", (2027, 1, 1), True, True),
        ("2月29日", (2028, 3, 30), True, False),
        ("2月29日", (2028, 3, 31), True, True),
        ("令和7年1月1日", (2026, 11, 29), True, True),
    ],
)
def test_day_is_not_in_the_future_and_after_thirty_days_the_law_is_told_gently(
    said: str, today: tuple[int, int, int], is_taken: bool, is_late: bool
) -> None:
    talk = told("引っ越した", until="event_date", now=datetime(*today, 23, 59, tzinfo=JAPAN))
    talk.say(said)
    assert ("event_date" in talk.answers) is is_taken
    assert ("20万円以下の罰金" in talk.notes) is is_late


def test_after_a_death_the_law_is_told_in_other_words_and_taken_all_the_same() -> None:
    talk = told(until="event_date")
    talk.say("先月1日")
    assert talk.field == "dog_name"
    assert "このままお受けします" in talk.notes
    assert "続けてください" not in talk.notes


@pytest.mark.parametrize(
    ("said", "next_field"),
    [("わからない", "breed"), ("なくしました", "breed"), ("なし", "breed"), ("第1234号", "tag_return"), ("ABC-12", "tag_return")],
)
def test_number_of_the_tag_is_not_examined_and_who_has_none_describes_the_dog(said: str, next_field: str) -> None:
    """「わからない」 used to be taken for the number, and nobody could tell which dog it was."""
    talk = told(until="tag_number")
    talk.say(said)
    assert talk.field == next_field


@pytest.mark.parametrize("said", ["わからない", "分からないです", "よくわからない"])
def test_not_knowing_is_not_taken_for_having_none(said: str) -> None:
    """「わからない」 ends like 「ない」: it used to be misread, and the tag was taken for lost."""
    talk = told(until="microchip")
    talk.say(said)
    assert talk.answers["microchip"] == "unknown"
    assert "tag_return" not in talk.answers
    assert talk.field == "event_date"


@pytest.mark.parametrize("said", ["わからない", "分かりません", "見つからない"])
def test_not_knowing_one_thing_answers_no_other_question(said: str) -> None:
    """At the day, 「わからない」 used to fill in that the tag was not wanted back."""
    talk = told(until="event_date")
    before = set(talk.answers)
    talk.say(said)
    assert talk.field == "event_date"
    assert set(talk.answers) == before


def test_dog_is_described_only_where_the_number_is_missing() -> None:
    assert not {"breed", "colour", "sex", "born"} & set(told().answers)
    assert {"breed", "colour", "sex"} <= set(told(tag_number="なし").answers)


@pytest.mark.parametrize(
    ("event", "asked", "not_asked"),
    [
        ("亡くなった", {"tag_return"}, {"former_owner", "former_place"}),
        ("引っ越した", {"former_place"}, {"former_owner", "tag_return"}),
        ("飼い主が変わった", {"former_owner"}, {"former_place", "tag_return"}),
        ("市外から来た", {"former_place", "tag_return"}, {"former_owner"}),
    ],
)
def test_questions_follow_the_event(event: str, asked: set[str], not_asked: set[str]) -> None:
    talk = told(event)
    assert isinstance(talk.step, Confirm)
    assert asked <= set(talk.answers)
    assert not not_asked & set(talk.answers)


def test_tag_may_be_kept_in_memory_only_of_a_dog_that_died() -> None:
    assert "形見に残したい" in told(until="tag_return").labels
    assert "形見に残したい" not in told("市外から来た", until="tag_return").labels


def test_words_fit_a_bereavement() -> None:
    talk = told()
    definition = talk.definition
    progress = talk.wording().progress
    assert definition.mournful is not None
    assert definition.mournful.holds(progress.known)
    assert definition.thanks_if[0].when.holds(progress.known)
    said = talk.wording().text("thanks_if.0.say", number="JU-2026-000001-X")
    assert "お悔やみ" in said
    assert "予防注射のお知らせは、今日から止めました" in said
    everything = [text for place, text in definition.texts.items() if "notes.0" in place or place.startswith(("thanks_if", "fields.event"))]
    assert not [text for text in everything if any(mark in text for mark in "！!♪★☆😊🎉")]
    assert isinstance(talk.confirm(), Completed)


def test_others_are_not_mourned_with() -> None:
    talk = told("引っ越した")
    assert talk.definition.mournful is not None
    assert not talk.definition.mournful.holds(talk.wording().progress.known)
    assert "お悔やみ" not in talk.notes


def test_nothing_of_a_dog_that_died_is_offered_to_be_kept() -> None:
    died, moved = told(), told("引っ越した")
    assert isinstance(died.step, Confirm)
    assert isinstance(moved.step, Confirm)
    assert died.step.may_keep == ("name", "address", "phone")
    assert set(moved.step.may_keep) == {"microchip", "dog_name", "tag_number", "name", "address", "phone"}
