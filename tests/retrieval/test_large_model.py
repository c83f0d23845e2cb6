"""When a question goes without the large model, and that the result says so."""

import threading
from dataclasses import replace

import pytest

from core.database import Database
from core.metrics import SEARCHES, SEARCHES_WITHOUT_LARGE_MODEL
from core.settings import SearchMode
from retrieval.answering import Answerer, Question
from retrieval.large_model import REMEMBERED, REST, LargeModel, Refusal, has_time
from tests.retrieval.conftest import ENTRIES, NOON, faq, publish
from tests.retrieval.fake_models import FakeEmbedder, search_with


def count(metric: object, label: str) -> float:
    return metric.labels(label)._value.get()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("present", "parallel", "seconds_each", "budget", "is_in_time"),
    [
        (0, 1, 0.02, 0.1, True),
        (0, 1, 5.0, 0.1, True),  # Nobody waits for an idle model, however slow it is.
        (1, 1, 0.02, 0.1, True),
        (5, 1, 0.02, 0.1, True),
        (6, 1, 0.02, 0.1, False),
        (1, 1, 0.2, 0.1, False),
        (1, 2, 0.2, 0.1, True),
        (2, 2, 0.2, 0.1, True),
        (3, 2, 0.2, 0.1, False),
        (7, 8, 9.0, 0.0, True),
        (8, 8, 9.0, 0.0, False),
    ],
)
def test_there_is_time_as_long_as_the_line_is_short(
    present: int, parallel: int, seconds_each: float, budget: float, is_in_time: bool
) -> None:
    assert has_time(present=present, parallel=parallel, seconds_each=seconds_each, budget=budget) is is_in_time


def test_questions_beyond_the_budget_are_answered_in_light_mode_and_the_full_mode_returns(database: Database) -> None:
    for entry_id, entry in ENTRIES.items():
        publish(database, "midori", entry_id, faq(*entry))
    embedder = FakeEmbedder(seconds=0.3)
    search = search_with(database, embedder)
    search.warm()
    searched, busy = count(SEARCHES, "light"), count(SEARCHES_WITHOUT_LARGE_MODEL, "busy")
    results = []
    start = threading.Barrier(8)

    def ask(number: int) -> None:
        start.wait()
        results.append(search.search("midori", f"犬の登録{number}", moment=NOON))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    light = [result for result in results if result.mode is SearchMode.LIGHT]
    assert len(results) == 8
    assert 1 <= len(light) < 8
    assert all(result.hits[0].entry_id == "dog" for result in results)
    assert all("e5_question" not in result.hits[0].parts for result in light)
    assert count(SEARCHES, "light") - searched == count(SEARCHES_WITHOUT_LARGE_MODEL, "busy") - busy == len(light)

    again = search.search("midori", light[0].normalised, moment=NOON)
    assert (again.mode, again.is_cached) == (SearchMode.FULL, False)
    assert "e5_question" in again.hits[0].parts


def test_a_model_that_fails_rests_and_is_asked_again() -> None:
    now = [100.0]
    embedder = FakeEmbedder(is_down=True)
    large = LargeModel(embedder, clock=lambda: now[0])
    assert large.query("犬") is Refusal.FAILED
    embedder.is_down = False
    assert large.query("犬") is Refusal.FAILED
    assert embedder.asked == []
    now[0] += REST
    assert not isinstance(large.query("犬"), Refusal)
    assert not large.is_asked


def test_a_server_that_is_away_costs_no_answer(database: Database) -> None:
    for entry_id, entry in ENTRIES.items():
        publish(database, "midori", entry_id, faq(*entry))
    embedder = FakeEmbedder()
    search = search_with(database, embedder)
    search.warm()
    embedder.is_down = True
    answer = Answerer(search).answer(Question(municipality_id="midori", text="犬を飼い始めました", moment=NOON))
    assert answer.result is not None
    assert answer.result.mode is SearchMode.LIGHT
    assert answer.candidates[0].entry_id == "dog"


def test_a_server_with_another_model_under_the_same_name_is_not_compared(database: Database) -> None:
    publish(database, "midori", "dog", faq(*ENTRIES["dog"]))
    embedder = FakeEmbedder()
    search = search_with(database, embedder)
    search.warm()
    assert search.search("midori", "犬の登録", moment=NOON).mode is SearchMode.FULL
    embedder.dimensions = 32
    assert search.search("midori", "犬を登録する", moment=NOON).mode is SearchMode.LIGHT


def test_a_hurried_question_goes_without_the_large_model_and_the_next_one_does_not(database: Database) -> None:
    for entry_id, entry in ENTRIES.items():
        publish(database, "midori", entry_id, faq(*entry))
    embedder = FakeEmbedder()
    search = search_with(database, embedder)
    search.warm()
    asked, crowded = len(embedder.asked), count(SEARCHES_WITHOUT_LARGE_MODEL, "crowded")
    hurried = Question(municipality_id="midori", text="犬を飼い始めました", moment=NOON, is_hurried=True)
    answer = Answerer(search).answer(hurried)
    assert answer.result is not None
    assert (answer.result.mode, len(embedder.asked)) == (SearchMode.LIGHT, asked)
    assert count(SEARCHES_WITHOUT_LARGE_MODEL, "crowded") > crowded

    calm = Answerer(search).answer(replace(hurried, is_hurried=False))
    assert calm.result is not None
    assert (calm.result.mode, calm.result.is_cached) == (SearchMode.FULL, False)


def test_what_was_read_lately_is_not_read_again() -> None:
    embedder = FakeEmbedder()
    large = LargeModel(embedder)
    first, second = large.query("犬"), large.query("犬")
    assert first is second
    large.query("猫")
    assert embedder.asked == ["犬", "猫"]
    for number in range(REMEMBERED):
        large.query(str(number))
    large.query("犬")
    assert embedder.asked[-1] == "犬"
