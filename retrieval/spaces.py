"""One vector space of one municipality: which vectors stand for which passage, and how a query sees them, plain and through the lens."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.fields import Field
from retrieval.lens import Lens, Projection, Side, unit
from retrieval.moments import Moments, Spread, spread_of
from retrieval.rows import Rows

Vectors = NDArray[np.float32]
Fetch = Callable[[Sequence[str]], Mapping[str, Vectors]]
"""Vectors by id from Chroma."""

EXACT_ROWS = 20_000
"""Vectors of a space up to which memory holds them as they are; beyond, as bytes, or not at all where a Chroma server's graph is asked."""
STREAMED = 4_000
THROUGH_LENS = Spread(mean=0.0, deviation=0.09)


@dataclass(frozen=True, kw_only=True)
class Sight:
    """A query in a space: what the vectors are multiplied with, and how the products become similarities."""

    name: str
    vector: Vectors
    offset: float
    direction: Vectors | None
    """The query in the lens's own space; None for the plain sight."""
    lengths: Vectors | None
    """Of the projected vectors, by row; None for the plain sight."""

    def similarities(self, products: Vectors, rows: slice | NDArray[np.int64] = slice(None)) -> Vectors:
        """Cosines of the query and the vectors of these rows."""
        return products if self.lengths is None else np.asarray((products - self.offset) / self.lengths[rows], dtype=np.float32)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Everything in a space as a lens sees it."""

    lens: Lens
    lengths: Mapping[str, float]
    moments: Moments


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a sight showed."""

    name: str
    scores: Vectors
    """Similarity by slot; NaN where the space holds nothing of a passage."""
    spread: Spread


class Space:
    """Ids, owners and lengths of one field's vectors, and the vectors unless Chroma's graph is asked. The owner takes a lock."""

    def __init__(self, field: Field, *, exact_rows: int = EXACT_ROWS, has_graph: bool = False, expected: int = 0) -> None:
        self.field = field
        self.side = Side.ANSWER if field.has_answer else Side.QUESTION
        self.rows = Rows(exact_rows, has_graph=has_graph, expected=expected)
        self._dimensions = 0
        self._ids: dict[int, tuple[str, ...]] = {}
        self._plain: Moments | None = None
        self._lens: Lens | None = None
        self._through: Moments | None = None

    def __contains__(self, key: int) -> bool:
        return key in self._ids

    @property
    def keys(self) -> Iterable[int]:
        """Passages of which it holds vectors."""
        return self._ids.keys()

    @property
    def dimensions(self) -> int:
        """Of its vectors; 0 while it holds none."""
        return self._dimensions

    def ids_of(self, keys: Iterable[int]) -> list[str]:
        """All vectors of these passages."""
        return [vector_id for key in keys for vector_id in self._ids.get(key, ())]

    def main_ids(self, keys: Iterable[int]) -> list[str]:
        """The vector that stands for each passage that it holds."""
        return [self._ids[key][0] for key in keys if key in self._ids]

    def add(self, ids: Mapping[int, tuple[str, ...]], vectors: Mapping[str, Vectors], slots: Mapping[int, int]) -> None:
        """Passages with their vector ids, the main one first, and their slots."""
        if not ids:
            return
        self._ids.update(ids)
        own = {vector_id: vectors[vector_id] for owned in ids.values() for vector_id in owned}
        self._dimensions = len(next(iter(own.values())))
        mains = [owned[0] for owned in ids.values()]
        self.rows.add(own, {vector_id: slots[key] for key, owned in ids.items() for vector_id in owned}, mains)
        if self._lens is not None:
            self.rows.measure(_lengths(self._lens.side(self.side), own))
        self._count([own[vector_id] for vector_id in mains], 1)
        if self.rows.is_too_large:
            self._grow_out()

    def remove(self, keys: Iterable[int], mains: Mapping[str, Vectors]) -> None:
        """`mains` are the vectors that stand for them, where memory no longer holds those."""
        gone = [key for key in keys if key in self._ids]
        self._count([mains[vector_id] for vector_id in self.main_ids(gone) if vector_id in mains], -1)
        for key in gone:
            self.rows.remove(self._ids.pop(key))

    def sights(self, query: Vectors) -> tuple[Sight, ...]:
        """The query as it is, and through the lens where there is one."""
        plain = Sight(name=self.field.name, vector=query, offset=0.0, direction=None, lengths=None)
        if self._lens is None:
            return (plain,)
        projection = self._lens.side(self.side)
        direction = self._lens.look(query)
        back: Vectors = projection.directions @ direction
        offset = float(back @ projection.centre)
        return plain, Sight(name=f"{self.field.name}_lens", vector=back, offset=offset, direction=direction, lengths=self.rows.lengths)

    def compare(self, sights: Sequence[Sight], slots: int, candidates: int) -> list[Seen]:
        """With every vector in memory."""
        found = []
        for sight, products in zip(sights, self.rows.products([sight.vector for sight in sights]), strict=True):
            similarities = sight.similarities(products)
            spread = spread_of(similarities[self.rows.mains], self._expected(sight))
            floor = np.partition(similarities, -candidates)[-candidates] if len(similarities) > candidates else -np.inf
            found.append(Seen(name=sight.name, scores=self._by_slot(self.rows.slots, similarities, slots, floor), spread=spread))
        return found

    def take(self, sights: Sequence[Sight], nearest: Sequence[Sequence[tuple[str, float]]], slots: int) -> list[Seen]:
        """From Chroma's answers, one for each sight; a passage that it did not name is as near as the farthest that it did."""
        found = []
        for sight, near in zip(sights, nearest, strict=True):
            known = [(place, product) for vector_id, product in near if (place := self.rows.place(vector_id)) is not None]
            rows = np.array([place for place, _ in known], dtype=np.int64)
            similarities = sight.similarities(np.array([product for _, product in known], dtype=np.float32), rows)
            moments, direction = (self._plain, sight.vector) if sight.direction is None else (self._through, sight.direction)
            spread = moments.spread(direction) if moments is not None else THROUGH_LENS
            floor = similarities.min() if len(similarities) else spread.mean
            scores = self._by_slot(self.rows.slots[rows], similarities, slots, floor)
            scores[self.rows.slots] = np.fmax(scores[self.rows.slots], floor)
            found.append(Seen(name=sight.name, scores=scores, spread=spread))
        return found

    def measure(self, lens: Lens, ids: Sequence[str], mains: frozenset[str], vectors: Fetch) -> Measured:
        """How `lens` sees these vectors; takes no part of the space, so that no lock is needed."""
        projection = lens.side(self.side)
        lengths: dict[str, float] = {}
        moments: Moments | None = None
        for start in range(0, len(ids), STREAMED):
            part = vectors(ids[start : start + STREAMED])
            lengths |= _lengths(projection, part)
            own = [vector for vector_id, vector in part.items() if vector_id in mains]
            if own:
                projected = unit(projection.apply(np.stack(own)))
                moments = moments or Moments(projected.shape[1], THROUGH_LENS)
                moments.change(projected, 1)
        return Measured(lens=lens, lengths=lengths, moments=moments or Moments(1, THROUGH_LENS))

    def put_on(self, measured: Measured | None) -> None:
        """Sees everything through another lens, or through none; all that the space holds must have been measured."""
        self.rows.forget_lengths()
        self._lens = None if measured is None else measured.lens
        self._through = None if measured is None or self.rows.is_held else measured.moments
        if measured is not None:
            self.rows.measure(
                {vector_id: length for vector_id, length in measured.lengths.items() if self.rows.place(vector_id) is not None}
            )

    def _expected(self, sight: Sight) -> Spread | None:
        return self.field.expected if sight.lengths is None else THROUGH_LENS

    def _by_slot(self, owners: NDArray[np.int32], similarities: Vectors, slots: int, floor: float) -> Vectors:
        """The best of a passage's texts counts."""
        best = np.full(slots, np.nan, dtype=np.float32)
        best[owners] = floor
        np.maximum.at(best, owners, similarities)
        return best

    def _count(self, mains: Sequence[Vectors], sign: int) -> None:
        """Moments stand in for the vectors that memory does not hold."""
        if self.rows.is_held or not mains:
            return
        vectors = np.stack(mains)
        if self._plain is None:
            self._plain = Moments(vectors.shape[1], self.field.expected)
        self._plain.change(vectors, sign)
        if self._lens is not None:
            projected = unit(self._lens.side(self.side).apply(vectors))
            if self._through is None:
                self._through = Moments(projected.shape[1], THROUGH_LENS)
            self._through.change(projected, sign)

    def _grow_out(self) -> None:
        mains = self.rows.vectors(np.flatnonzero(self.rows.mains).tolist())
        self.rows.shrink()
        self._plain = self._through = None
        for part in _parts(mains):
            self._count(list(part), 1)


def _parts(vectors: Vectors) -> Iterator[Vectors]:
    for start in range(0, len(vectors), STREAMED):
        yield vectors[start : start + STREAMED]


def _lengths(projection: Projection, vectors: Mapping[str, Vectors]) -> dict[str, float]:
    if not vectors:
        return {}
    lengths = np.linalg.norm(projection.apply(np.stack(list(vectors.values()))), axis=1)
    return {vector_id: float(length) or np.inf for vector_id, length in zip(vectors, lengths, strict=True)}
