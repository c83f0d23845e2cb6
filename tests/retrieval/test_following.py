"""Publications, removals and accidents between SQL and the index."""

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from core.database import Database
from core.models import Municipality
from retrieval.index import ChromaPlace, VectorIndex
from retrieval.passages import replace_passages
from retrieval.queries import content_revision
from retrieval.search import Search
from tests.patience import soon
from tests.retrieval.conftest import ENTRIES, NOON, faq, ids, new_search, publish

CAT = faq("猫を飼うときの決まりはありますか。", "屋内で飼ってください。")


def test_a_publication_is_found_after_follow_and_not_before(database: Database, following: Callable[..., Search]) -> None:
    search = following()
    publish(database, "midori", "cat", CAT)
    assert "cat" not in ids(search, "猫")
    search.follow()
    assert ids(search, "猫")[0] == "cat"


def test_a_removed_entry_is_gone_and_may_come_back(database: Database, following: Callable[..., Search]) -> None:
    search = following()
    publish(database, "midori", "dog")
    search.follow()
    assert "dog" not in ids(search, "犬")
    publish(database, "midori", "dog", faq(*ENTRIES["dog"]))
    search.follow()
    assert ids(search, "犬")[0] == "dog"


def test_a_changed_entry_is_found_by_its_new_words_only(database: Database, following: Callable[..., Search]) -> None:
    search = following()
    publish(database, "midori", "dog", faq("プールの利用料はいくらですか。", "1回200円です。"))
    search.follow()
    assert ids(search, "プール")[0] == "dog"
    assert all(not hit.parts["bm25"] for hit in search.search("midori", "狂犬病", moment=NOON).hits)


def test_fewer_passages_leave_none_of_the_old_ones(database: Database, following: Callable[..., Search]) -> None:
    publish(database, "midori", "guide", faq("手引き › 猫", "猫のこと。"), faq("手引き › 亀", "亀のこと。"))
    search = following()
    assert search.search("midori", "亀", moment=NOON).hits[0].passage.position == 1
    publish(database, "midori", "guide", faq("手引き › 猫", "猫のこと。"))
    search.follow()
    assert all(hit.passage.position == 0 for hit in search.search("midori", "亀", moment=NOON).hits)


def test_another_process_sees_what_was_published(database: Database, following: Callable[..., Search]) -> None:
    search, other = following(), new_search(database)
    other.warm()
    publish(database, "midori", "cat", CAT)
    for one in (search, other):
        one.follow()
        assert ids(one, "猫")[0] == "cat"


def test_the_thread_follows_by_itself(database: Database, following: Callable[..., Search]) -> None:
    search = following(["dog"])
    search.start_following(0.05)
    publish(database, "midori", "cat", CAT)
    soon(lambda: "cat" in ids(search, "猫"), pause=0.05)
    search.stop_following()
    assert ids(search, "猫")[0] == "cat"


def test_a_publication_that_was_rolled_back_is_never_found(database: Database, following: Callable[..., Search]) -> None:
    search = following(["dog"])
    with suppress(RuntimeError), database.transaction() as session:
        replace_passages(session, "midori", "cat", [CAT])
        raise RuntimeError
    search.follow()
    assert "cat" not in ids(search, "猫")


def test_a_crash_before_the_index_was_written_heals(
    database: Database, following: Callable[..., Search], monkeypatch: pytest.MonkeyPatch
) -> None:
    search = following(["dog", "library"])
    publish(database, "midori", "cat", CAT)
    with monkeypatch.context() as broken:
        broken.setattr(VectorIndex, "put", lambda *_: (_ for _ in ()).throw(OSError("the disk is full")))
        with pytest.raises(OSError, match="full"):
            search.follow()
    assert "cat" not in ids(search, "猫")
    search.follow()
    assert ids(search, "猫")[0] == "cat"


def test_a_crash_after_half_of_the_index_was_written_heals_at_the_next_start(
    database: Database, following: Callable[..., Search], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = ChromaPlace(folder=tmp_path / "index")
    search = following(["dog", "library"], place)
    publish(database, "midori", "dog")
    publish(database, "midori", "cat", CAT)
    with monkeypatch.context() as broken:
        broken.setattr(VectorIndex, "delete", lambda *_: (_ for _ in ()).throw(OSError("killed")))
        with pytest.raises(OSError, match="killed"):
            search.follow()
    later = new_search(database, place)
    later.warm()
    assert ids(later, "猫")[0] == "cat"
    assert "dog" not in ids(later, "犬")


def test_an_index_that_was_lost_is_made_anew(database: Database, following: Callable[..., Search], tmp_path: Path) -> None:
    following(["dog", "library"], ChromaPlace(folder=tmp_path / "one"))
    elsewhere = new_search(database, ChromaPlace(folder=tmp_path / "two"))
    elsewhere.warm()
    assert ids(elsewhere, "犬")[0] == "dog"


def test_rebuilding_gives_the_same_order(database: Database, following: Callable[..., Search]) -> None:
    search = following()
    publish(database, "midori", "cat", CAT)
    publish(database, "midori", "library")
    search.follow()
    before = ids(search, "届出は何日以内ですか")
    assert search.rebuild("midori") == len(ENTRIES)
    assert ids(search, "届出は何日以内ですか") == before


def test_an_index_that_another_process_rebuilt_is_found_again(database: Database, following: Callable[..., Search]) -> None:
    search = following()
    for name in search._tools.index.names():
        search._tools.index._client.delete_collection(search._tools.index._prefix + name)
    assert search.search("midori", "犬の登録", moment=NOON).hits[0].entry_id == "dog"


def test_every_publication_has_a_revision_of_its_own(database: Database) -> None:
    publish(database, "midori", "cat", CAT)
    publish(database, "midori", "cat")
    with database.reading() as session:
        assert content_revision(session, "midori") == 2
        assert content_revision(session, "aoba") == 0


def test_another_municipality_name_is_learned(database: Database, following: Callable[..., Search]) -> None:
    search = following(["dog"])
    with database.transaction() as session:
        municipality = session.get(Municipality, "midori")
        assert municipality is not None
        municipality.name = "新緑市"
        municipality.content_revision += 1
    search.follow()
    assert ids(search, "新緑市の犬")[0] == "dog"


def test_what_is_withdrawn_while_everything_is_read_anew_is_gone_at_once(database: Database, following: Callable[..., Search]) -> None:
    search = following()
    with database.transaction() as session:
        municipality = session.get(Municipality, "midori")
        assert municipality is not None
        municipality.name = "新緑市"
        municipality.content_revision += 1
    follower = search._follower
    follower._note(None)
    follower._slice = 5
    follower._take_slice("midori")
    taken = [passage.entry_id for passage in follower._coming["midori"].passages.values()]
    assert 0 < len(taken) < len(ENTRIES)
    assert ids(search, "犬の登録")[0] == "dog"
    publish(database, "midori", taken[0])
    publish(database, "midori", "dog" if taken[0] != "dog" else "library")
    follower._note(None)
    assert "midori" in follower._coming
    gone = {taken[0], "dog" if taken[0] != "dog" else "library"}
    for _ in range(2):
        found = {passage.entry_id for passage in search._shelves["midori"].passages.values()}
        assert found == ENTRIES.keys() - gone
        assert not gone & set(ids(search, "犬の登録"))
        search.follow()
    assert search._shelves["midori"].municipality_name == "新緑市"


def test_searches_go_on_while_content_changes(database: Database, following: Callable[..., Search]) -> None:
    search = following()
    failures: list[BaseException] = []
    stop = threading.Event()

    def ask() -> None:
        count = 0
        while not stop.is_set():
            count += 1
            try:
                assert "dog" in ids(search, f"犬の登録{count}")
            except BaseException as error:
                failures.append(error)
                return

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for place in range(8):
        publish(database, "midori", f"new-{place % 3}", faq(f"新しいお知らせ{place}は何ですか。", "お知らせです。"))
        search.follow()
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
