"""Short messages that continue a talk: most are understood, and none is answered with something else."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict

from bot.asking import turn_of
from bot.handlers import HANDLERS
from bot.outcome import Outcome
from bot.routing import route
from bot.states import Idle, State, dump_state, load_state
from bot.taps import RateAnswer
from bot.tools import SearchTools
from core.clock import system_clock
from core.messages import Tap
from core.pack_loading import load_pack
from core.yaml_text import read_yaml
from tests.acceptance.test_questions import published
from tests.sample_city import shared_search
from tests.town import MUNICIPALITY

DIALOGUES = Path(__file__).parent / "follow_ups.yaml"
LEAST_DIALOGUES = 40
LEAST_RIGHT = 0.8


class Strict(BaseModel):
    """Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Exchange(Strict):
    """What a resident says, and what is right for it."""

    say: str
    entries: tuple[str, ...]
    kind: Literal["own", "follow_up"] = "follow_up"


class Dialogue(Strict):
    """A talk with one resident; the first question sets the scene."""

    turns: tuple[Exchange, ...]


@dataclass(frozen=True, kw_only=True)
class Followed:
    """A message after the first of its talk, and what became of it."""

    before: str
    exchange: Exchange
    outcome: Outcome

    @property
    def shown(self) -> list[str]:
        return [str(entry["entry"]) for entry in self.outcome.decision.entries]

    @property
    def is_answered(self) -> bool:
        return self.outcome.decision.decision == "answer"

    @property
    def is_right(self) -> bool:
        """Answered with a right entry, or a right entry is the first choice."""
        return self.outcome.decision.decision in ("answer", "choices") and self.shown[:1] != [] and self.shown[0] in self.exchange.entries

    def __str__(self) -> str:
        return f"{self.before} → {self.exchange.say} → {self.outcome.decision.status} {' '.join(self.shown[:3])}"


def dialogues() -> tuple[Dialogue, ...]:
    return tuple(Dialogue.model_validate(fields) for fields in read_yaml(DIALOGUES.read_text(encoding="utf-8"))["dialogues"])


@pytest.fixture(scope="module")
def followed() -> list[Followed]:
    """Every talk once, with the light models, its state going through the database's form."""
    pack, now = load_pack(MUNICIPALITY), system_clock()
    found: list[Followed] = []
    tools = SearchTools(*shared_search(), load_pack)
    for dialogue in dialogues():
        state: State = Idle()
        for number, exchange in enumerate(dialogue.turns):
            turn = replace(turn_of(pack, exchange.say, now), state=state)
            outcome = HANDLERS[route(turn)](turn, tools)
            state = load_state(dump_state(outcome.state))
            if number:
                found.append(Followed(before=dialogue.turns[number - 1].say, exchange=exchange, outcome=outcome))
    return found


def listed(found: list[Followed]) -> str:
    return "\n".join(["", *map(str, found)])


def test_talks_are_written_as_the_file_says() -> None:
    talks = dialogues()
    assert len(talks) >= LEAST_DIALOGUES
    assert all(len(talk.turns) in (2, 3) for talk in talks)
    assert {entry for talk in talks for turn in talk.turns for entry in turn.entries} - set(published()) == set()
    assert all(turn.entries for talk in talks for turn in talk.turns)


def test_most_messages_that_continue_a_talk_are_understood(followed: list[Followed]) -> None:
    wrong = [one for one in followed if not one.is_right]
    assert len(wrong) <= (1 - LEAST_RIGHT) * len(followed), listed(wrong)


def test_none_is_answered_with_something_else(followed: list[Followed]) -> None:
    wrong = [one for one in followed if one.is_answered and not one.is_right]
    assert wrong == [], listed(wrong)


def test_every_answer_asks_whether_it_helped(followed: list[Followed]) -> None:
    for one in followed:
        if one.is_answered and one.outcome.reply is not None:
            values = [choice.action.value for choice in one.outcome.reply.choices if isinstance(choice.action, Tap)]
            assert {value.helped for value in values if isinstance(value, RateAnswer)} == {True, False}, str(one)
