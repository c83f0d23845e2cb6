"""Vectors as rows in memory: whole while they are few, a byte for each number where they are many."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Number = TypeVar("Number", bound=np.generic)
BLOCK = 512
"""Rows that are widened at a time, so that what is multiplied lies in the processor's cache."""
STEPS = 127


class Held(Protocol):
    """Rows by place; the owner knows how many there are."""

    def put(self, start: int, vectors: Vectors, room: int) -> None:
        """Rows from `start` on; `room` is how many there may be before the next growing."""

    def move(self, source: int, place: int) -> None:
        """One row over another."""

    def products(self, queries: Sequence[Vectors], count: int) -> list[Vectors]:
        """Of each query with the first `count` rows."""

    def take(self, places: Sequence[int] | slice) -> Vectors:
        """Copies of these rows."""

    def copy(self) -> "Held":
        """To be read while this one changes."""


class Floats:
    """As they are."""

    def __init__(self, matrix: Vectors | None = None) -> None:
        self._matrix: Vectors = np.zeros((0, 0), dtype=np.float32) if matrix is None else matrix

    def put(self, start: int, vectors: Vectors, room: int) -> None:
        if start + len(vectors) > len(self._matrix):
            self._matrix = _grown(self._matrix, start, (room, vectors.shape[1]))
        self._matrix[start : start + len(vectors)] = vectors

    def move(self, source: int, place: int) -> None:
        self._matrix[place] = self._matrix[source]

    def products(self, queries: Sequence[Vectors], count: int) -> list[Vectors]:
        return [self._matrix[:count] @ query for query in queries]

    def take(self, places: Sequence[int] | slice) -> Vectors:
        return self._matrix[places].copy()

    def copy(self) -> Held:
        return Floats(self._matrix.copy())


class Bytes:
    """Each number as one of 255 steps up to the greatest of its row: a quarter of the memory; similarities move by a few thousandths."""

    def __init__(self, codes: NDArray[np.int8] | None = None, steps: Vectors | None = None) -> None:
        self._codes: NDArray[np.int8] = np.zeros((0, 0), dtype=np.int8) if codes is None else codes
        self._steps: Vectors = np.zeros(0, dtype=np.float32) if steps is None else steps

    def put(self, start: int, vectors: Vectors, room: int) -> None:
        end = start + len(vectors)
        if end > len(self._codes):
            self._codes = _grown(self._codes, start, (room, vectors.shape[1]))
            self._steps = _grown(self._steps, start, (room,))
        steps = np.maximum(np.abs(vectors).max(axis=1), 1e-9) / STEPS
        self._codes[start:end] = np.rint(vectors / steps[:, np.newaxis])
        self._steps[start:end] = steps

    def move(self, source: int, place: int) -> None:
        self._codes[place] = self._codes[source]
        self._steps[place] = self._steps[source]

    def products(self, queries: Sequence[Vectors], count: int) -> list[Vectors]:
        found = [np.empty(count, dtype=np.float32) for _ in queries]
        wide = np.empty((BLOCK, self._codes.shape[1]), dtype=np.float32)
        for start in range(0, count, BLOCK):
            end = min(count, start + BLOCK)
            rows = wide[: end - start]
            np.copyto(rows, self._codes[start:end])
            # One query after the other: for two, the product of matrices is slower than two of a matrix and a vector.
            for query, own in zip(queries, found, strict=True):
                np.dot(rows, query, out=own[start:end])
        return [own * self._steps[:count] for own in found]

    def take(self, places: Sequence[int] | slice) -> Vectors:
        return self._codes[places].astype(np.float32) * self._steps[places][:, np.newaxis]

    def copy(self) -> Held:
        return Bytes(self._codes.copy(), self._steps.copy())


def _grown(old: NDArray[Number], used: int, shape: tuple[int, ...]) -> NDArray[Number]:
    larger = np.zeros(shape, dtype=old.dtype)
    if used:
        larger[:used] = old[:used]
    return larger
