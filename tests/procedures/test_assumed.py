"""Gates that somebody has read before: the next question is asked along, and whoever answers only that one is past them."""

from dataclasses import replace

import pytest

from core.errors import PackError
from core.messages import SendLocation, TakePhoto, Text
from core.pack_loading import CONTENT
from procedures.loading import read_definition
from procedures.rendering import rendered
from procedures.said import Chose, Command, Placed, SentPhoto
from procedures.steps import Ask, Between, Confirm, Stopped
from tests.procedures.talk import PACK, Talk, sample_facts

BEFORE = replace(sample_facts(), known={"report_notice": "line", "photo_consent": True})
PHOTO = SentPhoto(media=1, mime="image/jpeg", size=100_000)
IN_PORT = Placed(latitude=34.9480, longitude=139.3050)


def again(words: str = "道路の穴を通報したい") -> Talk:
    return Talk("road_damage", words, facts=BEFORE)


def test_first_report_is_asked_about_danger_by_itself() -> None:
    step = Talk("road_damage", "道路の穴を通報したい").step
    assert isinstance(step, Ask)
    assert (step.field, step.following) == ("danger", "")


def test_photo_and_place_are_all_that_a_second_report_takes() -> None:
    talk = again()
    assert isinstance(talk.step, Ask)
    assert (talk.field, talk.step.following) == ("danger", "photos")
    talk.do(PHOTO)
    assert talk.field == "place"
    talk.do(IN_PORT)
    assert isinstance(talk.step, Confirm)
    assert talk.summary["差し迫った危険"] == "危険はありません"


@pytest.mark.parametrize(
    ("words", "ends"),
    [("あります", Stopped), ("はい", Stopped), ("大きな穴で、けが人がいます", Stopped), ("何のことですか？", Between), ("ありません", Ask)],
)
def test_what_is_said_of_the_danger_itself_counts(words: str, ends: type) -> None:
    talk = again()
    talk.say(words)
    assert isinstance(talk.step, ends)
    if ends is Ask:
        assert talk.answers["danger"] is False
        assert talk.field == "photos"


def test_whoever_tells_something_at_length_is_asked_about_danger_again() -> None:
    talk = again("公園の異常を通報したい")
    assert (talk.field, talk.step.following) == ("danger", "kind")  # type: ignore[union-attr]
    talk.say("ブランコの鎖が1本切れている")
    assert "danger" not in talk.answers
    assert talk.answers["kind"] == "play"
    assert (talk.field, talk.step.following) == ("danger", "photos")  # type: ignore[union-attr]


@pytest.mark.parametrize("words", ["ベンチ", "ベンチです"])
def test_one_of_the_choices_in_a_word_is_an_answer_to_the_next_question(words: str) -> None:
    talk = again("公園の異常を通報したい")
    talk.say(words)
    assert talk.answers["danger"] is False
    assert talk.answers["kind"] == "bench"


def test_tapped_choice_of_the_next_question_and_the_way_back() -> None:
    talk = again("公園の異常を通報したい")
    talk.do(Chose(field="kind", value="bench"))
    assert talk.field == "photos"
    for _ in range(3):
        talk.command(Command.BACK)
    assert isinstance(talk.step, Ask)
    assert (talk.field, talk.step.following) == ("danger", ""), "asked anew it stands by itself"
    talk.tap("yes")
    assert isinstance(talk.step, Stopped)


def test_words_that_nobody_understands_leave_the_gate_by_itself() -> None:
    talk = again()
    talk.say("むにゃむにゃ")
    assert isinstance(talk.step, Ask)
    assert (talk.field, talk.step.following) == ("danger", "")
    assert "danger" not in talk.answers


def test_place_in_words_and_the_wish_to_send_none_pass_the_photos() -> None:
    talk = again()
    talk.say("汐見中央公園の入口")
    assert talk.answers["danger"] is False
    assert talk.answers["place"]["text"] == "汐見中央公園の入口"


def test_talk_shows_both_questions_with_their_buttons() -> None:
    talk = again()
    reply = rendered(talk.step, talk.wording())
    text = [message.text for message in reply.messages if isinstance(message, Text)][-1]
    assert "危険はありますか。" in text
    assert text.index("どれもなければ、次の質問にお答えください。") < text.index("写真を3枚まで")
    assert any(isinstance(choice.action, TakePhoto) for choice in reply.choices)
    assert [choice.label for choice in reply.choices[:2]] == ["危険があります", "危険はありません"]
    assert any(isinstance(choice.action, SendLocation) for choice in reply.choices)


def test_many_choices_of_the_next_question_do_not_push_the_gate_out_of_sight() -> None:
    step = again("通報したい").step
    assert isinstance(step, Ask)
    assert (step.field, step.following) == ("danger", "")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("assumed: {value: false", "assumed: {value: maybe", "'maybe' is no answer to it"),
        ("kept.report_notice", "kept.report_notise", "'report_notise' is kept by no field (did you mean 'report_notice'?)"),
        ("field: kept.report_notice", "field: notify", "'notify' is asked later"),
    ],
)
def test_assumed_answer_that_can_not_be_is_refused(before: str, after: str, said: str) -> None:
    source = (CONTENT / "shiomi" / "procedures" / "road_damage.yaml").read_text("utf-8")
    assert before in source
    with pytest.raises(PackError) as raised:
        read_definition(source.replace(before, after), "road_damage.yaml", PACK, BEFORE.locality)
    assert said in str(raised.value)
