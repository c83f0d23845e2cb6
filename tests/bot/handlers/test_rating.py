"""What 違う leads to: other entries, then a person, and never the refused one."""

from collections.abc import Mapping
from datetime import datetime

import pytest

from bot.handlers.rating import give_reason, rate, rate_in_words
from bot.models import FeedbackReason
from bot.outcome import CategoryEntry, Outcome, RecordFeedback, RecordReason, Turn
from bot.routing import Route, route
from bot.states import Idle, LastAnswer
from bot.taps import GiveReason
from core.clock import to_milliseconds
from core.messages import Tap
from retrieval.answering import Answer, AnswerStatus, Question
from retrieval.models import PassageKind
from retrieval.passages import Passage
from retrieval.results import Hit
from tests.bot.turns import NOW, turn_of

LAST = LastAnswer(question="犬の登録", entries=("dog",), refused=("hen",), turn="t1", at=to_milliseconds(NOW))


def passage(entry_id: str) -> Passage:
    return Passage(id=1, entry_id=entry_id, position=0, revision=1, kind=PassageKind.FAQ, question=f"{entry_id}の質問", body="答え")


class Found:
    """Tools whose search always finds the same entries, refused ones included; remembers what was asked."""

    def __init__(self, *entries: str) -> None:
        self.hits = tuple(Hit(entry_id=entry, passage=passage(entry), score=1.0, parts={}) for entry in entries)
        self.asked: list[Question] = []

    def answer(self, question: Question) -> Answer:
        self.asked.append(question)
        return Answer(status=AnswerStatus.CHOICES_UNSURE, candidates=self.hits)

    def passage(self, municipality_id: str, entry_id: str, moment: datetime) -> Passage | None:
        return passage(entry_id)

    def categories(self, municipality_id: str, moment: datetime) -> Mapping[str, int]:
        return {}

    def entries_of(self, municipality_id: str, category: str, moment: datetime) -> tuple[CategoryEntry, ...]:
        return ()


def shown(outcome: Outcome) -> list[object]:
    return [entry["entry"] for entry in outcome.decision.entries]


def said(text: str, last: LastAnswer | None = LAST) -> Turn:
    return turn_of(text, state=Idle(last=last))


def test_first_rejection_offers_what_was_not_refused() -> None:
    tools = Found("dog", "hen", "cat", "cow")
    outcome = rate(said("違う"), tools, "t1", helped=False)
    assert shown(outcome) == ["cat", "cow"]
    assert tools.asked[0].excluded == {"dog", "hen"}
    assert tools.asked[0].earlier is None
    last = outcome.state.last
    assert last is not None
    assert (last.offered, last.refused, last.rejected) == (("cat", "cow"), ("hen", "dog"), "t1")
    assert outcome.effects == (RecordFeedback(turn_uid="t1", helped=False),)


def test_second_rejection_leads_to_a_person_and_asks_nothing() -> None:
    first = rate(said("違う"), Found("cat", "cow"), "t1", helped=False)
    tools = Found("fox")
    second = rate(said("違う", first.state.last), tools, "", helped=False)
    assert second.decision.decision == "handoff"
    assert tools.asked == []
    again = rate(said("違う", second.state.last), tools, "t1", helped=False)
    assert again.decision.decision == "handoff"
    assert tools.asked == []


def test_rejection_without_anything_near_leads_to_a_person() -> None:
    assert rate(said("違う"), Found("dog"), "t1", helped=False).decision.decision == "handoff"


def test_rejection_of_an_answer_from_further_up_does_not_touch_the_present_question() -> None:
    tools = Found("cat")
    outcome = rate(said("違う"), tools, "t0", helped=False)
    assert tools.asked == []
    assert outcome.state.last == LAST
    assert outcome.effects == (RecordFeedback(turn_uid="t0", helped=False),)


def test_rejection_without_a_remembered_answer_leads_to_a_person() -> None:
    assert rate(said("違う", None), Found("cat"), "t1", helped=False).decision.decision == "handoff"


def test_reasons_can_be_tapped_once() -> None:
    outcome = rate(said("違う"), Found("cat"), "t1", helped=False)
    assert outcome.reply is not None
    values = [choice.action.value for choice in outcome.reply.choices if isinstance(choice.action, Tap)]
    assert [value.reason for value in values if isinstance(value, GiveReason)] == [reason.value for reason in FeedbackReason]
    after = give_reason(said(""), "t1", "wrong")
    assert after.effects == (RecordReason(turn_uid="t1", reason=FeedbackReason.WRONG),)
    assert after.reply is not None
    assert not any(isinstance(choice.action, Tap) and isinstance(choice.action.value, GiveReason) for choice in after.reply.choices)


def test_reason_of_another_version_records_nothing() -> None:
    assert give_reason(said(""), "t1", "too_long").effects == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("料金が古いです", "wrong"),
        ("電話番号が違います", "wrong"),
        ("内容が古い・間違い", "wrong"),
        ("リンクが切れています", "wrong"),
        ("それは別のことを聞いています", "other_question"),
        ("わかりにくい", "unclear"),
        ("説明が難しいです", "unclear"),
        ("the information is wrong", "wrong"),
    ],
)
def test_reason_may_be_typed(text: str, reason: str) -> None:
    turn = said(text)
    assert route(turn) is Route.FEEDBACK
    (effect,) = rate_in_words(turn, Found()).effects
    assert effect == RecordReason(turn_uid="t1", reason=FeedbackReason(reason), comment=text)


@pytest.mark.parametrize(
    "text",
    ["古い冷蔵庫を捨てたい", "料金が古い場合はどうなりますか", "間違って払った税金", "日本語がわからない人の相談", "別の住所に移りたい"],
)
def test_question_is_no_reason(text: str) -> None:
    assert route(said(text)) is not Route.FEEDBACK


def test_words_of_a_reason_without_an_answer_are_a_question() -> None:
    assert route(said("料金が古いです", None)) is Route.ANSWER
