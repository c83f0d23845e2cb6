"""What the large model has yet to read: the smallest backlog first and in it the newest, so that an edit overtakes an import."""

import heapq
import logging
import time
from collections import Counter
from collections.abc import Mapping, Sequence

from core.errors import ModelUnavailableError
from core.metrics import PASSAGES_UNREAD
from retrieval.large_model import LargeModel
from retrieval.passages import Passage
from retrieval.shelf import Shelf, Tools
from retrieval.vectors import vectors_of

log = logging.getLogger(__name__)

PASSAGES_AT_A_TIME = 4
"""Per question that the model takes at a time; few, so that what is newer waits only for them."""
POLITE_SECONDS = 0.25
"""For which reading waits while residents ask the same model."""


class Backlog:
    """One thread works on it. What was read is stored in SQL before anything else, so a restart goes on where this one ended."""

    def __init__(self, tools: Tools, shelves: Mapping[str, Shelf]) -> None:
        self._tools = tools
        self._shelves = shelves
        self._failures: Counter[int] = Counter()

    def step(self) -> bool:
        """Reads a few passages, or puts the wanted model into use; False when nothing is left to do. Raises ModelUnavailableError."""
        large = self._tools.large
        if large is None:
            return False
        waiting = [shelf for shelf in list(self._shelves.values()) if shelf.unread]
        if not waiting:
            return self._retire_former()
        shelf = min(waiting, key=lambda shelf: (len(shelf.unread), shelf.municipality_id))
        passages = self._next(shelf, large)
        if passages and shelf.wanted is not None:
            _give_way(large)
            try:
                vectors = vectors_of(self._tools.database, large.embedder, shelf.wanted.texts(passages))
            except ModelUnavailableError:
                self._failures.update(passage.id for passage in passages)
                raise
            for passage in passages:
                del self._failures[passage.id]
            shelf.take_in(passages, vectors)
        PASSAGES_UNREAD.labels(shelf.municipality_id).set(len(shelf.unread))
        return True

    def _next(self, shelf: Shelf, large: LargeModel) -> Sequence[Passage]:
        """A passage that failed comes after all others, and alone: one text that a server refuses must not hold up its neighbours."""
        with shelf.lock:
            unread = list(shelf.unread.values())
        count = PASSAGES_AT_A_TIME * large.embedder.parallel
        first = heapq.nsmallest(count, unread, key=lambda passage: (self._failures[passage.id], -passage.revision, -passage.id))
        return first[:1] if first and self._failures[first[0].id] else [one for one in first if not self._failures[one.id]]

    def _retire_former(self) -> bool:
        """One shelf's, when the wanted model has read everything that was ever published there."""
        for shelf in list(self._shelves.values()):
            is_read = shelf.revision >= 0 and not shelf.unread
            if shelf.left_behind and is_read and shelf.wanted is not None and shelf.wanted.learn_when_due(shelf.lock):
                for collection in shelf.retire_former():
                    self._tools.index.drop(collection)
                log.info("%s: %s has taken the place of the former model", shelf.municipality_id, shelf.wanted.model)
                return True
        return False


def _give_way(large: LargeModel) -> None:
    until = time.monotonic() + POLITE_SECONDS
    while large.is_asked and time.monotonic() < until:
        time.sleep(0.005)
