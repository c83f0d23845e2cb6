"""What a resident and the ledger get of an answer that a language model has joined."""

from datetime import date, datetime
from typing import Any

import pytest

from bot.handlers.question import answered, trace_of
from bot.routing import Route
from core.messages import Card, Language, Text
from retrieval.answers import Answer, AnswerStatus
from retrieval.composing import Composed
from retrieval.consulting import ModelState, ModelUse
from retrieval.models import PassageKind
from retrieval.passages import Passage
from tests.bot.turns import turn_of


class NothingRelated:
    """Tools of an answer that no other question belongs to."""

    def related(self, _municipality_id: str, _entry_id: str, _moment: datetime) -> tuple[Passage, ...]:
        return ()


NOTHING_RELATED: Any = NothingRelated()  # Any: of the tools no more is needed here.


def passage(number: int, *, url: str | None = None) -> Passage:
    return Passage(
        id=number,
        entry_id=f"pool-{number}",
        position=0,
        revision=1,
        version_id=10 + number,
        kind=PassageKind.FAQ,
        question=f"第{number}プールの利用料はいくらですか。",
        body=f"{number}00円です。",
        source_url=url,
        checked_on=date(2026, 11, 1),
    )


def joined(*passages: Passage) -> Answer:
    return Answer(
        status=AnswerStatus.ANSWERED_JOINED,
        passage=passages[0],
        composed=Composed(text="200円です。", is_joined=True),
        sources=passages,
        model=ModelUse(state=ModelState.USED, calls=1, prompt_tokens=300, completion_tokens=40, seconds=0.5),
    )


def test_every_source_stands_on_the_card_by_its_number_and_in_the_ledger() -> None:
    turn = turn_of("プールはいくら")
    outcome = answered(
        turn, NOTHING_RELATED, Route.ANSWER, "プールはいくら", (joined(passage(1), passage(2, url="https://www.example.jp/pool")),)
    )
    assert outcome.reply is not None
    text, card = outcome.reply.messages
    assert isinstance(text, Text)
    assert isinstance(card, Card)
    assert text.text == f"200円です。\n\n{turn.say('answer.joined')}"
    rows = {row.label: row.text for row in card.rows}
    assert rows["出典［1］"].startswith("第1プールの利用料はいくらですか。")
    assert rows["出典［2］"].endswith("https://www.example.jp/pool")
    assert "出典" not in rows
    assert [(entry["entry"], entry["version"], entry["quoted"]) for entry in outcome.decision.entries] == [
        ("pool-1", 11, True),
        ("pool-2", 12, True),
    ]


def test_a_single_source_needs_no_number() -> None:
    outcome = answered(turn_of("プールはいくら"), NOTHING_RELATED, Route.ANSWER, "プールはいくら", (joined(passage(1)),))
    assert outcome.reply is not None
    card = outcome.reply.messages[1]
    assert isinstance(card, Card)
    assert [row.label for row in card.rows if row.label.startswith("出典")] == ["出典"]


@pytest.mark.parametrize("language", list(Language))
def test_the_note_that_a_machine_joined_it_is_in_the_residents_language(language: Language) -> None:
    turn = turn_of("pool", language=language)
    outcome = answered(turn, NOTHING_RELATED, Route.ANSWER, "pool", (joined(passage(1)),))
    assert outcome.reply is not None
    text = outcome.reply.messages[0]
    assert isinstance(text, Text)
    assert turn.say("answer.joined") in text.text
    assert language is Language.JAPANESE or turn.say("answer.joined") != turn_of("x").say("answer.joined")


def test_the_trace_tells_what_came_of_it_and_what_it_took_without_words() -> None:
    trace = trace_of(joined(passage(1)))
    assert trace["model"] == "used"
    assert trace["model_use"] == {"reason": "", "calls": 1, "prompt_tokens": 300, "completion_tokens": 40, "milliseconds": 500.0}
    assert "model" not in trace_of(Answer(status=AnswerStatus.CHOICES_UNSURE))
