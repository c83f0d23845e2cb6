"""Search: one question → the entries of a municipality in the order in which they answer it."""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from core.clock import in_japan
from core.database import Database
from core.errors import PackError
from core.settings import SearchMode
from retrieval import queries
from retrieval.fields import fields_of
from retrieval.passages import PLACEHOLDER, Passage, Translation, view_of
from retrieval.query import read_query
from retrieval.ranking import Ranked, rank, timed
from retrieval.results import Hit, SearchResult, Step
from retrieval.synonyms import Synonyms

if TYPE_CHECKING:
    from retrieval.index import ChromaPlace
    from retrieval.shelf import Shelf, Tools

log = logging.getLogger(__name__)

REMEMBERED = 512
FILLED = 20
"""Hits whose placeholders are filled; nobody is shown a later one."""
PAUSE_AFTER_FAILURE = 5.0
POOL = 4


class Search:
    """One per process. `warm` it once; then `follow`, or a thread that does, keeps it up with what is published.

    `synonyms(municipality_id)` gives the words of a municipality, `fill(municipality_id, text, moment)` replaces placeholders.
    """

    def __init__(
        self,
        database: Database,
        *,
        mode: SearchMode,
        chroma: "ChromaPlace",
        synonyms: Callable[[str], Synonyms],
        fill: Callable[[str, str, datetime], str],
    ) -> None:
        self.mode = mode
        self._database = database
        self._place = chroma
        self._synonyms = synonyms
        self._fill = fill
        self._fields = fields_of(mode)
        self._shelves: dict[str, Shelf] = {}
        self._following = threading.RLock()
        self._remembered: OrderedDict[tuple[str, str, date, int], SearchResult] = OrderedDict()
        self._memory_lock = threading.Lock()
        self._tools_: Tools | None = None
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()

    def warm(self) -> None:
        """Loads models and dictionaries and makes all indexes agree with SQL; afterwards questions are fast."""
        from retrieval.embedding import embedders
        from retrieval.index import VectorIndex
        from retrieval.shelf import Tools

        with self._following:
            if self._tools_ is None:
                models = {embedder.name: embedder for embedder in embedders(self.mode)}
                self._tools_ = Tools(
                    database=self._database, index=VectorIndex(self._place), embedders=models, pool=ThreadPoolExecutor(POOL, "vectors")
                )
            self.follow()
        for municipality_id in list(self._shelves):
            self.search(municipality_id, "手続き", moment=datetime.now().astimezone(), limit=1)

    @property
    def is_warm(self) -> bool:
        """Whether questions can be asked."""
        return self._tools_ is not None

    def follow(self, municipality_id: str | None = None) -> None:
        """Catches up with what was published, by this process or another; cheap when nothing was."""
        with self._following:
            with self._database.reading() as session:
                revisions = queries.content_revisions(session)
            for key, revision in revisions.items():
                shelf = self._shelves.get(key)
                if municipality_id in {None, key} and (shelf is None or shelf.revision != revision):
                    self._catch_up(key)

    def rebuild(self, municipality_id: str) -> int:
        """Throws the indexes of a municipality away and makes them anew from SQL; returns the number of passages."""
        with self._following:
            shelf = self._new_shelf(municipality_id)
            for field in self._fields:
                self._tools.index.drop(shelf.collection(field))
            self._shelves.pop(municipality_id, None)
            self._catch_up(municipality_id)
            return len(self._shelves[municipality_id].passages)

    def start_following(self, seconds: float = 0.25) -> None:
        """Follows in a thread of its own until `stop_following`."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._follow_on, args=(seconds,), name="follow-content", daemon=True)
        self._thread.start()

    def stop_following(self) -> None:
        """Waits for a catch-up in hand."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def search(self, municipality_id: str, text: str, *, moment: datetime, limit: int = 100) -> SearchResult:
        """Entries of this municipality that are valid at `moment`; none for a text without words."""
        started = time.perf_counter()
        shelf = self._shelves.get(municipality_id) or self._new_shelf(municipality_id)
        key = (municipality_id, text, in_japan(moment).date(), limit)
        with self._memory_lock:
            known = self._remembered.get(key)
        if known is not None and known.revision == shelf.revision:
            return replace(known, is_cached=True, milliseconds=(time.perf_counter() - started) * 1000, steps=())
        result = self._search(shelf, text, moment, limit, started)
        with self._memory_lock:
            self._remembered[key] = result
            self._remembered.move_to_end(key)
            if len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)
        return result

    def passage(self, municipality_id: str, entry_id: str, *, moment: datetime) -> Passage | None:
        """The first part of an entry, if it is published and valid at `moment`; placeholders filled."""
        shelf = self._shelves.get(municipality_id)
        if shelf is None:
            return None
        with shelf.lock:
            own = [shelf.passages[key] for key in sorted(shelf.by_entry.get(entry_id, ()), key=lambda key: shelf.passages[key].position)]
        valid = (passage for passage in own if passage.is_valid_on(in_japan(moment).date()))
        first = next(valid, None)
        return None if first is None else self._filled(municipality_id, first, moment)

    def _search(self, shelf: "Shelf", text: str, moment: datetime, limit: int, started: float) -> SearchResult:
        steps: list[Step] = []
        revision = shelf.revision
        with timed("read", steps), shelf.lock:
            query = read_query(text, self._synonyms(shelf.municipality_id), shelf.lexicon, shelf.keywords.__contains__)
        ranked: list[Ranked] = []
        if query.normalised and shelf.passages:
            ranked = rank(shelf, query, self._tools, mode=self.mode, day=in_japan(moment).date(), limit=limit, steps=steps)
        with timed("fill", steps):
            hits = tuple(
                Hit(
                    entry_id=found.passage.entry_id,
                    passage=self._filled(shelf.municipality_id, found.passage, moment) if place < FILLED else found.passage,
                    score=found.score,
                    parts=found.parts,
                )
                for place, found in enumerate(ranked)
            )
        return SearchResult(
            municipality_id=shelf.municipality_id,
            normalised=query.normalised,
            tokens=tuple(token.form for token in query.words),
            hits=hits,
            mode=self.mode,
            revision=revision,
            unknown_places=query.unknown_places,
            milliseconds=(time.perf_counter() - started) * 1000,
            steps=tuple(steps),
        )

    @property
    def _tools(self) -> "Tools":
        if self._tools_ is None:
            raise RuntimeError("search is not warm: call warm() first")
        return self._tools_

    def _new_shelf(self, municipality_id: str, name: str = "") -> "Shelf":
        from retrieval.shelf import Shelf

        return Shelf(municipality_id, name, self._fields)

    def _catch_up(self, municipality_id: str) -> None:
        from retrieval.shelf import Change

        with self._database.reading() as session:
            revision = queries.content_revision(session, municipality_id)
            name = queries.municipality_name(session, municipality_id)
            shelf = self._shelves.get(municipality_id)
            if shelf is None or revision < shelf.revision or name != shelf.municipality_name:
                # Another name changes every text that is embedded, and a revision that went back means a restored database.
                shelf = self._new_shelf(municipality_id, name)
            rows = queries.rows_since(session, municipality_id, shelf.revision)
            written = [view_of(row) for row in rows if not row.is_removed]
            removed = [row.id for row in rows if row.is_removed]
        change = Change(revision=revision, written=written, removed=removed)
        shelf.apply(change, self._tools)
        self._shelves[municipality_id] = shelf
        shelf.learn_when_due(self._tools)

    def _follow_on(self, seconds: float) -> None:
        while not self._stopping.wait(seconds):
            try:
                self.follow()
            except Exception:  # Whatever it was, the next round must come: a publication would never be found.
                log.exception("could not follow the published content")
                self._stopping.wait(PAUSE_AFTER_FAILURE)

    def _filled(self, municipality_id: str, passage: Passage, moment: datetime) -> Passage:
        if not passage.has_placeholder:
            return passage

        def fill(text: str) -> str:
            if PLACEHOLDER not in text:
                return text
            try:
                return self._fill(municipality_id, text, moment)
            except PackError as problem:
                # Other entries must still be found; the fact lock lets no sentence with a placeholder out.
                log.warning("a passage of %s can't be filled for %s: %s", passage.entry_id, in_japan(moment).date(), problem)
                return text

        translations = {
            language: Translation(question=fill(text.question), answer=fill(text.answer)) for language, text in passage.translations.items()
        }
        return replace(passage, question=fill(passage.question), body=fill(passage.body), translations=translations)
