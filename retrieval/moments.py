"""Mean and variance of a query's similarity to a whole collection, without comparing it to every vector."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Where the similarities of one query lie."""

    mean: float
    deviation: float


class Moments:
    """Sum and sum of outer products of unit vectors: they give the exact mean and variance of all dot products with a query.

    `expected` stands for `PRIOR` imagined documents, so that a collection of three entries is judged like one of three thousand.
    """

    PRIOR = 20

    def __init__(self, dimensions: int, expected: Spread) -> None:
        self.count = 0
        self._expected = expected
        self._sum = np.zeros(dimensions)
        self._outer = np.zeros((dimensions, dimensions))
        self._ready: tuple[Vectors, Vectors] | None = None

    def change(self, vectors: Vectors, sign: int) -> None:
        """Adds vectors (1), or takes away what was added before (-1)."""
        if len(vectors):
            wide = vectors.astype(np.float64)
            self.count += sign * len(vectors)
            self._sum += sign * wide.sum(axis=0)
            self._outer += sign * (wide.T @ wide)
            self._ready = None

    def spread(self, query: Vectors) -> Spread:
        """Of the dot products of `query` with every vector that was added."""
        centre, covariance = self._centre_and_covariance()
        own, expected = float(query @ centre), self._expected
        share = self.count / (self.count + self.PRIOR)
        mean = share * own + (1 - share) * expected.mean
        square = share * (float(query @ covariance @ query) + own**2) + (1 - share) * (expected.deviation**2 + expected.mean**2)
        return Spread(mean=mean, deviation=max(square - mean**2, 1e-8) ** 0.5)

    def _centre_and_covariance(self) -> tuple[Vectors, Vectors]:
        """Of the vectors; kept in single precision, which halves the time of a query."""
        if self._ready is None:
            centre = self._sum / max(1, self.count)
            covariance = self._outer / max(1, self.count) - np.outer(centre, centre)
            self._ready = centre.astype(np.float32), covariance.astype(np.float32)
        return self._ready
