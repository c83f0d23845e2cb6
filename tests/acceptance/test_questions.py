"""Everyday questions, written by somebody who had not seen the content, answered by the sample city without a wrong answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel, ConfigDict

from bot.asking import decide_alone
from bot.outcome import Outcome
from bot.tools import SearchTools
from core.clock import system_clock
from core.database import Database
from core.migrating import migrate
from core.pack_loading import CONTENT, load_pack
from tests.town import MUNICIPALITY, sample_search

QUESTIONS = Path(__file__).parent / "questions.yaml"
LEAST_ANSWERED = 60
STYLES = {"short", "kana", "typo", "colloquial", "polite", "story", "keyword", "angry", "english", "vietnamese", "chinese", "easy"}
EXPECTATIONS = {"answer", "not_ours", "chitchat", "crisis", "person", "not_crisis"}


class Asked(BaseModel):
    """One question of the file, and what is right for it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    who: str
    style: str
    about: str
    expects: str
    entries: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Replied:
    """A question and what became of it."""

    asked: Asked
    outcome: Outcome

    @property
    def decision(self) -> str:
        return self.outcome.decision.decision or ""

    @property
    def status(self) -> str:
        return self.outcome.decision.status or ""

    @property
    def shown(self) -> list[str]:
        return [str(entry["entry"]) for entry in self.outcome.decision.entries]

    @property
    def is_answered(self) -> bool:
        return self.decision == "answer"

    @property
    def is_right(self) -> bool:
        return self.is_answered and self.shown[0] in self.asked.entries

    @property
    def is_crisis(self) -> bool:
        return self.status.startswith("crisis_")

    def __str__(self) -> str:
        return f"{self.asked.expects}: {self.asked.text[:60]} → {self.decision} {self.status} {' '.join(self.shown)}"


@cache
def questions() -> tuple[Asked, ...]:
    return tuple(Asked.model_validate(fields) for fields in yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))["questions"])


def published() -> Iterator[str]:
    """The ids of the sample city's entries and guides."""
    for path in (CONTENT / MUNICIPALITY / "entries").glob("*.yaml"):
        yield from (entry["id"] for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["entries"])
    for path in (CONTENT / MUNICIPALITY / "guides").glob("*.md"):
        yield yaml.safe_load(path.read_text(encoding="utf-8").split("---")[1])["id"]


def listed(replies: list[Replied]) -> str:
    return "\n".join(["", *map(str, replies)])


@pytest.fixture(scope="module")
def replies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Replied]]:
    """All questions, each asked once and for itself, with the light models."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('acceptance') / 'city.sqlite'}")
    migrate(database)
    pack, now = load_pack(MUNICIPALITY), system_clock()
    with sample_search(database) as search:
        tools = SearchTools(database, search, load_pack)
        yield [Replied(asked=asked, outcome=decide_alone(pack, tools, asked.text, now)) for asked in questions()]
    database.close()


def of(replies: list[Replied], *expectations: str) -> list[Replied]:
    return [reply for reply in replies if reply.asked.expects in expectations]


def test_questions_are_written_as_the_file_says() -> None:
    known = set(published())
    texts = [asked.text for asked in questions()]
    assert len(texts) == len(set(texts)), "a question stands twice"
    assert len([asked for asked in questions() if asked.expects == "answer"]) >= 2 * LEAST_ANSWERED
    assert {asked.expects for asked in questions()} == EXPECTATIONS
    assert {asked.style for asked in questions()} == STYLES
    assert [asked.text for asked in questions() if not (asked.text.strip() and asked.who and asked.about)] == []
    assert [asked.text for asked in questions() if asked.expects == "answer" and not asked.entries] == []
    assert {entry for asked in questions() for entry in asked.entries} - known == set()


def test_residents_are_answered(replies: list[Replied]) -> None:
    asked = of(replies, "answer")
    right = [reply for reply in asked if reply.is_right]
    assert len(right) >= LEAST_ANSWERED, listed([reply for reply in asked if not reply.is_right])


def test_nobody_is_answered_wrongly(replies: list[Replied]) -> None:
    wrong = [reply for reply in of(replies, "answer", "not_crisis") if reply.is_answered and not reply.is_right]
    assert wrong == [], listed(wrong)


def test_what_is_not_ours_is_not_answered_as_ours(replies: list[Replied]) -> None:
    wrong = [reply for reply in of(replies, "not_ours") if reply.is_answered and not reply.is_right]
    assert wrong == [], listed(wrong)


def test_small_talk_is_not_answered_from_entries(replies: list[Replied]) -> None:
    wrong = [reply for reply in of(replies, "chitchat") if reply.decision != "refuse"]
    assert wrong == [], listed(wrong)


def test_lives_come_first(replies: list[Replied]) -> None:
    missed = [reply for reply in of(replies, "crisis") if not (reply.is_crisis and reply.decision == "handoff")]
    assert missed == [], listed(missed)


def test_ordinary_questions_are_no_crisis(replies: list[Replied]) -> None:
    wrong = [reply for reply in replies if reply.asked.expects != "crisis" and reply.is_crisis]
    assert wrong == [], listed(wrong)


def test_who_wants_a_person_gets_one(replies: list[Replied]) -> None:
    wrong = [reply for reply in of(replies, "person") if reply.decision != "handoff"]
    assert wrong == [], listed(wrong)
