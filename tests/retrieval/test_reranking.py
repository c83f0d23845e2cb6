"""The learned order: its scale, its coefficients, and what it may not do."""

from collections.abc import Callable

import pytest

from core.database import Database
from core.settings import SearchMode
from retrieval.confidence import judge
from retrieval.fusing import WEIGHTS
from retrieval.models import PassageKind
from retrieval.passages import NewPassage
from retrieval.query import Query
from retrieval.reranking import FITTING, SIGNALS, Ranker, fitting_signals, shipped_rankers
from retrieval.search import Search
from tests.retrieval.conftest import ENTRIES, NOON, faq, publish


@pytest.mark.parametrize("mode", list(SearchMode))
def test_the_shipped_models_know_the_signals_of_their_mode(mode: SearchMode) -> None:
    rankers = shipped_rankers(mode)
    assert rankers.alone.weights.keys() == WEIGHTS[mode].keys() | FITTING
    assert rankers.for_signals(["bm25", "use_question_lens"]) is rankers.with_lens
    assert rankers.for_signals(["bm25", "use_question"]) is rankers.alone


def test_a_score_is_a_weighed_mean_of_the_signals() -> None:
    ranker = Ranker(weights={"bm25": 1.0, "use_question": 3.0, "nouns": 0.5})
    assert ranker.scale == 4.0
    assert ranker.score({"bm25": 2.0, "use_question": 2.0}) == 2.0
    assert ranker.score({"unheard_of": 9.0}) == 0.0


def test_the_order_is_that_of_the_model(town: Search) -> None:
    hits = town.search("midori", "犬の登録と予防注射の手続き", moment=NOON).hits
    ranker = shipped_rankers(SearchMode.LIGHT).alone
    assert SIGNALS & hits[0].standard.keys()
    for hit in hits:
        assert hit.score == pytest.approx(ranker.score(hit.standard), abs=1e-4)


def test_equal_wording_stands_before_everything(town: Search) -> None:
    for entry_id, (question, _) in ENTRIES.items():
        assert town.search("midori", question, moment=NOON).hits[0].entry_id == entry_id


@pytest.mark.parametrize(("kind", "is_rival"), [(PassageKind.GUIDE, False), (PassageKind.FAQ, True)])
def test_a_guide_on_the_same_matter_is_no_rival(
    database: Database, following: Callable[..., Search], kind: PassageKind, is_rival: bool
) -> None:
    publish(
        database, "midori", "entry", faq("ドローンを飛ばす許可の取り方を教えてください。", "公園課に届け出てください。", category="parks")
    )
    page = NewPassage(kind=kind, question="ドローンを飛ばす許可の取り方について", body="公園での飛行には届出が要ります。", category="parks")
    publish(database, "midori", "page", page)
    search = following()
    result = search.search("midori", "ドローンを飛ばしたいので許可がほしい", moment=NOON)
    assert {hit.entry_id for hit in result.hits[:2]} == {"entry", "page"}
    assert judge(result, result.hits).is_tie is is_rival


def test_a_passage_speaks_beyond_the_question_by_the_share_of_what_nobody_said(town: Search) -> None:
    shelf = town._shelves["midori"]
    keywords = shelf.keywords
    said = {"犬": 1.0, "登録": 0.4, "ごみ": 0.15, "どこにもない": 1.0}
    query = Query(normalised="", sentence="", words=(), weights=said, unknown_places=())
    slots = [keywords.slot_of(key) for key in shelf.passages]
    beyond = next(signal for signal in fitting_signals(shelf, query, slots) if signal.name == "beyond")
    for key in shelf.passages:
        shares = [
            sum(keywords.rarity(form) * (1 - said.get(form, 0.0)) for form in wording) / sum(keywords.rarity(form) for form in wording)
            for wording in shelf.wordings[key]
        ]
        assert beyond.scores[keywords.slot_of(key)] == pytest.approx(min(shares), abs=1e-5)
    assert min(beyond.scores) < 0.9
