"""The steps of a request to be called back."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from bot.handlers.callback import MAX_FAILURES, ask_for_phone, continue_callback, time_chosen
from bot.handlers.handing_over import show_office
from bot.incoming import Tapped
from bot.outcome import OpenCase, Outcome, StoreCallback
from bot.states import AskedForPhone, AskedForTime, Idle, resumed
from bot.taps import Cancel, ChooseCallTime, RequestCallback
from core.clock import JAPAN
from core.messages import Language, Tap, Text
from handoff.models import CaseReason
from retrieval.answering import Answer, AnswerStatus, Question
from tests.bot.turns import ANSWERED, PACK, turn_of

NIGHT = datetime(2026, 11, 20, 20, 0, tzinfo=JAPAN)
"""A Friday evening before a long weekend."""
TIME = AskedForTime(phone="090-1234-5678", topic="犬の登録", department_id="general_affairs", last=ANSWERED.last)


class NoTools:
    """Handlers must not ask anything here."""

    def __getattr__(self, name: str) -> Any:  # Any: whatever is asked for fails.
        raise AssertionError(f"asked for {name}")


def texts(outcome: Outcome) -> str:
    assert outcome.reply is not None
    return "\n".join(message.text for message in outcome.reply.messages if isinstance(message, Text))


def offered(outcome: Outcome) -> list[object]:
    assert outcome.reply is not None
    return [choice.action.value for choice in outcome.reply.choices if isinstance(choice.action, Tap)]


def test_open_office_is_offered_with_the_choice_to_be_called_back() -> None:
    for now, words in ((turn_of("職員").now, "いま受付中です"), (NIGHT, "次の受付は11月24日（火）8:30からです")):
        outcome = show_office(turn_of("職員", now=now))
        assert words in texts(outcome)
        assert RequestCallback() in offered(outcome)
        assert outcome.decision.decision == "handoff"


def test_pack_without_departments_still_names_the_city_hall() -> None:
    lonely = replace(PACK, departments={})
    assert texts(show_office(turn_of("職員", pack=lonely))) == turn_of("x").say("staff.none")


def test_office_is_named_in_the_language_of_the_resident() -> None:
    for language, name in ((Language.JAPANESE, "総務課"), (Language.KOREAN, "총무과(総務課)")):
        turn = turn_of("職員", language=language)
        assert name in texts(show_office(turn))
        assert name in texts(time_chosen(turn_of("x", state=TIME, language=language), "morning"))


def test_request_goes_from_number_to_time_to_a_promise() -> None:
    asked = ask_for_phone(turn_of(Tapped(value=RequestCallback()), state=ANSWERED))
    assert asked.state == AskedForPhone(topic="犬の登録", department_id="general_affairs", last=ANSWERED.last)
    assert offered(asked) == [Cancel()]
    given = continue_callback(turn_of("０９０ー１２３４ー５６７８です", state=asked.state), NoTools())
    assert given.state == TIME
    assert [value for value in offered(given) if isinstance(value, ChooseCallTime)] == [
        ChooseCallTime(time=time) for time in ("morning", "afternoon", "any_time")
    ]
    chosen = time_chosen(turn_of(Tapped(value=ChooseCallTime(time="morning")), state=TIME, now=NIGHT), "morning")
    assert chosen.state == ANSWERED
    promised = datetime(2026, 11, 24, 8, 30, tzinfo=JAPAN)
    assert chosen.effects == (
        StoreCallback(
            phone="090-1234-5678", preferred_time="午前", topic="犬の登録", department_id="general_affairs", promised_from=promised
        ),
    )
    assert "11月24日（火）8:30以降" in texts(chosen)
    assert "090-1234-5678" in texts(chosen)


def test_typed_time_is_the_tapped_one() -> None:
    typed = continue_callback(turn_of("午前", state=TIME), NoTools())
    assert typed == replace(time_chosen(turn_of("午前", state=TIME), "morning"), trace=typed.trace)


def test_time_without_a_request_leads_to_a_person() -> None:
    for state, time in ((Idle(), "morning"), (TIME, "midnight")):
        outcome = time_chosen(turn_of("x", state=state), time)
        assert outcome.effects == ()
        assert outcome.decision.status == "handoff_asked_for"


def test_wrong_numbers_are_asked_for_again_until_a_person_is_shown() -> None:
    state: Any = AskedForPhone(last=ANSWERED.last)  # Any: the state of each step.
    for failures in range(1, MAX_FAILURES):
        outcome = continue_callback(turn_of("090-1234", state=state), NoTools())
        state = outcome.state
        assert state == AskedForPhone(failures=failures, last=ANSWERED.last)
        assert texts(outcome) == turn_of("x").say("callback.wrong_phone")
    last = continue_callback(turn_of("090-1234", state=state), NoTools())
    assert resumed(last.state) == ANSWERED
    assert last.decision.status == "handoff_stuck"
    assert [effect.reason for effect in last.effects if isinstance(effect, OpenCase)] == [CaseReason.STUCK]


@pytest.mark.parametrize(
    ("text", "phone", "sentence"),
    [
        ("080-8765-4321", "080-8765-4321", "callback.phone_changed"),
        ("すみません、番号を間違えました。０８０ー８７６５ー４３２１です", "080-8765-4321", "callback.phone_changed"),
        ("03の3580の3311に変えてください", "03-3580-3311", "callback.phone_changed"),
        ("090-1234-5678で合っています", "090-1234-5678", "callback.ask_time"),
        ("080-8765-432", "090-1234-5678", "callback.wrong_phone"),
    ],
)
def test_number_at_the_step_of_the_time_is_a_number(text: str, phone: str, sentence: str) -> None:
    outcome = continue_callback(turn_of(text, state=TIME), NoTools())
    assert outcome.state == replace(TIME, phone=phone)
    gaps = {"phone": phone} if sentence != "callback.wrong_phone" else {}
    assert texts(outcome) == turn_of("x").say(sentence, **gaps)
    assert ChooseCallTime(time="morning") in offered(outcome)
    assert Cancel() in offered(outcome)


@pytest.mark.parametrize("text", ["番号が違います", "電話番号を間違えました", "番号を変えたい", "戻る", "前に戻る", "wrong number"])
def test_wrong_number_is_asked_for_again_at_the_step_of_the_time(text: str) -> None:
    outcome = continue_callback(turn_of(text, state=TIME), NoTools())
    assert outcome.state == AskedForPhone(topic="犬の登録", department_id="general_affairs", last=ANSWERED.last)
    assert texts(outcome) == turn_of("x").say("callback.ask_phone")


class SearchOfNothing(NoTools):
    """Knows no question."""

    def answer(self, question: Question) -> Answer:
        return Answer(status=AnswerStatus.UNANSWERABLE_NO_PASSAGE)


@pytest.mark.parametrize("text", ["10:00〜12:00", "あしたの夕方", "11月25日の14時から16時", "090が使える時間"])
def test_time_in_own_words_is_kept(text: str) -> None:
    outcome = continue_callback(turn_of(text, state=TIME), SearchOfNothing())
    (effect,) = outcome.effects
    assert isinstance(effect, StoreCallback)
    assert (effect.phone, effect.preferred_time) == ("090-1234-5678", text)


def test_question_with_a_few_digits_is_no_wrong_number() -> None:
    asked: Any = AskedForPhone(last=ANSWERED.last)  # Any: as the union of states.
    outcome = continue_callback(turn_of("11月3日はごみを出せますか", state=asked), SearchOfNothing())
    assert isinstance(outcome.state, AskedForPhone)
    assert outcome.state.failures == 0
    assert turn_of("x").say("callback.still_waiting") in texts(outcome)
