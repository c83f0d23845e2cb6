"""Questions of residents, written by people who had not seen the content, answered by the sample city with hardly a wrong answer."""

from collections.abc import Iterator

import pytest

from bot.asked import CITY, Replied, read_asked, replies_to
from bot.measuring import decided_of
from core.pack_loading import CONTENT
from core.yaml_text import read_yaml
from tests.sample_city import shared_search

EVERYDAY = "questions"
RESIDENTS = ("residents_fitted", "residents_held_out")
LEAST_ANSWERED = 80
LEAST_PRECISION = 0.98
LEAST_COVERAGE = 0.58
MOST_NOT_OURS = 0.1
STYLES = {"short", "kana", "typo", "colloquial", "polite", "story", "keyword", "angry", "english", "vietnamese", "chinese", "easy"}
EXPECTATIONS = {"answer", "not_ours", "chitchat", "crisis", "person", "not_crisis"}


def published() -> Iterator[str]:
    """The ids of the sample city's entries and guides."""
    for path in (CONTENT / CITY / "entries").glob("*.yaml"):
        yield from (entry["id"] for entry in read_yaml(path.read_text(encoding="utf-8"))["entries"])
    for path in (CONTENT / CITY / "guides").glob("*.md"):
        yield read_yaml(path.read_text(encoding="utf-8").split("---")[1])["id"]


def listed(replies: list[Replied]) -> str:
    return "\n".join(["", *(f"{one.asked.expects}: {one.asked.text[:60]} → {one.decision} {' '.join(one.shown)}" for one in replies)])


@pytest.fixture(scope="module")
def by_file() -> dict[str, list[Replied]]:
    """All questions, each asked once and for itself, with the light models."""
    database, search = shared_search()
    return {name: replies_to(read_asked(name), database, search) for name in (EVERYDAY, *RESIDENTS, "chat", "elsewhere")}


@pytest.fixture(scope="module")
def replies(by_file: dict[str, list[Replied]]) -> list[Replied]:
    return by_file[EVERYDAY]


def _is_crisis(reply: Replied) -> bool:
    return (reply.outcome.decision.status or "").startswith("crisis_")


def of(replies: list[Replied], *expectations: str) -> list[Replied]:
    return [reply for reply in replies if reply.asked.expects in expectations]


def test_questions_are_written_as_the_file_says() -> None:
    known = set(published())
    texts = [asked.text for asked in read_asked(EVERYDAY)]
    assert len(texts) == len(set(texts)), "a question stands twice"
    assert len([asked for asked in read_asked(EVERYDAY) if asked.expects == "answer"]) >= 130
    assert {asked.expects for asked in read_asked(EVERYDAY)} == EXPECTATIONS
    assert {asked.style for asked in read_asked(EVERYDAY)} == STYLES
    assert [asked.text for asked in read_asked(EVERYDAY) if not (asked.text.strip() and asked.who and asked.about)] == []
    assert [asked.text for asked in read_asked(EVERYDAY) if asked.expects == "answer" and not asked.entries] == []
    assert {entry for asked in read_asked(EVERYDAY) for entry in asked.entries} - known == set()


def test_residents_are_answered(replies: list[Replied]) -> None:
    asked = of(replies, "answer")
    right = [reply for reply in asked if reply.is_right]
    assert len(right) >= LEAST_ANSWERED, listed([reply for reply in asked if not reply.is_right])


def test_nobody_is_answered_wrongly(replies: list[Replied]) -> None:
    wrong = [reply for reply in of(replies, "answer", "not_crisis") if reply.is_answered and reply.shown and not reply.is_right]
    assert wrong == [], listed(wrong)


def test_what_is_not_ours_is_hardly_answered_as_ours(by_file: dict[str, list[Replied]]) -> None:
    asked = [reply for name in (EVERYDAY, *RESIDENTS) for reply in of(by_file[name], "not_ours")]
    wrong = [reply for reply in asked if reply.is_answered and not reply.is_right]
    assert len(wrong) <= MOST_NOT_OURS * len(asked), listed(wrong)


def test_small_talk_is_not_answered_from_entries(replies: list[Replied]) -> None:
    wrong = [reply for reply in of(replies, "chitchat") if reply.decision != "refuse"]
    assert wrong == [], listed(wrong)


def test_lives_come_first(replies: list[Replied]) -> None:
    missed = [reply for reply in of(replies, "crisis") if not (_is_crisis(reply) and reply.decision == "handoff")]
    assert missed == [], listed(missed)


def test_ordinary_questions_are_no_crisis(replies: list[Replied]) -> None:
    wrong = [reply for reply in replies if reply.asked.expects != "crisis" and _is_crisis(reply)]
    assert wrong == [], listed(wrong)


def test_who_wants_a_person_gets_one(replies: list[Replied]) -> None:
    wrong = [reply for reply in of(replies, "person") if reply.decision != "handoff"]
    assert wrong == [], listed(wrong)


@pytest.mark.parametrize("name", RESIDENTS)
def test_residents_questions_are_written_as_the_files_say(name: str) -> None:
    asked = read_asked(name)
    assert len({one.text for one in asked}) == len(asked) >= 200
    assert {entry for one in asked for entry in one.entries} - set(published()) == set()
    assert [one.text for one in asked if one.expects == "answer" and not one.entries] == []


def test_no_topic_is_both_fitted_and_held_out() -> None:
    fitted, held_out = ({entry for one in read_asked(name) for entry in one.entries} for name in RESIDENTS)
    assert fitted & held_out == set()


@pytest.mark.parametrize("name", RESIDENTS)
def test_residents_are_answered_rightly(by_file: dict[str, list[Replied]], name: str) -> None:
    asked = of(by_file[name], "answer")
    decided = decided_of(asked)
    assert decided.precision >= LEAST_PRECISION, listed([reply for reply in asked if reply.is_answered and not reply.is_right])
    assert decided.coverage >= LEAST_COVERAGE


def test_chatter_is_not_answered_from_entries(by_file: dict[str, list[Replied]]) -> None:
    wrong = [reply for replies in by_file.values() for reply in of(replies, "chitchat") if reply.is_answered and reply.shown]
    assert len(wrong) <= 0.02 * sum(len(of(replies, "chitchat")) for replies in by_file.values()), listed(wrong)
