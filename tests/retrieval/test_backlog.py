"""A slow model in the background: everything is found meanwhile, an edit overtakes an import, nothing is lost or found again."""

import threading
from pathlib import Path

import pytest

from core.database import Database
from core.errors import ModelUnavailableError
from core.settings import SearchMode
from retrieval import following
from retrieval.index import ChromaPlace
from retrieval.passages import replace_passages
from retrieval.search import Search
from tests.patience import soon
from tests.retrieval.conftest import ENTRIES, NOON, faq, ids, publish
from tests.retrieval.fake_models import FakeEmbedder, search_with

CAT = faq("猫を飼うときの決まりはありますか。", "屋内で飼ってください。")


def import_many(database: Database, municipality_id: str, count: int) -> None:
    with database.transaction() as session:
        for number in range(count):
            replace_passages(
                session, municipality_id, f"bulk-{number}", [faq(f"第{number}公園の遊具は何ですか。", f"すべり台が{number}台です。")]
            )


def publish_town(database: Database) -> None:
    for entry_id, entry in ENTRIES.items():
        publish(database, "midori", entry_id, faq(*entry))


def in_full(search: Search, text: str, municipality_id: str = "midori") -> bool:
    return search.search(municipality_id, text, moment=NOON).mode is SearchMode.FULL


def test_what_the_large_model_has_not_read_is_found_in_light_mode(database: Database) -> None:
    publish_town(database)
    search = search_with(database, FakeEmbedder())
    search.warm(is_complete=False)
    assert ids(search, "犬の登録")[0] == "dog"
    assert not in_full(search, "犬の登録")
    search.settle()
    assert in_full(search, "犬の登録")


def test_an_unread_passage_among_read_ones_stands_where_it_belongs(database: Database) -> None:
    publish_town(database)
    search = search_with(database, FakeEmbedder())
    search.warm()
    publish(database, "midori", "cat", CAT)
    search.follow()
    before = search.search("midori", "猫を飼うときの決まり", moment=NOON)
    assert before.mode is SearchMode.FULL
    assert before.hits[0].entry_id == "cat"
    assert before.hits[0].parts.keys() == before.hits[1].parts.keys()
    # Far from every question but its own: having no vector may not lift it either.
    assert ids(search, "図書館は何時まで")[0] == "library"
    search.settle()
    after = search.search("midori", "猫を飼うときの決まり", moment=NOON)
    assert (after.hits[0].entry_id, after.is_cached) == ("cat", False)
    assert after.hits[0].score == pytest.approx(before.hits[0].score, rel=0.5)


def test_an_edit_overtakes_an_import_and_the_import_keeps_nobody_waiting(database: Database) -> None:
    publish_town(database)
    publish(database, "aoba", "dog", faq(*ENTRIES["dog"]))
    embedder = FakeEmbedder()
    search = search_with(database, embedder)
    search.warm()
    embedder.gate = threading.Event()
    search.start_following(0.02)
    import_many(database, "midori", 120)
    soon(lambda: bool(ids(search, "第77公園の遊具")) and ids(search, "第77公園の遊具")[0] == "bulk-77")
    publish(database, "midori", "cat", CAT)
    publish(database, "aoba", "cat", CAT)
    soon(lambda: ids(search, "猫")[0] == "cat" and ids(search, "猫", "aoba")[0] == "cat")
    read = len(embedder.read)
    embedder.gate.set()
    soon(lambda: not any(shelf.unread for shelf in search._shelves.values()))
    search.stop_following()
    order = embedder.read[read:]
    cats = [place for place, text in enumerate(order) if "猫" in text]
    # What was in hand when the edits came is read to its end.
    assert min(cats) <= 8
    assert in_full(search, "猫を飼う")


def test_a_restart_in_the_middle_goes_on_where_it_ended(database: Database, tmp_path: Path) -> None:
    place = ChromaPlace(folder=tmp_path / "index")
    import_many(database, "midori", 30)
    embedder = FakeEmbedder()
    search = search_with(database, embedder, place=place)
    search.warm(is_complete=False)
    for _ in range(3):
        assert search._follower._backlog.step()
    read = set(embedder.read)
    assert 0 < len(read) < 60

    later = FakeEmbedder()
    again = search_with(database, later, place=ChromaPlace(folder=tmp_path / "index"))
    again.warm()
    assert not read & set(later.read)
    assert len(read | set(later.read)) == 60
    assert in_full(again, "第7公園の遊具")
    assert ids(again, "第7公園の遊具")[0] == "bulk-7"


@pytest.mark.parametrize("held_as", ["floats", "bytes", "graph"])
def test_what_was_replaced_or_withdrawn_while_it_was_read_is_never_found_again(
    database: Database, held_as: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_town(database)
    embedder = FakeEmbedder()
    monkeypatch.setattr(ChromaPlace, "is_server", held_as == "graph")
    search = search_with(database, embedder, exact_rows=None if held_as == "floats" else 3)
    search.warm()
    publish(database, "midori", "cat", CAT)
    publish(database, "midori", "turtle", faq("亀を飼うときの決まりはありますか。", "池に放さないでください。"))
    search.follow()
    embedder.gate = threading.Event()
    thread = threading.Thread(target=search.settle)
    thread.start()
    soon(search._follower._working.locked)
    publish(database, "midori", "cat")
    publish(database, "midori", "turtle", faq("プールの利用料はいくらですか。", "1回200円です。"))
    search.follow()
    embedder.gate.set()
    thread.join()
    search.settle()
    hits = search.search("midori", "猫を飼うときの決まりはありますか。", moment=NOON).hits
    assert "cat" not in {hit.entry_id for hit in hits}
    assert all("亀" not in hit.passage.question for hit in hits)
    shelf = search._shelves["midori"]
    for family in shelf.families:
        for space in family.spaces:
            assert set(space.rows.ids) == set(space.ids_of(shelf.passages))
            assert search._tools.index.ids(family.collection(space)) == (set() if held_as == "bytes" else set(space.rows.ids))
    assert ids(search, "プールの利用料")[0] == "turtle"


def test_a_publication_that_the_server_missed_is_read_later(database: Database) -> None:
    publish_town(database)
    embedder = FakeEmbedder()
    search = search_with(database, embedder)
    search.warm()
    embedder.is_down = True
    publish(database, "midori", "cat", CAT)
    search.follow()
    with pytest.raises(ModelUnavailableError):
        search.settle()
    assert ids(search, "猫")[0] == "cat"
    embedder.is_down = False
    search.settle()
    assert not search._shelves["midori"].unread


def test_a_text_that_the_server_refuses_holds_up_no_other(database: Database) -> None:
    embedder = FakeEmbedder(refuses="犬")
    publish_town(database)
    search = search_with(database, embedder)
    search.warm(is_complete=False)
    for _ in range(3 * len(ENTRIES)):
        try:
            search._follower._backlog.step()
        except ModelUnavailableError:
            continue
    assert {passage.entry_id for passage in search._shelves["midori"].unread.values()} == {"dog"}
    assert ids(search, "犬の登録")[0] == "dog"


def test_a_caller_beside_the_thread_waits_a_second_at_most(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "PATIENCE", 0.01)
    search = search_with(database, FakeEmbedder())
    search.warm()
    search.start_following(0.02)
    import_many(database, "midori", 20)
    search.follow("midori")
    soon(lambda: len(search._shelves["midori"].passages) == 20)
    search.stop_following()


def test_trouble_with_one_municipality_keeps_no_other_waiting(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    search = search_with(database, FakeEmbedder())
    search.warm()
    publish(database, "aoba", "cat", CAT)
    publish(database, "midori", "cat", CAT)
    shelf = search._shelves["aoba"]
    with monkeypatch.context() as broken:
        broken.setattr(shelf, "apply", lambda *_: (_ for _ in ()).throw(OSError("the disk is full")))
        with pytest.raises(OSError, match="full"):
            search.follow()
        assert ids(search, "猫")[0] == "cat"
        assert ids(search, "猫", "aoba") == []
    search.follow()
    assert ids(search, "猫", "aoba")[0] == "cat"
