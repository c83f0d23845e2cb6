"""When a first hit is certain: the thresholds by size, and the leads that an answer needs."""

from collections.abc import Sequence

import pytest

from core.settings import SearchMode
from retrieval import confidence
from retrieval.confidence import LARGE, SMALL, Bar, Gates, Model, Step, features, gates_of, judge
from retrieval.models import PassageKind
from retrieval.passages import Passage
from retrieval.results import Hit, SearchResult
from retrieval.search import Search
from retrieval.tokens import forms
from tests.retrieval.conftest import NOON

CERTAIN = Model(bias=20.0, weights={})
PARTS = {"bm25": 5.0, "coverage": 0.5, "nouns": 0.5, "lacks_rarest": 0.0, "beyond": 0.1, "use_question": 0.8, "use_answer": 0.7}


@pytest.fixture
def gates(monkeypatch: pytest.MonkeyPatch) -> Gates:
    """Whose models are always sure, so that only the leads decide."""
    made = Gates(
        for_us=CERTAIN,
        first_right=CERTAIN,
        near=CERTAIN,
        least_for_us=0.5,
        surely_for_us=0.5,
        least_first_right=Bar(small=0.5, large=0.5),
        least_near=0.5,
        least_lead=Bar(small=0.05, large=0.0),
        least_lead_unsaid=Bar(small=0.2, large=0.0),
        least_lead_foreign=0.3,
        least_lead_loose=Bar(small=0.4, large=0.0),
        surer=Step(first_right=Bar(small=1.0, large=1.0), lead=0.02),
    )
    monkeypatch.setattr(confidence, "gates_of", lambda _mode: made)
    return made


def found(text: str, *entries: tuple[str, str, float], size: int = SMALL) -> tuple[SearchResult, Sequence[Hit]]:
    """`entries` as question, answer and score."""
    hits = tuple(
        Hit(
            entry_id=str(place),
            passage=Passage(
                kind=PassageKind.FAQ,
                question=question,
                body=answer,
                id=place,
                entry_id=str(place),
                position=0,
                revision=1,
                category=str(place),
            ),
            score=score,
            parts=PARTS,
        )
        for place, (question, answer, score) in enumerate(entries)
    )
    result = SearchResult(
        municipality_id="midori",
        normalised=text,
        tokens=tuple(forms(text)),
        hits=hits,
        mode=SearchMode.LIGHT,
        revision=1,
        milliseconds=0.0,
        steps=(),
        size=size,
    )
    return result, hits


@pytest.mark.parametrize(("size", "expected"), [(0, 0.6), (50, 0.6), (SMALL, 0.6), (LARGE, 0.8), (100_000, 0.8)])
def test_a_threshold_is_held_beyond_its_ends(size: int, expected: float) -> None:
    assert Bar(small=0.6, large=0.8).at(size) == pytest.approx(expected)


def test_a_threshold_moves_with_the_logarithm_of_the_size() -> None:
    bar = Bar(small=0.6, large=0.8)
    assert bar.at(round((SMALL * LARGE) ** 0.5)) == pytest.approx(0.7, abs=0.001)


@pytest.mark.parametrize("mode", list(SearchMode))
def test_long_talk_is_not_taken_for_ours_because_it_is_long(mode: SearchMode) -> None:
    assert "is_story" not in gates_of(mode).for_us.weights
    assert "is_story" in gates_of(mode).first_right.weights


def test_the_shipped_models_know_only_features_that_are_seen(town: Search) -> None:
    result = town.search("midori", "犬の登録はどこでしますか", moment=NOON)
    assert result.size > 0
    seen, gates = features(result, result.hits), gates_of(SearchMode.LIGHT)
    for model in (gates.for_us, gates.first_right, gates.near):
        assert model.weights.keys() <= seen.keys()


@pytest.mark.parametrize(
    ("text", "lead", "is_certain"),
    [
        ("住民票がほしい", 0.1, True),
        ("住民票がほしい", 0.04, False),
        ("住民票を郵送してほしい", 0.1, False),  # Only the second speaks of the post.
        ("住民票を郵送してほしい", 0.3, True),
        ("住民票をコンビニで取りたい", 0.1, True),  # The first answers that.
    ],
)
def test_what_only_the_second_speaks_of_needs_a_greater_lead(gates: Gates, text: str, lead: float, is_certain: bool) -> None:
    first = ("住民票の写しの取り方を教えてください。", "窓口かコンビニで取れます。", 1.0)
    second = ("住民票の写しを郵送で取れますか。コンビニでは取れますか。", "請求書を送ってください。", 1.0 - lead)
    assert judge(*found(text, first, second)).is_first_right is is_certain
    assert judge(*found(text, first, second)).is_tie is (lead < 0.05)


def test_in_a_large_collection_a_near_second_is_no_obstacle(gates: Gates) -> None:
    entries = (("住民票の写しの取り方", "窓口で取れます。", 1.0), ("住民票の写しの郵送", "送ってください。", 0.98))
    assert not judge(*found("住民票を郵送してほしい", *entries)).is_first_right
    assert judge(*found("住民票を郵送してほしい", *entries, size=LARGE)).is_first_right


@pytest.mark.parametrize(("text", "is_certain"), [("certificate of residence", False), ("住民票の写し", True)])
def test_a_question_without_japanese_needs_a_greater_lead(gates: Gates, text: str, is_certain: bool) -> None:
    entries = (("住民票の写しの取り方", "窓口で取れます。", 1.0), ("印鑑登録のしかた", "窓口で登録できます。", 0.8))
    assert judge(*found(text, *entries)).is_first_right is is_certain


@pytest.mark.parametrize(
    ("text", "is_certain"),
    [
        ("わたしは じゅうみんひょうの うつしが ほしいです", False),
        ("わたしはじゅうみんひょうのうつしがほしいです", True),
        ("住民票の うつし もらい方", True),  # Keywords.
        ("先週引っ越してきました。" * 10 + "住民票の写しがほしい", False),
    ],
)
def test_stories_and_kana_written_apart_need_a_greater_lead(gates: Gates, text: str, is_certain: bool) -> None:
    entries = (("住民票の写しの取り方", "窓口で取れます。", 1.0), ("印鑑登録のしかた", "窓口で登録できます。", 0.8))
    assert judge(*found(text, *entries)).is_first_right is is_certain
    assert judge(*found(text, *entries, size=LARGE)).is_first_right


STORY = "先週引っ越してきました。" * 10 + "住民票の写しがほしい"
NEAR = (("住民票の写しの取り方", "窓口で取れます。", 1.0), ("印鑑登録のしかた", "窓口で登録できます。", 0.96))
FAR = (NEAR[0], ("印鑑登録のしかた", "窓口で登録できます。", 0.75))


@pytest.mark.parametrize(
    ("entries", "surer_from", "clearer_from", "size", "is_certain"),
    [
        (NEAR, 1.0, None, SMALL, False),
        (NEAR, 0.9, None, SMALL, True),
        (NEAR, 0.9, None, LARGE, True),  # By the usual leads of a large collection.
        (FAR, 1.0, None, SMALL, False),
        (FAR, 1.0, 0.7, SMALL, True),
        (NEAR, 1.0, 0.7, SMALL, False),
    ],
)
def test_what_is_surer_or_clearer_needs_less_of_the_other(
    gates: Gates,
    monkeypatch: pytest.MonkeyPatch,
    entries: tuple[tuple[str, str, float], ...],
    surer_from: float,
    clearer_from: float | None,
    size: int,
    is_certain: bool,
) -> None:
    clearer = None if clearer_from is None else Step(first_right=Bar(small=clearer_from, large=1.0), lead=0.2)
    surer = Step(first_right=Bar(small=surer_from, large=1.0), lead=0.02)
    changed = gates.model_copy(update={"surer": surer, "clearer": clearer})
    monkeypatch.setattr(confidence, "gates_of", lambda _mode: changed)
    confidence_found = judge(*found(STORY, *entries, size=size))
    assert confidence_found.is_first_right is is_certain
    assert not (confidence_found.is_first_right and confidence_found.is_tie)


@pytest.mark.parametrize("mode", list(SearchMode))
def test_no_step_is_shipped_for_large_collections(mode: SearchMode) -> None:
    for step in (gates_of(mode).surer, gates_of(mode).clearer):
        assert step is None or not step.holds(1 - 1e-12, 1.0, LARGE)
        assert step is None or step.holds(1 - 1e-12, 1.0, SMALL)


@pytest.mark.parametrize(("nouns", "lead", "is_certain"), [(0.5, 0.1, True), (0.2, 0.1, False), (0.2, 0.25, True)])
def test_what_lacks_the_matter_of_the_question_is_certain_only_with_a_clear_lead(
    gates: Gates, monkeypatch: pytest.MonkeyPatch, nouns: float, lead: float, is_certain: bool
) -> None:
    surer, clearer = (Step(first_right=Bar(small=0.9, large=1.0), lead=least) for least in (0.02, 0.2))
    changed = gates.model_copy(update={"surer": surer, "clearer": clearer, "least_nouns": 0.3})
    monkeypatch.setattr(confidence, "gates_of", lambda _mode: changed)
    monkeypatch.setitem(PARTS, "lacks_rarest", 1.0)
    monkeypatch.setitem(PARTS, "nouns", nouns)
    entries = (("住民票の写しの取り方", "窓口で取れます。", 1.0), ("印鑑登録のしかた", "窓口で登録できます。", 1.0 - lead))
    assert judge(*found("住民票の写しの燻製", *entries)).is_first_right is is_certain
