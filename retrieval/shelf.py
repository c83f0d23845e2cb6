"""What search holds of one municipality: its passages, their keywords and its vector spaces."""

import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.database import Database
from core.text import squeeze
from retrieval.embedding import Embedder
from retrieval.fields import Field, keyword_weights, plain, questions_of, texts_of
from retrieval.index import VectorIndex
from retrieval.keywords import KeywordIndex
from retrieval.lens import learn_lens
from retrieval.lexicon import Lexicon
from retrieval.passages import Passage
from retrieval.reranking import Rankers
from retrieval.spaces import Space
from retrieval.tokens import Token, forms, tokens
from retrieval.vectors import text_hash, vectors_of

Vectors = NDArray[np.float32]
LEARN_AGAIN = 0.05
"""Share of passages that changed since the lenses were learned, from which they are learned again."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What followed after a revision: passages that were written, and ids of those that were removed."""

    revision: int
    written: Sequence[Passage]
    removed: Sequence[int]
    rankers: Rankers | None = None
    """Learned ones that are in use after it."""


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What a shelf works with; shared by all shelves."""

    database: Database
    index: VectorIndex
    embedders: Mapping[str, Embedder]
    pool: Executor
    """Asks Chroma while the models think."""


class Shelf:
    """A projection of SQL in memory and in the vector index. One thread changes it at a time; any number search, under `lock`."""

    def __init__(self, municipality_id: str, municipality_name: str, fields: Sequence[Field]) -> None:
        self.municipality_id = municipality_id
        self.municipality_name = municipality_name
        self.lock = threading.RLock()
        self.revision = -1
        self.passages: dict[int, Passage] = {}
        self.keywords = KeywordIndex()
        self.lexicon = Lexicon()
        self.rankers: Rankers | None = None
        """What was learned for this municipality, where it is in use."""
        self.spaces = tuple(Space(field) for field in fields)
        self.by_entry: dict[str, set[int]] = {}
        self._by_wording: dict[str, set[int]] = {}
        self._stored: dict[str, set[str]] = {}
        self._changed = 0

    def collection(self, field: Field) -> str:
        """Its name tells the model, so that another model begins with an empty one."""
        return f"{self.municipality_id}.{field.model}.{'answer' if field.has_answer else 'question'}"

    def apply(self, change: Change, tools: Tools) -> None:
        """Vectors first, then everything in memory at once, then what is left over: a search in between sees the old or the new state.

        It may stop anywhere and be repeated.
        """
        gone = [*change.removed, *(passage.id for passage in change.written)]
        ids = [self._vector_ids(change.written, space) for space in self.spaces]
        added = [self._store(change.written, space, tools) for space in self.spaces]
        taken = [tools.index.vectors(self.collection(space.field), space.ids_of(gone)) for space in self.spaces]
        documents = {passage.id: _document(passage) for passage in change.written}
        with self.lock:
            for key in gone:
                self._forget(key)
            for passage in change.written:
                self._remember(passage, documents[passage.id])
            for space, own_ids, new, old in zip(self.spaces, ids, added, taken, strict=True):
                space.remove(gone, old)
                space.add(own_ids, new)
            self.rankers = change.rankers
            self.revision = change.revision
        self._changed += len(gone)
        self._tidy(tools.index)

    def learn_when_due(self, tools: Tools) -> None:
        """Learns the lenses anew once enough of the content has changed."""
        if self._changed <= LEARN_AGAIN * len(self.passages):
            return
        keys = sorted(self.passages)
        for question, answer in _pairs(self.spaces):
            seen = [tools.index.vectors(self.collection(space.field), space.ids_of(keys)) for space in (question, answer)]
            mains = [
                pair
                for pair in zip(question.main_ids(keys), answer.main_ids(keys), strict=True)
                if pair[0] in seen[0] and pair[1] in seen[1]
            ]
            if not mains:
                continue
            lens = learn_lens(np.stack([seen[0][one] for one, _ in mains]), np.stack([seen[1][other] for _, other in mains]))
            with self.lock:
                question.put_on(lens, seen[0])
                answer.put_on(lens, seen[1])
        self._changed = 0

    def worded(self, text: str) -> frozenset[int]:
        """Passages that ask exactly this, but for spaces, punctuation and width."""
        return frozenset(self._by_wording.get(squeeze(text), ()))

    def _vector_ids(self, passages: Iterable[Passage], space: Space) -> dict[int, tuple[str, ...]]:
        return {passage.id: tuple(key for key, _ in self._texts(passage, space)) for passage in passages}

    def _texts(self, passage: Passage, space: Space) -> list[tuple[str, str]]:
        """Vector ids with their texts. An id names its text, so that a vector of an earlier text is never taken for the new one."""
        texts = texts_of(passage, space.field, self.municipality_name)
        return [(f"{passage.id}.{place}.{text_hash(text)[:16]}", text) for place, text in enumerate(texts)]

    def _store(self, passages: Iterable[Passage], space: Space, tools: Tools) -> dict[str, Vectors]:
        collection = self.collection(space.field)
        if collection not in self._stored:
            self._stored[collection] = tools.index.ids(collection)
        wanted = dict(pair for passage in passages for pair in self._texts(passage, space))
        vectors = vectors_of(tools.database, tools.embedders[space.field.model], list(wanted.values()))
        found = {key: vectors[text_hash(text)] for key, text in wanted.items()}
        missing = {key: vector for key, vector in found.items() if key not in self._stored[collection]}
        tools.index.put(collection, missing)
        self._stored[collection] |= missing.keys()
        return found

    def _tidy(self, index: VectorIndex) -> None:
        for space in self.spaces:
            collection = self.collection(space.field)
            surplus = self._stored[collection] - space.owners.keys()
            index.delete(collection, surplus)
            self._stored[collection] -= surplus

    def _forget(self, key: int) -> None:
        passage = self.passages.pop(key, None)
        if passage is not None:
            self.keywords.remove(key)
            self.lexicon.remove(key)
            self.by_entry[passage.entry_id].discard(key)
            for wording in map(squeeze, questions_of(passage)):
                self._by_wording.get(wording, set()).discard(key)

    def _remember(self, passage: Passage, document: "Document") -> None:
        self.passages[passage.id] = passage
        self.by_entry.setdefault(passage.entry_id, set()).add(passage.id)
        self.keywords.put(passage.id, document.weights, length=document.length)
        self.lexicon.put(passage.id, document.questions)
        for wording in map(squeeze, questions_of(passage)):
            self._by_wording.setdefault(wording, set()).add(passage.id)


@dataclass(frozen=True, kw_only=True)
class Document:
    """A passage as the keyword index takes it."""

    weights: Mapping[str, float]
    length: float
    questions: Sequence[Sequence[Token]]


def _document(passage: Passage) -> Document:
    own = {"question": Counter(forms(passage.question)), "body": Counter(forms(plain(passage.body)))}
    weights = keyword_weights(own)
    length = sum(weights.values())
    # Other wordings help to find a passage, and must not make it look longer than its neighbours.
    for text in questions_of(passage)[1:]:
        for form, weight in keyword_weights({"question": Counter(forms(text))}).items():
            weights[form] = max(weights.get(form, 0.0), weight)
    return Document(weights=weights, length=length, questions=[tokens(text) for text in (passage.question, *passage.phrasings)])


def _pairs(spaces: Sequence[Space]) -> list[tuple[Space, Space]]:
    """The question space and the answer space of each model."""
    models = dict.fromkeys(space.field.model for space in spaces)
    by_side = {(space.field.model, space.field.has_answer): space for space in spaces}
    return [(by_side[model, False], by_side[model, True]) for model in models]
