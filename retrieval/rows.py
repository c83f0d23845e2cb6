"""Vectors of one space with what belongs to each; one product compares a query with all of them, and rows come and go in place."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from retrieval.held import Bytes, Floats, Held

Vectors = NDArray[np.float32]
FEWEST_ROWS = 256


class Rows:
    """Ids with the slot of their passage, their length through a lens, and their vectors.

    Beyond `most` the vectors are held as bytes, or, where a Chroma server has a graph of them, given up for good. `expected` tells that
    there will be more, so that nothing is held as floats first. Not safe for threads.
    """

    def __init__(self, most: int, *, has_graph: bool = False, expected: int = 0) -> None:
        self._most = most
        self._has_graph = has_graph
        self._places: dict[str, int] = {}
        self._ids: list[str] = []
        self._slots = np.zeros(FEWEST_ROWS, dtype=np.int32)
        self._mains = np.zeros(FEWEST_ROWS, dtype=bool)
        self._lengths = np.full(FEWEST_ROWS, np.inf, dtype=np.float32)
        self._held: Held | None = Bytes() if expected > most and not has_graph else Floats()

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
    def is_held(self) -> bool:
        """Whether memory has the vectors, so that a query is compared with each; otherwise Chroma's graph is asked."""
        return self._held is not None

    @property
    def is_in_chroma(self) -> bool:
        """Whether Chroma shall have the vectors."""
        return not isinstance(self._held, Bytes)

    def products(self, queries: Sequence[Vectors]) -> list[Vectors]:
        """Of each query with every row; only while `is_held`."""
        return [] if self._held is None else self._held.products(queries, len(self))

    def vectors(self, places: Sequence[int] | slice) -> Vectors:
        """Copies, as near to what was put in as memory knows; only while `is_held`."""
        return np.zeros((0, 0), dtype=np.float32) if self._held is None else self._held.take(places)

    def copies(self) -> Callable[[Sequence[str]], Mapping[str, Vectors]]:
        """Vectors by id as they are now; may be asked while the rows change."""
        held, places = None if self._held is None else self._held.copy(), dict(self._places)

        def found(ids: Sequence[str]) -> Mapping[str, Vectors]:
            known = [vector_id for vector_id in ids if vector_id in places]
            return {} if held is None or not known else dict(zip(known, held.take([places[one] for one in known]), strict=True))

        return found

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
        if self._held is not None and vectors:
            self._held.put(start, np.stack(list(vectors.values())), len(self._slots))

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
                if self._held is not None:
                    self._held.move(last, place)

    def measure(self, lengths: Mapping[str, float]) -> None:
        """Sets the lengths of these ids."""
        for vector_id, length in lengths.items():
            self._lengths[self._places[vector_id]] = length

    def forget_lengths(self) -> None:
        """In a new array: a query under way still reads the old one."""
        self._lengths = np.full(len(self._lengths), np.inf, dtype=np.float32)

    @property
    def is_too_large(self) -> bool:
        """For floats."""
        return isinstance(self._held, Floats) and len(self) > self._most

    def shrink(self) -> None:
        """From floats to bytes, or to nothing."""
        held = None if self._has_graph else Bytes()
        if held is not None:
            held.put(0, self.vectors(slice(0, len(self))), len(self._slots))
        self._held = held

    def _grow(self, count: int) -> None:
        if count > len(self._slots):
            room = max(count, 2 * len(self._slots)) - len(self._slots)
            self._slots = np.concatenate([self._slots, np.zeros(room, dtype=np.int32)])
            self._mains = np.concatenate([self._mains, np.zeros(room, dtype=bool)])
            self._lengths = np.concatenate([self._lengths, np.full(room, np.inf, dtype=np.float32)])
