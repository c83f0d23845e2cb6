"""A change of the large model: the former one answers until the new one has read everything, through restarts too."""

from pathlib import Path

import pytest

from core.database import Database
from core.settings import SearchMode
from retrieval.index import ChromaPlace
from retrieval.search import Search
from tests.retrieval.conftest import ENTRIES, NOON, faq, ids, publish
from tests.retrieval.fake_models import FakeEmbedder, no_former, search_with


@pytest.fixture
def folder(database: Database, tmp_path: Path) -> Path:
    """An index that the model `fake-1` has filled."""
    for entry_id, entry in ENTRIES.items():
        publish(database, "midori", entry_id, faq(*entry))
    search_with(database, FakeEmbedder(), place=ChromaPlace(folder=tmp_path / "index")).warm()
    return tmp_path / "index"


def models_in_chroma(search: Search) -> set[str]:
    return {name.split(".", 1)[1].rsplit(".", 1)[0] for name in search._tools.index.names()} - {"use-multilingual-3"}


@pytest.mark.parametrize("exact_rows", [None, 2])
def test_the_former_model_answers_until_the_new_one_has_read_everything(database: Database, folder: Path, exact_rows: int | None) -> None:
    """In a large collection, whose vectors Chroma does not hold, too."""
    former, new = FakeEmbedder(), FakeEmbedder(name="api:maker/fake_2", dimensions=48)
    for _restart in range(2):
        search = search_with(database, new, place=ChromaPlace(folder=folder), former={"fake-1": former}.get, exact_rows=exact_rows)
        search.warm(is_complete=False)
        search._follower._backlog.step()
        result = search.search("midori", "犬の登録", moment=NOON)
        assert (result.mode, result.hits[0].entry_id) == (SearchMode.FULL, "dog")
        assert former.asked
        assert new.asked == []
        assert models_in_chroma(search) == {"fake-1", "api:maker/fake_2"}
    asked = len(former.asked)
    search.settle()
    again = search.search("midori", "犬の登録", moment=NOON)
    assert (again.mode, again.hits[0].entry_id, again.is_cached) == (SearchMode.FULL, "dog", False)
    assert (len(former.asked), len(new.asked)) == (asked, 1)
    assert models_in_chroma(search) == {"api:maker/fake_2"}
    assert former.read == []


def test_without_the_former_model_light_signals_answer_meanwhile(database: Database, folder: Path) -> None:
    new = FakeEmbedder(name="fake-2")
    search = search_with(database, new, place=ChromaPlace(folder=folder), former=no_former)
    search.warm(is_complete=False)
    result = search.search("midori", "犬の登録", moment=NOON)
    assert (result.mode, result.hits[0].entry_id) == (SearchMode.LIGHT, "dog")
    search.settle()
    assert search.search("midori", "犬の登録", moment=NOON).mode is SearchMode.FULL
    assert models_in_chroma(search) == {"fake-2"}


def test_what_is_published_and_withdrawn_meanwhile_is_followed(database: Database, folder: Path) -> None:
    search = search_with(database, FakeEmbedder(name="fake-2"), place=ChromaPlace(folder=folder), former={"fake-1": FakeEmbedder()}.get)
    search.warm(is_complete=False)
    publish(database, "midori", "cat", faq("猫を飼うときの決まりはありますか。", "屋内で飼ってください。"))
    publish(database, "midori", "dog")
    search.follow()
    for _ in range(2):
        assert ids(search, "猫を飼う")[0] == "cat"
        assert "dog" not in ids(search, "犬の登録")
        search.settle()


def test_similarities_of_another_model_are_told_on_the_usual_scale(database: Database, folder: Path) -> None:
    search = search_with(database, FakeEmbedder(name="fake-2"), place=ChromaPlace(folder=folder))
    search.warm()
    hits = search.search("midori", "犬を飼い始めたら何をしますか", moment=NOON).hits
    assert hits[0].entry_id == "dog"
    assert 0.82 < hits[0].parts["e5_question"] < 1.0
    assert hits[0].parts["e5_question"] > hits[1].parts["e5_question"]


def test_what_chroma_holds_follows_the_size_of_the_collection(database: Database, folder: Path) -> None:
    def stored(exact_rows: int | None) -> tuple[int, str]:
        search = search_with(database, FakeEmbedder(), place=ChromaPlace(folder=folder), exact_rows=exact_rows)
        search.warm()
        family = search._shelves["midori"].fast
        return sum(len(search._tools.index.ids(family.collection(space))) for space in family.spaces), ids(search, "犬の登録")[0]

    whole = stored(None)
    assert whole == (2 * len(ENTRIES), "dog")
    assert stored(2) == (0, "dog")
    assert stored(None) == whole
