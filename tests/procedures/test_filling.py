"""What residents may do besides answering: back, correct, pause, stop, ask a person, ask a question; and what the talk shows."""

import pytest

from core.individual_number import has_right_check_digit
from core.messages import Card, Language, PickMoment, Tap
from procedures.rendering import MOST_QUICK_REPLIES, receipt, rendered, start_choice
from procedures.said import Chose, Command, Confirmed, Placed, SentPhoto, Words
from procedures.steps import Ask, Between, ChooseEdit, Completed, Confirm, Dropped, Paused, PersonReason, ToPerson
from tests.procedures.talk import PROCEDURES, Talk, sample_facts

NUMBER = next(f"12345678901{digit}" for digit in range(10) if has_right_check_digit(f"12345678901{digit}"))


def at_place() -> Talk:
    talk = Talk("oversized_waste")
    talk.say("家庭", "布団2枚", "以上", "港町3-2-1", "12月8日")
    assert talk.field == "place"
    return talk


def test_progress_is_counted() -> None:
    talk = at_place()
    assert isinstance(talk.step, Ask)
    assert (talk.step.number, talk.step.total) == (5, 7)


@pytest.mark.parametrize(("said", "kind"), [("やめる", Dropped), ("あとで続ける", Paused), ("職員に相談", ToPerson), ("修正", ChooseEdit)])
def test_commands_can_be_typed(said: str, kind: type) -> None:
    talk = at_place()
    assert isinstance(talk.say(said), kind)


def test_a_person_gets_what_was_filled_in() -> None:
    talk = at_place()
    step = talk.say("人と話したい")
    assert isinstance(step, ToPerson)
    assert step.reason is PersonReason.ASKED
    assert step.state.answers["address"] == {"town": "港町", "rest": "3-2-1"}


def test_back_asks_the_question_before_and_keeps_its_answer() -> None:
    talk = at_place()
    talk.command(Command.BACK)
    assert talk.field == "date"
    talk.command(Command.BACK)
    assert talk.field == "address"
    assert talk.answers["date"] == {"day": "2026-12-08", "time": ""}
    talk.tap("keep")
    assert talk.field == "place", "what was kept needs no answer again"


def test_back_at_the_first_question_stays_there() -> None:
    talk = Talk("oversized_waste")
    talk.command(Command.BACK)
    assert talk.field == "is_household"
    assert "最初の質問" in talk.notes


def test_any_answer_can_be_corrected_from_the_confirmation() -> None:
    talk = at_place()
    talk.say("玄関前", "田中 太郎 タナカ タロウ", "090-1234-5678", "修正")
    assert isinstance(talk.step, ChooseEdit)
    assert set(talk.step.fields) == {"is_household", "items", "address", "date", "place", "name", "phone"}
    talk.edit("phone")
    talk.say("03-1234-5678")
    assert isinstance(talk.step, Confirm)
    assert talk.summary["電話番号"] == "03-1234-5678"


def test_old_card_submits_nothing_that_was_changed_since() -> None:
    talk = at_place()
    talk.say("玄関前", "田中 太郎 タナカ タロウ", "090-1234-5678")
    assert isinstance(talk.step, Confirm)
    old = talk.step.fingerprint
    talk.edit("phone")
    talk.say("03-1234-5678")
    talk.do(Confirmed(fingerprint=old))
    assert isinstance(talk.step, Confirm)
    assert "内容が変わっています" in talk.notes
    assert isinstance(talk.confirm(), Completed)


def test_button_of_an_earlier_question_changes_that_answer() -> None:
    talk = at_place()
    talk.say("玄関前")
    talk.do(Chose(field="place", value="apartment"))
    assert talk.answers["place"] == "apartment"
    assert talk.field == "building"
    talk.do(Chose(field="unknown", value="x"))
    assert talk.field == "building"


@pytest.mark.parametrize("said", ["手数料はいくら？", "マットレスは出せますか", "いつまでに決めればいいですか", "祝日も集めるか教えて"])
def test_question_in_the_middle_is_handed_back_and_the_procedure_waits(said: str) -> None:
    talk = at_place()
    step = talk.say(said)
    assert isinstance(step, Between)
    assert step.question == said
    assert isinstance(step.then, Ask)
    assert step.then.field == "place"
    assert step.state.failures == 0


def test_question_where_words_are_free_is_told_from_an_answer() -> None:
    talk = Talk("road_damage", facts=sample_facts("public_works"))
    talk.say("ありません", "道路", "穴", "なし", "汐見中央公園の前")
    assert talk.field == "text"
    assert isinstance(talk.say("いつ直りますか"), Between)
    talk.command(Command.RESUME)
    talk.say("歩道のはしに直径30cmの穴があり、自転車がよけている")
    assert talk.field == "notify"


def test_after_three_failures_a_person_is_offered_and_nothing_is_lost() -> None:
    talk = at_place()
    for expected in (False, False, True):
        talk.say("むにゃむにゃ")
        assert isinstance(talk.step, Ask)
        assert talk.step.offers_person is expected
    assert "引き継ぐ" in str(rendered(talk.step, talk.wording()).messages)
    talk.say("玄関前")
    assert isinstance(talk.step, Ask)
    assert not talk.step.offers_person
    assert talk.answers["place"] == "entrance"


@pytest.mark.parametrize("said", [NUMBER, f"マイナンバーは{NUMBER[:4]} {NUMBER[4:8]} {NUMBER[8:]}です", "マイナンバー ●●●●●●●●●●●●"])
def test_individual_number_is_refused_wherever_it_is_written(said: str) -> None:
    for talk in (at_place(), Talk("oversized_waste"), Talk("dog_registration")):
        talk.say(said)
        assert isinstance(talk.step, Ask)
        assert "マイナンバー" in talk.notes
        assert NUMBER not in str(talk.step.state)
        assert talk.step.state.failures == 0
    assert "マイナンバー" in Talk("oversized_waste", f"粗大ごみを申し込みたい {NUMBER}").notes


def test_question_that_follows_is_asked_along_with_a_list() -> None:
    talk = Talk("oversized_waste")
    talk.say("家庭", "布団2枚")
    assert isinstance(talk.step, Ask)
    assert (talk.step.field, talk.step.following) == ("items", "address")
    shown = str(rendered(talk.step, talk.wording()).messages)
    assert "布団×2" in shown
    assert "住所を教えてください" in shown
    talk.do(Chose(field="address", value="緑が丘"))
    assert talk.field == "address"
    assert "緑が丘ですね" in talk.problem
    talk.say("2-5-3")
    assert talk.field == "date"
    assert talk.answers["items"][0]["quantity"] == 2  # type: ignore[index]


def test_question_that_follows_leaves_the_list_open_for_more() -> None:
    talk = Talk("oversized_waste")
    talk.say("家庭", "布団2枚", "いすも1つ")
    assert isinstance(talk.step, Ask)
    assert talk.step.following == "address"
    assert len(talk.answers["items"]) == 2  # type: ignore[arg-type]
    talk.say("むにゃむにゃ")
    assert talk.field == "items"
    assert talk.step.following == ""
    talk.say("港町3-2-1")
    assert talk.field == "date"
    assert talk.notes == ""


def test_place_after_photos_ends_the_photos() -> None:
    talk = Talk("road_damage", facts=sample_facts("public_works"))
    talk.say("ありません", "道路", "穴")
    talk.do(SentPhoto(media=1, mime="image/jpeg", size=10))
    assert talk.field == "place"
    talk.do(Placed(latitude=34.9480, longitude=139.3050))
    assert talk.field == "notify"
    assert len(talk.answers["photos"]) == 1  # type: ignore[arg-type]


def test_choices_find_room_and_the_commands_are_always_there() -> None:
    for name in PROCEDURES.definitions:
        talk = Talk(name)
        reply = rendered(talk.step, talk.wording())
        assert len(reply.choices) <= MOST_QUICK_REPLIES
        assert [choice.label for choice in reply.choices][-5:] == ["戻る", "修正", "あとで続ける", "やめる", "職員に相談"]


def test_more_than_eight_choices_become_a_list() -> None:
    talk = Talk("road_damage", "道路を通報したい")
    talk.say("ありません")
    reply = rendered(talk.step, talk.wording())
    assert len(reply.choices) == 13
    talk = Talk("oversized_waste")
    talk.say("家庭", "布団", "以上", "港町3-2-1")
    talk.command(Command.BACK)
    lists = [message for message in rendered(talk.step, talk.wording()).messages if isinstance(message, Card) and message.is_list]
    assert lists, "eight towns and 'keep' are nine"
    assert len(lists[0].choices) == 9


def test_date_picker_has_the_bounds_of_the_rule() -> None:
    talk = at_place()
    talk.command(Command.BACK)
    pickers = [choice.action for choice in rendered(talk.step, talk.wording()).choices if isinstance(choice.action, PickMoment)]
    assert pickers[0].earliest is not None
    assert pickers[0].earliest.date().isoformat() == "2026-12-02"


def test_confirmation_shows_everything_and_offers_to_remember() -> None:
    talk = at_place()
    talk.say("玄関前", "田中 太郎 タナカ タロウ", "090-1234-5678")
    card = rendered(talk.step, talk.wording()).messages[-1]
    assert isinstance(card, Card)
    assert [choice.label for choice in card.choices] == ["この内容で申し込む", "申し込んで次回も使う", "次回も使うものを選ぶ"]
    assert ("料金", "600円") in [(row.label, row.text) for row in card.rows]


def test_receipt_says_what_to_do_with_each_thing() -> None:
    talk = Talk("oversized_waste")
    talk.say("家庭", "石油ストーブ", "以上", "港町3-2-1", "12月8日", "玄関前", "田中 太郎 タナカ タロウ", "090-1234-5678")
    talk.confirm()
    reply = receipt(talk.wording(), "JU-2026-000001-X", talk.now.date())
    card = reply.messages[-1]
    assert isinstance(card, Card)
    assert card.rows[0].text == "灯油と乾電池を必ず抜く"


def test_danger_is_shown_as_an_alarm_with_numbers_to_call() -> None:
    talk = Talk("road_damage")
    talk.say("けが人がいる")
    card = rendered(talk.step, talk.wording()).messages[0]
    assert isinstance(card, Card)
    assert card.tone == "alert"
    assert [choice.label for choice in card.choices][:2] == ["110番（警察）", "119番（救急・消防）"]


@pytest.mark.parametrize("language", Language)
def test_every_step_can_be_said_in_every_language(language: Language) -> None:
    for name in PROCEDURES.definitions:
        talk = Talk(name)
        for text in ("はい", "むにゃ", "修正", "続きから", "いくらですか？", "あとで"):
            reply = rendered(talk.step, talk.wording(language))
            assert reply.messages or isinstance(talk.step, ToPerson)
            assert "{" not in str([message for message in reply.messages if not isinstance(message, Card)])
            if not isinstance(talk.step, Paused | Dropped | ToPerson) and hasattr(talk.step, "state"):
                talk.do(Words(text=text))
    assert isinstance(start_choice(talk.wording(language), "oversized_waste").action, Tap)


def test_words_of_the_start_are_not_asked_again() -> None:
    talk = Talk("dog_registration", "愛犬が亡くなりました。死亡届を出したい")
    assert talk.answers["event"] == "died"
    assert talk.field == "microchip"


def test_labels_of_buttons_can_be_typed_in_the_language_in_which_they_were_shown() -> None:
    talk = Talk("road_damage", facts=sample_facts("public_works"))
    talk.say("There is no danger", "road", "Hole in the road", "skip")
    assert talk.answers == {"danger": False, "category": "road", "kind": "hole"}
    assert talk.field == "place"


KNOWN = {"name": {"name": "田中 太郎", "kana": "タナカ タロウ"}, "phone": {"number": "090-1234-5678", "hours": ""}}


def test_what_is_known_and_all_that_is_left_stands_on_the_confirmation_at_once() -> None:
    """It used to be a question of its own before the last card."""
    talk = Talk("oversized_waste", facts=sample_facts(known=KNOWN))
    talk.say("家庭", "布団", "以上", "港町3-2-1", "12月8日", "玄関前")
    assert isinstance(talk.step, Confirm)
    assert "お名前、電話番号" in talk.notes
    assert talk.answers["phone"] == KNOWN["phone"]
    # What is kept as it is needs no consent again.
    assert talk.step.may_keep == ("is_household", "address", "place")
    talk.edit("phone")
    talk.say("080-1111-2222")
    assert isinstance(talk.step, Confirm)
    assert talk.step.may_keep == ("is_household", "address", "place", "phone")


def test_labels_of_the_cards_can_be_typed() -> None:
    talk = Talk("oversized_waste", facts=sample_facts(known={"waste_origin": True, **KNOWN}))
    talk.say("そのまま使う", "布団", "以上", "港町3-2-1", "12月8日", "玄関前")
    assert isinstance(talk.step, Confirm)
    talk.edit("phone")
    talk.say("このまま")
    assert isinstance(talk.step, Confirm)
    step = talk.say("申し込んで次回も使う")
    assert isinstance(step, Completed)
    assert step.keeps
