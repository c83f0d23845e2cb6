"""Vectors of one space side by side in memory, so that one product compares a query with all of them; rows come and go in place."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
FEWEST_ROWS = 256


class Rows:
    """Ids with the slot of their passage, their length through a lens, and, as long as they are at most `most`, their vectors.

    Beyond that the vectors are given up for good, because Chroma's graph is then faster and smaller. Not safe for threads.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._places: dict[str, int] = {}
        self._ids: list[str] = []
        self._slots = np.zeros(FEWEST_ROWS, dtype=np.int32)
        self._mains = np.zeros(FEWEST_ROWS, dtype=bool)
        self._lengths = np.full(FEWEST_ROWS, np.inf, dtype=np.float32)
        self._matrix: Vectors | None = None
        self.is_exact = True

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def ids(self) -> Sequence[str]:
        return self._ids

    @property
    def slots(self) -> NDArray[np.int32]:
        """Of the passage behind each row."""
        return self._slots[: len(self)]

    @property
    def mains(self) -> NDArray[np.bool_]:
        """Which rows stand for their passages."""
        return self._mains[: len(self)]

    @property
    def lengths(self) -> Vectors:
        """Of the projected vectors; infinite where there is none."""
        return self._lengths[: len(self)]

    @property
    def matrix(self) -> Vectors:
        """Only while `is_exact`."""
        if self._matrix is None:
            return np.zeros((0, 0), dtype=np.float32)
        return self._matrix[: len(self)]

    def place(self, vector_id: str) -> int | None:
        return self._places.get(vector_id)

    def add(self, vectors: Mapping[str, Vectors], slots: Mapping[str, int], mains: Iterable[str]) -> None:
        """New ids with their vectors and the slots of their passages."""
        start = len(self)
        self._ids += vectors
        self._places.update({vector_id: start + place for place, vector_id in enumerate(vectors)})
        self._grow(len(self))
        self._slots[start : len(self)] = [slots[vector_id] for vector_id in vectors]
        own = set(mains)
        self._mains[start : len(self)] = [vector_id in own for vector_id in vectors]
        self._lengths[start : len(self)] = np.inf
        if self.is_exact and vectors:
            self._hold(start, np.stack(list(vectors.values())))

    def remove(self, ids: Iterable[str]) -> None:
        """The last row takes the place of each one removed; ids that are not there are left alone."""
        for vector_id in ids:
            place = self._places.pop(vector_id, None)
            if place is None:
                continue
            last_id = self._ids.pop()
            last = len(self._ids)
            if place != last:
                self._ids[place] = last_id
                self._places[last_id] = place
                for column in (self._slots, self._mains, self._lengths):
                    column[place] = column[last]
                if self._matrix is not None:
                    self._matrix[place] = self._matrix[last]

    def measure(self, lengths: Mapping[str, float]) -> None:
        """Sets the lengths of these ids."""
        for vector_id, length in lengths.items():
            self._lengths[self._places[vector_id]] = length

    def forget_lengths(self) -> None:
        """In a new array: a query under way still reads the old one."""
        self._lengths = np.full(len(self._lengths), np.inf, dtype=np.float32)

    def give_up_vectors(self) -> None:
        self._matrix = None
        self.is_exact = False

    @property
    def is_too_large(self) -> bool:
        return self.is_exact and len(self) > self._most

    def _grow(self, count: int) -> None:
        if count > len(self._slots):
            room = max(count, 2 * len(self._slots)) - len(self._slots)
            self._slots = np.concatenate([self._slots, np.zeros(room, dtype=np.int32)])
            self._mains = np.concatenate([self._mains, np.zeros(room, dtype=bool)])
            self._lengths = np.concatenate([self._lengths, np.full(room, np.inf, dtype=np.float32)])

    def _hold(self, start: int, added: Vectors) -> None:
        if self._matrix is None or len(self) > len(self._matrix):
            larger = np.zeros((len(self._slots), added.shape[1]), dtype=np.float32)
            if self._matrix is not None:
                larger[:start] = self._matrix[:start]
            self._matrix = larger
        self._matrix[start : len(self)] = added
