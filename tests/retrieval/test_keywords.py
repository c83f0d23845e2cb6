"""BM25: what it finds, and that history leaves no trace."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.keywords import KeywordIndex

WORDS = st.sampled_from(["犬", "猫", "ごみ", "年金", "保険", "届け"])
DOCUMENTS = st.dictionaries(WORDS, st.floats(min_value=0.5, max_value=5), min_size=1, max_size=4)
CHANGES = st.lists(st.tuples(st.integers(0, 6), st.none() | DOCUMENTS), max_size=25)


def by_key(index: KeywordIndex, query: dict[str, float]) -> dict[int, float]:
    scores = index.scores(query)
    return {key: float(scores[slot]) for slot in range(index.slots) if (key := index.key_of(slot)) is not None}


@given(CHANGES, st.dictionaries(WORDS, st.floats(min_value=0.1, max_value=2), min_size=1))
def test_an_index_that_was_changed_equals_one_that_was_built_at_once(
    changes: list[tuple[int, dict[str, float] | None]], query: dict[str, float]
) -> None:
    changed, built = KeywordIndex(), KeywordIndex()
    final: dict[int, dict[str, float]] = {}
    for key, document in changes:
        if document is None:
            changed.remove(key)
            final.pop(key, None)
        else:
            changed.put(key, document)
            final[key] = document
    for key, document in final.items():
        built.put(key, document)
    assert by_key(changed, query) == pytest.approx(by_key(built, query), rel=1e-5)
    assert len(changed) == len(final)
    assert all((word in changed) == (word in built) for word in query)


@given(st.lists(DOCUMENTS, min_size=1, max_size=6), DOCUMENTS)
def test_coverage_is_a_share_and_zero_scores_share_no_word(documents: list[dict[str, float]], query: dict[str, float]) -> None:
    index = KeywordIndex()
    for key, document in enumerate(documents):
        index.put(key, document)
    coverage, scores = index.coverage(query), index.scores(query)
    assert np.all((coverage >= 0) & (coverage <= 1 + 1e-5))
    for key, document in enumerate(documents):
        slot = index.slot_of(key)
        assert (scores[slot] > 0) == bool(document.keys() & query.keys())
        assert (coverage[slot] == pytest.approx(1)) == (query.keys() <= document.keys())


def test_a_rare_word_counts_more_than_a_common_one() -> None:
    index = KeywordIndex()
    index.put(1, {"犬": 1, "届け": 1})
    index.put(2, {"届け": 1, "ごみ": 1})
    index.put(3, {"届け": 1, "年金": 1})
    scores = by_key(index, {"犬": 1, "届け": 1})
    assert scores[1] > scores[2] > 0


def test_a_slot_is_used_again() -> None:
    index = KeywordIndex()
    index.put(1, {"犬": 1})
    index.remove(1)
    index.put(2, {"猫": 1})
    assert index.slots == 1
    assert by_key(index, {"犬": 1, "猫": 1})[2] > 0


def test_the_rarity_of_several_words_follows_what_is_held() -> None:
    index = KeywordIndex()
    index.put(1, {"犬": 1.0, "届け": 1.0})
    index.put(2, {"犬": 1.0})
    words = ("犬", "届け")
    before = index.rarity_of_all(words)
    assert before == index.rarity("犬") + index.rarity("届け")
    index.put(3, {"届け": 1.0})
    assert index.rarity_of_all(words) == index.rarity("犬") + index.rarity("届け") != before
