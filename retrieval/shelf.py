"""What search holds of one municipality: its passages, their keywords and what the models know of them."""

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.database import Database
from core.settings import SearchMode
from core.text import squeeze
from retrieval.documents import Document
from retrieval.embedding import Embedder
from retrieval.families import Family
from retrieval.fields import questions_of
from retrieval.index import VectorIndex
from retrieval.keywords import KeywordIndex
from retrieval.large_model import LargeModel
from retrieval.lexicon import Lexicon
from retrieval.passages import Passage
from retrieval.reranking import Rankers

Vectors = NDArray[np.float32]
KANA = re.compile(r"[ぁ-ヺ]")
BRACKETED = re.compile(r"[(（][^)）]*[)）]")
ENOUGH = 0.5
"""Share of the passages that the large model must know; below, asking it gains little."""


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What shelves work with."""

    database: Database
    index: VectorIndex
    fast: Embedder
    large: LargeModel | None
    """As the settings want it."""
    former: Callable[[str], LargeModel | None]
    """The large model of this name that was in use before, if it can still be asked."""


class Shelf:
    """A projection of SQL in memory and in the vector index. Changes take `changing`, any number of threads search under `lock`."""

    def __init__(
        self,
        municipality_id: str,
        municipality_name: str,
        *,
        fast: Family,
        wanted: Family | None,
        former: Family | None,
        left_behind: Sequence[str] = (),
    ) -> None:
        self.municipality_id = municipality_id
        self.municipality_name = municipality_name
        self.lock = threading.RLock()
        self.changing = threading.RLock()
        self.revision = -1
        """Up to which everything was followed."""
        self.generation = 0
        """Grows with every change of what a search might find."""
        self.passages: dict[int, Passage] = {}
        self.keywords = KeywordIndex()
        self.lexicon = Lexicon()
        self.fast = fast
        self.wanted = wanted
        self.former = former
        self.left_behind = tuple(left_behind)
        """Collections of models that were in use before; to be dropped once the wanted one has read everything."""
        self.rankers: Mapping[SearchMode, Rankers] = {}
        """What was learned for this municipality, where it is in use."""
        self.by_entry: dict[str, set[int]] = {}
        self.unread: dict[int, Passage] = {}
        """Passages that the wanted large model has yet to read."""
        self.wordings: dict[int, Sequence[tuple[str, ...]]] = {}
        """The words of each passage's question and phrasings, as they are compared."""
        self._by_wording: dict[str, set[int]] = {}

    @property
    def families(self) -> tuple[Family, ...]:
        return tuple(family for family in (self.fast, self.wanted, self.former) if family is not None)

    def large(self) -> Family | None:
        """The large model's knowledge that answers; the former one's until the wanted one has read everything."""
        family = self.former or self.wanted
        return family if family is not None and len(family) >= ENOUGH * len(self.passages) else None

    def apply(
        self,
        written: Sequence[Passage],
        removed: Sequence[int],
        vectors: Mapping[str, Mapping[str, Vectors]],
        documents: Mapping[int, Document],
    ) -> None:
        """Chroma first, then everything in memory at once, then what is left over: a search in between sees the old or the new state.

        `vectors` by model and text hash; those of the fast model must be complete. `documents` by the id of the passage.
        It may stop anywhere and be repeated.
        """
        with self.changing:
            gone = [*removed, *(passage.id for passage in written)]
            prepared = [family.prepare(written, vectors[family.model]) for family in self.families]
            for family, own in zip(self.families, prepared, strict=True):
                family.write(own)
            mains = [family.mains_of(gone) for family in self.families]
            with self.lock:
                for key in gone:
                    self._forget(key)
                for passage in written:
                    self._remember(passage, documents[passage.id])
                slots = {passage.id: self.keywords.slot_of(passage.id) for passage in written}
                for family, own, old in zip(self.families, prepared, mains, strict=True):
                    family.replace(gone, old, own, slots)
                if self.wanted is not None:
                    self.unread.update({passage.id: passage for passage in written if passage.id not in self.wanted})
                self.generation += 1
            for family in self.families:
                family.tidy()

    def take_in(self, passages: Sequence[Passage], vectors: Mapping[str, Vectors]) -> None:
        """What the wanted large model has read; a passage that was replaced or withdrawn meanwhile is left out."""
        if self.wanted is None:
            return
        with self.changing:
            current = [passage for passage in passages if self.passages.get(passage.id) is passage]
            prepared = self.wanted.prepare(current, vectors)
            self.wanted.write(prepared)
            gone = list(prepared[0].ids)
            mains = self.wanted.mains_of(gone)
            with self.lock:
                self.wanted.replace(gone, mains, prepared, {key: self.keywords.slot_of(key) for key in gone})
                for passage in passages:
                    if self.unread.get(passage.id) is passage:
                        del self.unread[passage.id]
                self.generation += 1
            self.wanted.tidy()

    def retire_former(self) -> Sequence[str]:
        """From now on the wanted large model answers; returns the collections that nobody needs any more."""
        with self.changing, self.lock:
            left_behind, self.left_behind, self.former = self.left_behind, (), None
            self.generation += 1
        return left_behind

    def worded(self, text: str) -> frozenset[int]:
        """Passages that ask exactly this, but for spaces, punctuation and width."""
        return frozenset(self._by_wording.get(squeeze(text), ()))

    def _forget(self, key: int) -> None:
        self.unread.pop(key, None)
        passage = self.passages.pop(key, None)
        if passage is not None:
            self.keywords.remove(key)
            self.lexicon.remove(key)
            self.wordings.pop(key, None)
            _discard(self.by_entry, passage.entry_id, key)
            for wording in _wordings(passage):
                _discard(self._by_wording, wording, key)

    def _remember(self, passage: Passage, document: Document) -> None:
        self.passages[passage.id] = passage
        self.by_entry.setdefault(passage.entry_id, set()).add(passage.id)
        self.keywords.put(passage.id, document.weights, length=document.length)
        self.lexicon.put(passage.id, document.names)
        self.wordings[passage.id] = document.wordings
        for wording in _wordings(passage):
            self._by_wording.setdefault(wording, set()).add(passage.id)


def _wordings(passage: Passage) -> Iterator[str]:
    """What is asked word for word. Translations name Japanese documents in brackets, which nobody types."""
    for text in questions_of(passage):
        yield squeeze(text)
        if not KANA.search(text):
            yield squeeze(BRACKETED.sub("", text))


def _discard(members: dict[str, set[int]], name: str, key: int) -> None:
    own = members.get(name, set())
    own.discard(key)
    if not own:
        members.pop(name, None)
