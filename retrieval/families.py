"""What one model knows of a municipality's passages: a space of questions, and one of questions with the beginnings of their answers."""

import random
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from retrieval.fields import Field, texts_of
from retrieval.index import VectorIndex
from retrieval.lens import learn_lens
from retrieval.passages import Passage
from retrieval.spaces import EXACT_ROWS, Space
from retrieval.vectors import text_hash

Vectors = NDArray[np.float32]
LEARN_AGAIN = 0.05
"""Share of passages that changed since the lens was learned, from which it is learned again."""
MOST_PAIRS = 10_000
"""From which a lens is learned; more would not turn its directions."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """Vectors of passages, ready for one space."""

    ids: Mapping[int, tuple[str, ...]]
    vectors: Mapping[str, Vectors]


class Family:
    """One thread changes it at a time; reading and changing memory is done under the shelf's lock."""

    def __init__(
        self,
        municipality_id: str,
        municipality_name: str,
        fields: Sequence[Field],
        index: VectorIndex,
        *,
        exact_rows: int = EXACT_ROWS,
        expected: int = 0,
    ) -> None:
        """`expected` is how many passages there will be."""
        self.model = fields[0].model
        self.question, self.answer = (
            Space(field, exact_rows=exact_rows, has_graph=index.is_server, expected=expected)
            for field in sorted(fields, key=lambda field: field.has_answer)
        )
        self.changed = 0
        """Passages that came or went since the lens was learned."""
        self._municipality_id = municipality_id
        self._municipality_name = municipality_name
        self._index = index
        self._stored: dict[str, set[str]] = {}
        self._surplus: dict[str, list[str]] = {}
        self._emptied: set[str] = set()
        self._version = 0

    @property
    def spaces(self) -> tuple[Space, Space]:
        return self.question, self.answer

    def __contains__(self, key: int) -> bool:
        return key in self.answer

    def __len__(self) -> int:
        return len(self.answer.rows)

    @property
    def dimensions(self) -> int:
        """Of its vectors; 0 while it holds none."""
        return self.question.dimensions

    def collection(self, space: Space) -> str:
        """Its name tells the model, so that another model begins with an empty one."""
        return f"{self._municipality_id}.{self.model}.{space.side}"

    def texts(self, passages: Iterable[Passage]) -> list[str]:
        """All that the model has to read of these passages."""
        return [text for passage in passages for space in self.spaces for text in texts_of(passage, space.field, self._municipality_name)]

    def prepare(self, passages: Sequence[Passage], vectors: Mapping[str, Vectors]) -> list[Prepared]:
        """For each space; passages with a text whose vector is missing, by its hash, are left out."""
        known = [passage for passage in passages if all(text_hash(text) in vectors for text in self.texts([passage]))]
        prepared = []
        for space in self.spaces:
            named = {passage.id: self._named(passage, space) for passage in known}
            prepared.append(
                Prepared(
                    ids={key: tuple(own) for key, own in named.items()},
                    vectors={vector_id: vectors[key] for own in named.values() for vector_id, key in own.items()},
                )
            )
        return prepared

    def write(self, prepared: Sequence[Prepared]) -> None:
        """Into Chroma, what is not there yet; of a space that is held as bytes an empty collection tells that the model is in use."""
        for space, own in zip(self.spaces, prepared, strict=True):
            collection = self.collection(space)
            if not space.rows.is_in_chroma:
                self._empty(collection)
                continue
            if collection not in self._stored:
                self._stored[collection] = self._index.ids(collection)
            stored = self._stored[collection]
            self._index.put(collection, {key: vector for key, vector in own.vectors.items() if key not in stored})

    def mains_of(self, keys: Sequence[int]) -> list[Mapping[str, Vectors]]:
        """For each space the vectors that stand for these passages, where memory no longer holds them."""
        return [{} if space.rows.is_held else self._fetch(space, space.main_ids(keys)) for space in self.spaces]

    def replace(
        self, gone: Sequence[int], mains: Sequence[Mapping[str, Vectors]], prepared: Sequence[Prepared], slots: Mapping[int, int]
    ) -> None:
        """In memory. Of what was removed, `tidy` removes the vectors in Chroma."""
        for space, old, new in zip(self.spaces, mains, prepared, strict=True):
            surplus = set(space.ids_of(gone)) - new.vectors.keys()
            self._surplus.setdefault(self.collection(space), []).extend(surplus)
            space.remove(gone, old)
            space.add(new.ids, new.vectors, slots)
        self.changed += len({*gone, *prepared[0].ids})
        self._version += 1

    def tidy(self) -> None:
        """Removes from Chroma what was replaced or withdrawn."""
        for space in self.spaces:
            collection = self.collection(space)
            if not space.rows.is_in_chroma:
                self._empty(collection)
            elif surplus := self._surplus.get(collection, []):
                self._index.delete(collection, surplus)
                self._stored.get(collection, set()).difference_update(surplus)
                self._surplus[collection] = []

    def compare_with_chroma(self) -> None:
        """Once everything has been written: removes what an earlier process left there and nobody owns."""
        for space in (space for space in self.spaces if space.rows.is_in_chroma):
            stored = self._stored.get(self.collection(space), set())
            self._index.delete(self.collection(space), [key for key in stored if space.rows.place(key) is None])
            # From here on Chroma holds what memory does, so that no second list of ids is needed.
            self._stored[self.collection(space)] = set()

    def drop(self) -> None:
        """Forgets its collections in Chroma."""
        for space in self.spaces:
            self._index.drop(self.collection(space))
        self._stored.clear()
        self._emptied.clear()

    def learn_when_due(self, lock: threading.RLock) -> bool:
        """Learns the lens anew once enough has changed, without holding `lock` while it computes; False if it is still due."""
        with lock:
            if self.changed <= LEARN_AGAIN * len(self):
                return True
            version = self._version
            keys = [key for key in sorted(self.question.keys) if key in self.answer]
            ids = [list(space.rows.ids) for space in self.spaces]
            mains = [frozenset(space.main_ids(keys)) for space in self.spaces]
            pairs = keys if len(keys) <= MOST_PAIRS else sorted(random.Random(len(keys)).sample(keys, MOST_PAIRS))
            pair_ids = [space.main_ids(pairs) for space in self.spaces]
            fetches = [space.rows.copies() if space.rows.is_held else partial(self._fetch, space) for space in self.spaces]
        seen = [fetch(own) for fetch, own in zip(fetches, pair_ids, strict=True)]
        both = [pair for pair in zip(*pair_ids, strict=True) if pair[0] in seen[0] and pair[1] in seen[1]]
        lens = learn_lens(np.stack([seen[0][one] for one, _ in both]), np.stack([seen[1][other] for _, other in both])) if both else None
        measured = [
            None if lens is None else space.measure(lens, own, main, fetch)
            for space, own, main, fetch in zip(self.spaces, ids, mains, fetches, strict=True)
        ]
        with lock:
            if self._version != version:
                return False
            for space, own_measured in zip(self.spaces, measured, strict=True):
                space.put_on(own_measured)
            self.changed = 0
        return True

    def _named(self, passage: Passage, space: Space) -> dict[str, str]:
        """Vector ids with the hashes of their texts. An id names its text: a vector of an earlier text is never taken for the new one."""
        hashes = map(text_hash, texts_of(passage, space.field, self._municipality_name))
        return {f"{passage.id}.{place}.{key[:16]}": key for place, key in enumerate(hashes)}

    def _empty(self, collection: str) -> None:
        """Once; what an earlier process or a smaller collection left there goes."""
        self._surplus.pop(collection, None)
        if collection not in self._emptied:
            self._index.empty(collection)
            self._emptied.add(collection)

    def _fetch(self, space: Space, ids: Sequence[str]) -> Mapping[str, Vectors]:
        return self._index.vectors(self.collection(space), ids)
