"""Search: one question → the entries of a municipality in the order in which they answer it."""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from core.clock import in_japan
from core.database import Database
from core.errors import PackError
from core.metrics import SEARCHES, SEARCHES_WITHOUT_LARGE_MODEL
from core.settings import SearchMode, Settings
from core.text import normalise
from retrieval.passages import PLACEHOLDER, Passage, Translation
from retrieval.query import read_query
from retrieval.ranking import Ranking, rank, timed
from retrieval.results import Hit, SearchResult, Step
from retrieval.synonyms import Synonyms

if TYPE_CHECKING:
    from retrieval.embedding import Models
    from retrieval.following import Follower
    from retrieval.index import ChromaPlace
    from retrieval.shelf import Shelf, Tools

log = logging.getLogger(__name__)

REMEMBERED = 256
"""Results; each holds some 80 KB."""
FILLED_REMEMBERED = 2_000
"""Passages with the values of a day, which all results share."""
FILLED = 20
"""Hits whose placeholders are filled; nobody is shown a later one."""


def load_models(settings: Settings, mode: SearchMode) -> "Models":
    """Those that the settings name; nothing is imported before."""
    from retrieval.embedding import models_of

    return models_of(settings, mode)


class Search:
    """One per process. `warm` it once; then `follow`, or threads that do, keep it up with what is published.

    `synonyms(municipality_id)` gives the words of a municipality, `fill(municipality_id, text, moment)` replaces placeholders,
    `models` loads the sentence models; without it they are the packaged ones.
    """

    def __init__(
        self,
        database: Database,
        *,
        mode: SearchMode,
        chroma: "ChromaPlace",
        synonyms: Callable[[str], Synonyms],
        fill: Callable[[str, str, datetime], str],
        models: "Callable[[], Models] | None" = None,
        exact_rows: int | None = None,
    ) -> None:
        self.mode = mode
        self._database = database
        self._place = chroma
        self._synonyms = synonyms
        self._fill = fill
        self._models = models
        self._exact_rows = exact_rows
        self._warming = threading.Lock()
        self._remembered: OrderedDict[tuple[str, str, date, int], tuple[int, SearchResult]] = OrderedDict()
        self._memory_lock = threading.Lock()
        self._filled_: dict[tuple[str, int, int, date], Passage] = {}
        self._tools_: Tools | None = None
        self._follower_: Follower | None = None

    def warm(self, *, is_complete: bool = True, note: Callable[[int], None] = lambda _left: None) -> None:
        """Loads models and dictionaries and makes all indexes agree with SQL; afterwards questions are fast.

        What the large model has never read it reads here, which may take minutes (`note` is told how many passages are left), or, with
        `is_complete=False`, after `start_following` in the background.
        """
        with self._warming:
            if self._tools_ is None:
                self._tools_ = self._load_tools()
                self._follower_ = self._new_follower(self._tools_)
        self._follower.follow()
        if is_complete:
            self._follower.settle(note)
        self._follower.learn()
        for municipality_id in list(self._shelves):
            self.search(municipality_id, "手続き", moment=datetime.now().astimezone(), limit=1)

    @property
    def is_warm(self) -> bool:
        """Whether questions can be asked."""
        return self._tools_ is not None

    def follow(self, municipality_id: str | None = None) -> None:
        """Catches up with what was published, by this process or another; cheap when nothing was.

        Afterwards it is found by its words and by the fast model, and what was withdrawn is not. With the threads of
        `start_following`, a call for one municipality returns after a second at the latest and leaves the rest to them.
        """
        self._follower.follow(municipality_id)

    def settle(self) -> None:
        """Returns when the large model has read everything that was followed."""
        self._follower.settle()

    def rebuild(self, municipality_id: str) -> int:
        """Throws the indexes of a municipality away and makes them anew from SQL; returns the number of passages."""
        return self._follower.rebuild(municipality_id)

    def start_following(self, seconds: float = 0.25) -> None:
        """Follows and reads in threads of their own until `stop_following`."""
        self._follower.start(seconds)

    def stop_following(self) -> None:
        """Waits for what is in hand."""
        if self._follower_ is not None:
            self._follower_.stop()

    def search(self, municipality_id: str, text: str, *, moment: datetime, limit: int = 100, is_hurried: bool = False) -> SearchResult:
        """Entries of this municipality that are valid at `moment`; none for a text without words.

        In a hurry the large model is not asked; what is remembered is given all the same.
        """
        started = time.perf_counter()
        shelf = self._shelves.get(municipality_id)
        if shelf is None:
            return self._nothing(municipality_id, text, started)
        generation = shelf.generation
        key = (municipality_id, text, in_japan(moment).date(), limit)
        with self._memory_lock:
            known = self._remembered.get(key)
        if known is not None and known[0] == generation:
            SEARCHES.labels(known[1].mode.value).inc()
            return replace(known[1], is_cached=True, milliseconds=(time.perf_counter() - started) * 1000, steps=())
        result = self._search(shelf, text, moment, limit, started, is_hurried=is_hurried)
        SEARCHES.labels(result.mode.value).inc()
        if result.mode is not self.mode:
            # The next one who asks this shall have the better answer.
            return result
        with self._memory_lock:
            self._remembered[key] = (generation, result)
            self._remembered.move_to_end(key)
            if len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)
        return result

    def passage(self, municipality_id: str, entry_id: str, *, moment: datetime) -> Passage | None:
        """The first part of an entry, if it is published and valid at `moment`; placeholders filled."""
        return next(self._parts(municipality_id, entry_id, moment), None)

    def parts(self, municipality_id: str, entry_id: str, *, moment: datetime) -> tuple[Passage, ...]:
        """All parts of an entry in their order, one for an FAQ entry; none where it is not published or not valid at `moment`."""
        return tuple(self._parts(municipality_id, entry_id, moment))

    def _parts(self, municipality_id: str, entry_id: str, moment: datetime) -> Iterator[Passage]:
        shelf = self._shelves.get(municipality_id)
        if shelf is None:
            return
        with shelf.lock:
            own = [shelf.passages[key] for key in sorted(shelf.by_entry.get(entry_id, ()), key=lambda key: shelf.passages[key].position)]
        day = in_japan(moment).date()
        yield from (self._filled(municipality_id, passage, moment) for passage in own if passage.is_valid_on(day))

    def _search(self, shelf: "Shelf", text: str, moment: datetime, limit: int, started: float, *, is_hurried: bool) -> SearchResult:
        steps: list[Step] = []
        revision = shelf.revision
        with timed("read", steps), shelf.lock:
            query = read_query(text, self._synonyms(shelf.municipality_id), shelf.lexicon, shelf.keywords.__contains__)
        ranking = Ranking(ranked=[], mode=self.mode)
        if query.normalised and shelf.passages:
            day = in_japan(moment).date()
            ranking = rank(shelf, query, self._tools, day=day, limit=limit, steps=steps, is_hurried=is_hurried)
            if ranking.refusal is not None:
                SEARCHES_WITHOUT_LARGE_MODEL.labels(ranking.refusal.value).inc()
        with timed("fill", steps):
            hits = tuple(
                Hit(
                    entry_id=found.passage.entry_id,
                    passage=self._filled(shelf.municipality_id, found.passage, moment) if place < FILLED else found.passage,
                    score=found.score,
                    parts=found.parts,
                    standard=found.standard,
                )
                for place, found in enumerate(ranking.ranked)
            )
        return SearchResult(
            municipality_id=shelf.municipality_id,
            normalised=query.normalised,
            tokens=tuple(token.form for token in query.words),
            hits=hits,
            mode=ranking.mode,
            revision=revision,
            unknown_places=query.unknown_places,
            milliseconds=(time.perf_counter() - started) * 1000,
            steps=tuple(steps),
            size=len(shelf.passages),
        )

    def _nothing(self, municipality_id: str, text: str, started: float) -> SearchResult:
        """Of a municipality that has never published anything."""
        return SearchResult(
            municipality_id=municipality_id,
            normalised=normalise(text),
            tokens=(),
            hits=(),
            mode=self.mode,
            revision=-1,
            milliseconds=(time.perf_counter() - started) * 1000,
            steps=(),
        )

    @property
    def _tools(self) -> "Tools":
        if self._tools_ is None:
            raise RuntimeError("search is not warm: call warm() first")
        return self._tools_

    @property
    def _follower(self) -> "Follower":
        if self._follower_ is None:
            raise RuntimeError("search is not warm: call warm() first")
        return self._follower_

    @property
    def _shelves(self) -> "Mapping[str, Shelf]":
        return {} if self._follower_ is None else self._follower_.shelves

    def _load_tools(self) -> "Tools":
        from retrieval.embedding import packaged_models
        from retrieval.index import VectorIndex
        from retrieval.large_model import LargeModel
        from retrieval.shelf import Tools

        models = packaged_models(self.mode) if self._models is None else self._models()

        def former(name: str) -> LargeModel | None:
            embedder = models.former(name)
            return None if embedder is None else LargeModel(embedder)

        return Tools(
            database=self._database,
            index=VectorIndex(self._place),
            fast=models.fast,
            large=None if models.large is None else LargeModel(models.large),
            former=lru_cache(maxsize=None)(former),
        )

    def _new_follower(self, tools: "Tools") -> "Follower":
        from retrieval.following import Follower
        from retrieval.spaces import EXACT_ROWS

        return Follower(tools, exact_rows=EXACT_ROWS if self._exact_rows is None else self._exact_rows)

    def _filled(self, municipality_id: str, passage: Passage, moment: datetime) -> Passage:
        if not passage.has_placeholder:
            return passage
        key = (municipality_id, passage.id, passage.revision, in_japan(moment).date())
        known = self._filled_.get(key)
        if known is None:
            known = self._fill_in(municipality_id, passage, moment)
            if len(self._filled_) >= FILLED_REMEMBERED:
                self._filled_ = {}
            self._filled_[key] = known
        return known

    def _fill_in(self, municipality_id: str, passage: Passage, moment: datetime) -> Passage:

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
