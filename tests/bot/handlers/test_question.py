"""A corrected question, from what the resident wrote."""

from datetime import timedelta

import pytest

from bot.handlers.question import corrected_words, question_of, rewritten
from bot.states import Idle, LastAnswer
from core.clock import to_milliseconds
from retrieval.follow_up import Earlier, words
from tests.bot.turns import NOW, PACK, turn_of

FORMS = PACK.lexicon.correction_forms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("違う、犬じゃなくて猫", ("犬", "猫")),
        ("犬じゃなくて猫です", ("犬", "猫です")),
        ("ちがいます。住民票ではなくて印鑑証明", ("住民票", "印鑑証明")),
        ("犬ではなく、猫！", ("犬", "猫")),
        ("ＤＯＧじゃなくてＣＡＴ", ("dog", "cat")),
        ("not dogs but cats", ("dogs", "cats")),
        ("違う", ("", "")),
        ("猫の登録", ("", "")),
        ("", ("", "")),
    ],
)
def test_wrong_and_right_word_of_a_correction(text: str, expected: tuple[str, str]) -> None:
    assert corrected_words(text, FORMS) == expected


@pytest.mark.parametrize(
    ("question", "wrong", "right", "expected"),
    [
        ("犬の登録", "犬", "猫", "猫の登録"),
        ("ＤＯＧの登録", "dog", "cat", "catの登録"),
        ("ペットの登録", "犬", "猫", "猫 ペットの登録"),
        ("ペットの登録", "", "猫の登録がしたい", "猫の登録がしたい ペットの登録"),
        ("猫の登録", "", "猫", "猫"),
        ("猫の登録", "犬", "猫の登録", "猫の登録"),
    ],
)
def test_last_question_with_the_right_word(question: str, wrong: str, right: str, expected: str) -> None:
    assert rewritten(question, wrong, right) == expected


def test_question_knows_what_was_asked_before_and_what_was_refused() -> None:
    question = question_of(turn_of("手数料は", state=answered(minutes=5)), "手数料は", ("cat",))
    assert (question.municipality_id, question.text, question.moment, question.language) == ("shiomi", "手数料は", NOW, "ja")
    assert question.earlier == Earlier(question="犬の登録", entries=("dog-registration",))
    assert question.excluded == frozenset({"cat"})
    assert question_of(turn_of("手数料は"), "手数料は").earlier is None


def test_what_was_asked_long_ago_is_not_continued() -> None:
    limit = words().forgotten_after_minutes
    assert question_of(turn_of("手数料は", state=answered(minutes=limit)), "手数料は").earlier is not None
    assert question_of(turn_of("手数料は", state=answered(minutes=limit + 1)), "手数料は").earlier is None


def answered(*, minutes: int) -> Idle:
    last = LastAnswer(question="犬の登録", entries=("dog-registration",), at=to_milliseconds(NOW - timedelta(minutes=minutes)))
    return Idle(last=last)
