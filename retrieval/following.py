"""Following what was published: SQL → shelves, newest first and in small slices, so that no publication waits for a long one."""

import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence

from sqlalchemy.orm import Session

from core.errors import ModelUnavailableError
from core.settings import SearchMode
from retrieval import queries
from retrieval.backlog import Backlog
from retrieval.documents import documents_of
from retrieval.families import Family
from retrieval.fields import fields_of
from retrieval.passages import Passage, view_of
from retrieval.reranking import Rankers
from retrieval.shelf import Shelf, Tools
from retrieval.spaces import EXACT_ROWS
from retrieval.vectors import Vectors, known_vectors, text_hash, vectors_of

log = logging.getLogger(__name__)

FIRST_SLICE = 32
LARGEST_SLICE = 512
MOST_TEXTS = 64
"""Of a slice, that the fast model has never read: at 1 to 3 ms each."""
SLICE_SECONDS = 0.3
"""A slice of entries should take no longer; the next one is cut accordingly."""
PATIENCE = 1.0
"""Seconds for which a caller beside the thread takes part; the thread does the rest."""
PAUSE = 0.25
PAUSE_AFTER_FAILURE = 5.0
LONGEST_PAUSE = 60.0


class Waiting:
    """Entries of one municipality that changed and were not taken up yet."""

    def __init__(self) -> None:
        self.revision = -1
        """Up to which changes were noted."""
        self.is_first = True
        """Until everything was taken up once."""
        self._entries: dict[str, None] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def note(self, entry_ids: Sequence[str], revision: int) -> None:
        """The newest last; one that waits already moves behind the others."""
        for entry_id in entry_ids:
            self._entries.pop(entry_id, None)
            self._entries[entry_id] = None
        self.revision = revision

    def newest(self, count: int) -> list[str]:
        return [entry_id for entry_id, _ in zip(reversed(self._entries), range(count), strict=False)]

    def done(self, entry_ids: Sequence[str]) -> None:
        for entry_id in entry_ids:
            self._entries.pop(entry_id, None)


class Follower:
    """Keeps the shelves up with SQL. `follow` and `settle` may be called at any time; `start` does it in threads of their own."""

    def __init__(self, tools: Tools, *, exact_rows: int = EXACT_ROWS) -> None:
        self.shelves: dict[str, Shelf] = {}
        self._tools = tools
        self._exact_rows = exact_rows
        self._coming: dict[str, Shelf] = {}
        """Shelves that are made anew while the old ones answer."""
        self._waiting: dict[str, Waiting] = {}
        self._slice = FIRST_SLICE
        self._lock = threading.RLock()
        self._working = threading.Lock()
        self._backlog = Backlog(tools, self.shelves)
        self._threads: list[threading.Thread] = []
        self._stopping = threading.Event()

    def follow(self, municipality_id: str | None = None) -> None:
        """Catches up with what was published, by this process or another; cheap when nothing was. Raises the first failure at the end."""
        if municipality_id is not None and self._threads:
            until = time.monotonic() + PATIENCE
            self._follow(municipality_id, lambda: time.monotonic() > until)
        else:
            self._follow(municipality_id, lambda: False)

    def _follow(self, municipality_id: str | None, is_over: Callable[[], bool]) -> None:
        failed: dict[str, Exception] = {}
        while not is_over():
            with self._lock:
                self._note(municipality_id)
                work = [key for key, waiting in self._waiting.items() if waiting and key not in failed and municipality_id in {None, key}]
                if not work:
                    break
                key = min(work, key=lambda key: (len(self._waiting[key]), key))
                try:
                    self._take_slice(key)
                except Exception as error:  # noqa: BLE001  # One municipality's trouble must not keep the others waiting; raised below.
                    failed[key] = error
        if failed:
            raise next(iter(failed.values()))

    def settle(self, note: Callable[[int], None] = lambda _left: None) -> None:
        """Until the large model has read everything and all lenses are learned; `note` is told how many passages are left.

        Raises ModelUnavailableError.
        """
        with self._working:
            while self._backlog.step():
                note(sum(len(shelf.unread) for shelf in self.shelves.values()))
            self._learn()

    def learn(self) -> None:
        """What the models that have read everything can learn of it."""
        with self._working:
            self._learn()

    def rebuild(self, municipality_id: str) -> int:
        """Throws the indexes of a municipality away and makes them anew from SQL; returns the number of passages."""
        with self._lock, self._working:
            shelf = self.shelves.pop(municipality_id, None) or self._new_shelf(municipality_id, "")
            for family in shelf.families:
                family.drop()
            self._coming.pop(municipality_id, None)
            self._waiting.pop(municipality_id, None)
        self.follow(municipality_id)
        self.settle()
        return len(self.shelves[municipality_id].passages)

    def start(self, seconds: float) -> None:
        """Looks for publications every so many seconds, until `stop`."""
        self._stopping.clear()
        following = threading.Thread(target=self._follow_on, args=(seconds,), name="follow-content", daemon=True)
        reading = threading.Thread(target=self._read_on, name="read-content", daemon=True)
        self._threads = [following, reading]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Waits for what is in hand."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        self._threads = []

    def _note(self, municipality_id: str | None) -> None:
        """Withdrawn entries are gone at once, changed ones wait for their slice."""
        with self._tools.database.reading() as session:
            revisions = queries.content_revisions(session)
        for key, revision in revisions.items():
            waiting = self._waiting.get(key)
            if municipality_id in {None, key} and (waiting is None or waiting.revision != revision):
                self._note_changes(key)

    def _note_changes(self, key: str) -> None:
        with self._tools.database.reading() as session:
            revision = queries.content_revision(session, key)
            shelf = self._shelf_for(key, queries.municipality_name(session, key), revision)
            waiting = self._waiting[key]
            changes = queries.changes_since(session, key, waiting.revision)
            rankers = _rankers(session, key)
        changed = dict.fromkeys(entry_id for _, entry_id, is_removed in changes if not is_removed)
        withdrawn = [(passage_id, entry_id) for passage_id, entry_id, _ in changes if entry_id not in changed]
        for held in {id(one): one for one in (shelf, self.shelves[key])}.values():
            if held.rankers != rankers:
                with held.lock:
                    held.rankers = rankers
                    held.generation += 1
            if gone := [passage_id for passage_id, _ in withdrawn if passage_id in held.passages]:
                held.apply([], gone, {family.model: {} for family in held.families}, {})
        waiting.done([entry_id for _, entry_id in withdrawn])
        waiting.note(list(changed), revision)
        if not waiting:
            self._finish(key, shelf)

    def _shelf_for(self, key: str, name: str, revision: int) -> Shelf:
        """Another name changes every text that is embedded, and a revision that went back means a restored database."""
        shelf = self._coming.get(key) or self.shelves.get(key)
        waiting = self._waiting.get(key)
        if shelf is None or waiting is None or revision < waiting.revision or name != shelf.municipality_name:
            shelf = self._new_shelf(key, name)
            self._waiting[key] = Waiting()
            (self._coming if key in self.shelves else self.shelves)[key] = shelf
        return shelf

    def _take_slice(self, key: str) -> None:
        started = time.monotonic()
        waiting, shelf = self._waiting[key], self._coming.get(key) or self.shelves[key]
        with self._tools.database.reading() as session:
            rows = queries.rows_of_entries(session, key, waiting.newest(self._slice))
            passages = [view_of(row) for row in rows if not row.is_removed]
            removed = {row.id: row.entry_id for row in rows if row.is_removed and row.id in shelf.passages}
        database, fast = self._tools.database, self._tools.fast
        known = known_vectors(database, fast.name, shelf.fast.texts(passages))
        entry_ids = self._readable(shelf, waiting.newest(self._slice), passages, known)
        written = [passage for passage in passages if passage.entry_id in entry_ids]
        vectors = {family.model: known_vectors(database, family.model, family.texts(written)) for family in shelf.families[1:]}
        vectors[fast.name] = {**known, **vectors_of(database, fast, _missing(shelf.fast.texts(written), known))}
        documents = documents_of(database, written)
        shelf.apply(written, [row_id for row_id, entry_id in removed.items() if entry_id in entry_ids], vectors, documents)
        waiting.done(list(entry_ids))
        taken = time.monotonic() - started
        self._slice = min(LARGEST_SLICE, max(FIRST_SLICE // 4, int(self._slice * min(2.0, SLICE_SECONDS / max(taken, 1e-3)))))
        if not waiting:
            self._finish(key, shelf)

    def _readable(
        self, shelf: Shelf, entry_ids: Sequence[str], passages: Sequence[Passage], known: Mapping[str, Vectors]
    ) -> Collection[str]:
        """As many of these entries as leave the fast model few texts to read; at least one."""
        by_entry: dict[str, list[Passage]] = {}
        for passage in passages:
            by_entry.setdefault(passage.entry_id, []).append(passage)
        unread = 0
        chosen: dict[str, None] = {}
        for entry_id in entry_ids:
            unread += len(_missing(shelf.fast.texts(by_entry.get(entry_id, [])), known))
            if chosen and unread > MOST_TEXTS:
                break
            chosen[entry_id] = None
        return chosen

    def _finish(self, key: str, shelf: Shelf) -> None:
        waiting = self._waiting[key]
        shelf.revision = waiting.revision
        if waiting.is_first:
            for family in shelf.families:
                family.compare_with_chroma()
            waiting.is_first = False
        if self._coming.pop(key, None) is not None:
            shelf.generation += self.shelves[key].generation + 1
            self.shelves[key] = shelf

    def _new_shelf(self, key: str, name: str) -> Shelf:
        with self._tools.database.reading() as session:
            expected = queries.passage_count(session, key)
        fast = self._family(key, name, self._tools.fast.name, expected)
        large = self._tools.large
        if large is None:
            return Shelf(key, name, fast=fast, wanted=None, former=None)
        others = self._collections_of_others(key, {fast.model, large.name})
        models = sorted(model for model in others if self._tools.former(model) is not None)
        former = self._family(key, name, models[0], expected) if models else None
        left_behind = [collection for own in others.values() for collection in own]
        return Shelf(key, name, fast=fast, wanted=self._family(key, name, large.name, expected), former=former, left_behind=left_behind)

    def _collections_of_others(self, key: str, models: Collection[str]) -> Mapping[str, Sequence[str]]:
        """What models that aren't in use any more have left in Chroma."""
        found: dict[str, list[str]] = {}
        for collection in sorted(self._tools.index.names()):
            municipality_id, _, rest = collection.partition(".")
            model = rest.rpartition(".")[0]
            if municipality_id == key and model not in models:
                found.setdefault(model, []).append(collection)
        return found

    def _family(self, key: str, name: str, model: str, expected: int) -> Family:
        return Family(key, name, fields_of(model), self._tools.index, exact_rows=self._exact_rows, expected=expected)

    def _learn(self) -> None:
        for key, shelf in list(self.shelves.items()):
            if not self._waiting[key]:
                for family in shelf.families:
                    if family is not shelf.wanted or not shelf.unread:
                        family.learn_when_due(shelf.lock)

    def _follow_on(self, seconds: float) -> None:
        while not self._stopping.wait(seconds):
            try:
                self._follow(None, self._stopping.is_set)
            except Exception:  # Whatever it was, the next round must come: a publication would never be found.
                log.exception("could not follow the published content")
                self._stopping.wait(PAUSE_AFTER_FAILURE)

    def _read_on(self) -> None:
        pause = 0.0
        while not self._stopping.wait(pause):
            try:
                with self._working:
                    is_busy = self._backlog.step()
                    if not is_busy:
                        self._learn()
                pause = 0.0 if is_busy else PAUSE
            except ModelUnavailableError as error:
                pause = min(LONGEST_PAUSE, max(PAUSE_AFTER_FAILURE, 2 * pause))
                log.warning("the large model reads nothing at present: %s", error)
            except Exception:  # As above: without the next round passages would stay unread.
                pause = PAUSE_AFTER_FAILURE
                log.exception("could not read the published content")


def _missing(texts: Sequence[str], known: Mapping[str, Vectors]) -> list[str]:
    return [text for text in texts if text_hash(text) not in known]


def _rankers(session: Session, key: str) -> Mapping[SearchMode, Rankers]:
    """Those that were learned for a municipality and are in use."""
    used = {mode: queries.used_ranker(session, key, mode.value) for mode in SearchMode}
    return {mode: Rankers.model_validate(row.rankers) for mode, row in used.items() if row is not None}
