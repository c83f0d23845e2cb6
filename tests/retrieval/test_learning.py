"""The order of entries learns what a municipality judged, only where that is better, and can be taken back."""

import random
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from core.database import Database
from core.errors import ProjectError
from core.settings import SearchMode
from retrieval import learning, queries
from retrieval.fitting import Example
from retrieval.judging import Origin, drop_judged, forget_judged, judge_entry, masked
from retrieval.learning import FEWEST, Lesson, compare, learn, undo, use_version, verdicts
from retrieval.models import JudgedQuestion
from retrieval.reranking import Ranker, Rankers, shipped_rankers
from retrieval.search import Search
from tests.retrieval.conftest import ENTRIES, NOON, faq, publish

MODE = SearchMode.LIGHT
SHIPPED = shipped_rankers(MODE)
KEYWORDS_ONLY = Rankers(with_lens=SHIPPED.with_lens, alone=Ranker(weights={"bm25": 1.0, "use_question": 0.0, "use_answer": 0.0}))


def examples(count: int, *, telling: str | None) -> list[Example]:
    """Ten candidates each; the signal `telling` gives the right one away, without one it is any."""
    draw = random.Random(3)
    made = []
    for number in range(count):
        right = draw.randrange(10)
        candidates = [{name: draw.gauss(0, 1) for name in SHIPPED.alone.weights} for _ in range(10)]
        if telling is not None:
            candidates[right][telling] += 2.5
        gains = [float(place == right) for place in range(10)]
        made.append(Example(topic=str(number), candidates=candidates, gains=gains))
    return made


def ranked(search: Search, text: str) -> list[tuple[str, float]]:
    return [(hit.entry_id, hit.score) for hit in search.search("midori", text, moment=NOON).hits]


def take(database: Database, rankers: Rankers, replaces: int = 0) -> int | None:
    lesson = Lesson(questions=50, before=0.5, after=0.6, is_better=True, rankers=rankers)
    with database.transaction() as session:
        return learning.take(session, "midori", MODE, lesson, replaces=replaces, now=NOON)


def judge(database: Database, question: str, entry_id: str, *, is_right: bool = True, turn_uid: str | None = None) -> None:
    with database.transaction() as session:
        judge_entry(
            session, "midori", question, entry_id, is_right=is_right, origin=Origin.FEEDBACK, at=NOON, turn_uid=turn_uid, conversation_id=7
        )


def judged(database: Database) -> Sequence[JudgedQuestion]:
    with database.reading() as session:
        return queries.judged_questions(session, "midori")


def test_what_judgements_show_is_learned() -> None:
    lesson = compare(examples(120, telling="coverage"), MODE, SHIPPED)
    assert lesson.is_better
    assert lesson.after > lesson.before + 0.1
    assert lesson.rankers.alone.weights["coverage"] > SHIPPED.alone.weights["coverage"]
    assert lesson.rankers.with_lens == SHIPPED.with_lens


def test_noise_is_refused() -> None:
    lesson = compare(examples(120, telling=None), MODE, SHIPPED)
    assert lesson.questions == 120
    assert not lesson.is_better


def test_too_few_questions_teach_nothing_however_clear_they_are() -> None:
    assert not compare(examples(FEWEST - 1, telling="coverage"), MODE, SHIPPED).is_better


def test_what_is_learned_is_followed_and_undone_to_the_last_bit(database: Database, following: Callable[..., Search]) -> None:
    search = following()
    before = ranked(search, "ごみの収集日と手続きの窓口")
    assert take(database, KEYWORDS_ONLY) == 1
    search.follow()
    learned = ranked(search, "ごみの収集日と手続きの窓口")
    assert learned != before
    with database.transaction() as session:
        assert undo(session, "midori", MODE) == 0
    search.follow()
    assert ranked(search, "ごみの収集日と手続きの窓口") == before
    with database.transaction() as session:
        use_version(session, "midori", MODE, 1)
    search.follow()
    assert ranked(search, "ごみの収集日と手続きの窓口") == learned


def test_another_municipality_keeps_its_order(database: Database, following: Callable[..., Search]) -> None:
    publish(database, "aoba", "dog", faq(*ENTRIES["dog"]))
    search = following()
    before = [hit.score for hit in search.search("aoba", "犬の登録", moment=NOON).hits]
    take(database, KEYWORDS_ONLY)
    search.follow()
    assert [hit.score for hit in search.search("aoba", "犬の登録", moment=NOON).hits] == before


def test_a_version_that_was_never_learned_is_refused(database: Database) -> None:
    with pytest.raises(ProjectError, match="version 4"), database.transaction() as session:
        use_version(session, "midori", MODE, 4)
    with pytest.raises(ProjectError, match="nothing learned"), database.transaction() as session:
        undo(session, "midori", MODE)


def test_a_round_that_was_overtaken_takes_nothing(database: Database) -> None:
    assert take(database, KEYWORDS_ONLY) == 1
    assert take(database, SHIPPED) is None
    assert take(database, SHIPPED, replaces=1) == 2


def test_learning_and_a_publication_at_the_same_time_both_take_effect(database: Database, following: Callable[..., Search]) -> None:
    search = following(["dog"])
    threads = [
        threading.Thread(target=take, args=(database, KEYWORDS_ONLY)),
        threading.Thread(target=publish, args=(database, "midori", "seal", faq(*ENTRIES["seal"]))),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    search.follow()
    assert {entry for entry, _ in ranked(search, "犬の登録と印鑑登録証明書")} == {"dog", "seal"}
    with database.reading() as session:
        used = queries.used_ranker(session, "midori", MODE.value)
    assert used is not None
    assert used.version == 1


def test_a_round_over_few_questions_changes_nothing(database: Database, following: Callable[..., Search]) -> None:
    search = following()
    judge(database, "わんこを飼った", "dog")
    lesson = learn(database, search, "midori", {"ごみを出す日": frozenset({"burnable"})}, now=NOON)
    assert (lesson.questions, lesson.version) == (2, None)


def test_the_majority_counts_and_golden_questions_overrule(database: Database) -> None:
    for is_right in (True, True, False):
        judge(database, "犬を飼う", "dog", is_right=is_right)
    for is_right in (True, False):
        judge(database, "水道", "water", is_right=is_right)
    judge(database, "印鑑", "water")
    golden = {"印鑑": frozenset({"seal"})}
    assert verdicts(judged(database), golden) == {"犬を飼う": frozenset({"dog"}), "印鑑": frozenset({"seal"})}


def test_a_second_verdict_on_a_turn_replaces_the_first(database: Database) -> None:
    judge(database, "犬を飼う", "dog", is_right=True, turn_uid="one")
    judge(database, "犬を飼う", "dog", is_right=False, turn_uid="one")
    assert [row.is_right for row in judged(database)] == [False]


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("電話は090-1234-5678です。住民票がほしい", "1234"),
        ("hanako@example.jp に送って", "hanako"),
        ("汐見町3丁目12番地の田中です", "12"),
        ("山田花子と申します。保育園の件", "花子"),
    ],
)
def test_personal_data_is_masked(text: str, hidden: str) -> None:
    assert hidden in text
    assert hidden not in masked(text)


def test_taken_back_words_and_old_ones_are_forgotten(database: Database) -> None:
    for question in ("犬を飼う", "水道を使う", "印鑑の登録"):
        judge(database, question, "dog")
    with database.transaction() as session:
        forget_judged(session, 7, "犬を飼う")
        forget_judged(session, 8, "水道を使う")
    assert [row.question for row in judged(database)] == ["水道を使う", "印鑑の登録"]
    with database.transaction() as session:
        drop_judged(session, "midori", before=NOON)
    assert len(judged(database)) == 2
    with database.transaction() as session:
        drop_judged(session, "midori", before=NOON + timedelta(days=1))
    assert judged(database) == []
