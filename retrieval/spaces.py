"""One vector space of one municipality: which vectors stand for which passage, and how a query sees them, plain and through the lens."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.fields import Field
from retrieval.lens import Lens, Side, unit
from retrieval.moments import Moments, Spread

Vectors = NDArray[np.float32]
THROUGH_LENS = Spread(mean=0.0, deviation=0.09)


@dataclass(frozen=True, kw_only=True)
class Sight:
    """A query in a space: what Chroma is asked for, and how its answers become similarities."""

    name: str
    vector: Vectors
    offset: float
    spread: Spread
    lengths: Mapping[str, float] | None
    """Of the projected vectors, by id; None without a lens."""

    def similarity(self, vector_id: str, product: float) -> float:
        """Cosine of the query and a vector, given their dot product in Chroma."""
        return product if self.lengths is None else (product - self.offset) / self.lengths.get(vector_id, np.inf)


class Space:
    """Bookkeeping of one field. Vectors themselves lie in Chroma only; here are their ids, owners, projected lengths and moments."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self.side = Side.ANSWER if field.has_answer else Side.QUESTION
        self.owners: dict[str, int] = {}
        self._ids: dict[int, tuple[str, ...]] = {}
        self._plain = Moments(field.dimensions, field.expected)
        self._lens: Lens | None = None
        self._lengths: dict[str, float] = {}
        self._seen = Moments(field.dimensions, THROUGH_LENS)

    def ids_of(self, keys: Iterable[int]) -> list[str]:
        """All vectors of these passages."""
        return [vector_id for key in keys for vector_id in self._ids.get(key, ())]

    def main_ids(self, keys: Sequence[int]) -> list[str]:
        """The vector that stands for each passage."""
        return [self._ids[key][0] for key in keys]

    def add(self, ids: Mapping[int, tuple[str, ...]], vectors: Mapping[str, Vectors]) -> None:
        """Passages with their vector ids, the main one first."""
        self._ids.update(ids)
        self.owners.update({vector_id: key for key, own in ids.items() for vector_id in own})
        self._count(ids.values(), vectors, 1)

    def remove(self, keys: Iterable[int], vectors: Mapping[str, Vectors]) -> None:
        """`vectors` as they were when they were added."""
        gone = [self._ids.pop(key) for key in keys if key in self._ids]
        self._count(gone, vectors, -1)
        for own in gone:
            for vector_id in own:
                self.owners.pop(vector_id)
                self._lengths.pop(vector_id, None)

    def put_on(self, lens: Lens | None, vectors: Mapping[str, Vectors]) -> None:
        """Sees everything through another lens; `vectors` are all that the space holds."""
        self._lens = lens
        self._lengths = {}
        self._seen = Moments(self.field.dimensions, THROUGH_LENS)
        self._see(self._ids.values(), vectors, 1)

    def sights(self, query: Vectors) -> tuple[Sight, ...]:
        """The query as it is, and through the lens where there is one."""
        plain = Sight(name=self.field.name, vector=query, offset=0.0, spread=self._plain.spread(query), lengths=None)
        if self._lens is None:
            return (plain,)
        projection = self._lens.side(self.side)
        direction = self._lens.look(query)
        back: Vectors = projection.directions @ direction
        offset = float(back @ projection.centre)
        seen = Sight(name=f"{self.field.name}_lens", vector=back, offset=offset, spread=self._seen.spread(direction), lengths=self._lengths)
        return plain, seen

    def _count(self, owned: Iterable[tuple[str, ...]], vectors: Mapping[str, Vectors], sign: int) -> None:
        owned = list(owned)
        mains = [vectors[own[0]] for own in owned if own[0] in vectors]
        if mains:
            self._plain.change(np.stack(mains), sign)
            self._see(owned, vectors, sign)

    def _see(self, owned: Iterable[tuple[str, ...]], vectors: Mapping[str, Vectors], sign: int) -> None:
        owned = list(owned)
        ids = [vector_id for own in owned for vector_id in own if vector_id in vectors]
        if self._lens is None or not ids:
            return
        projected = self._lens.side(self.side).apply(np.stack([vectors[vector_id] for vector_id in ids]))
        lengths = np.linalg.norm(projected, axis=1)
        self._lengths.update({vector_id: float(length) or np.inf for vector_id, length in zip(ids, lengths, strict=True)})
        mains = {own[0] for own in owned}
        self._seen.change(unit(projected[[place for place, vector_id in enumerate(ids) if vector_id in mains]]), sign)
