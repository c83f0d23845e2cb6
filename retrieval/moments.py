"""Mean and variance of a query's similarity to a whole collection, from all similarities or without comparing it to every vector."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
PRIOR = 20
LEAST_VARIANCE = 1e-8
LEAST_UNKNOWN_VARIANCE = 0.05**2
"""Of a model whose similarities nobody has measured, so that a handful of near-equal ones isn't taken for its whole range."""


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Where the similarities of one query lie."""

    mean: float
    deviation: float


def blend(count: int, mean: float, square: float, expected: Spread | None) -> Spread:
    """Of `count` similarities with this mean and mean square, and of `PRIOR` imagined ones that lie as expected.

    So a collection of three entries is judged like one of three thousand. Of an unknown model (None) nothing is imagined.
    """
    if expected is None:
        return Spread(mean=mean, deviation=max(square - mean**2, LEAST_UNKNOWN_VARIANCE) ** 0.5)
    share = count / (count + PRIOR)
    whole_mean = share * mean + (1 - share) * expected.mean
    whole_square = share * square + (1 - share) * (expected.deviation**2 + expected.mean**2)
    return Spread(mean=whole_mean, deviation=max(whole_square - whole_mean**2, LEAST_VARIANCE) ** 0.5)


def spread_of(similarities: Vectors, expected: Spread | None) -> Spread:
    """Of the similarities themselves."""
    count = len(similarities)
    wide = similarities.astype(np.float64)
    return blend(count, float(wide.sum()) / max(1, count), float(wide @ wide) / max(1, count), expected)


class Moments:
    """Sum and sum of outer products of unit vectors: they give the exact mean and variance of all dot products with a query."""

    PRIOR = PRIOR

    def __init__(self, dimensions: int, expected: Spread | None) -> None:
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
        own = float(query @ centre)
        return blend(self.count, own, float(query @ covariance @ query) + own**2, self._expected)

    def _centre_and_covariance(self) -> tuple[Vectors, Vectors]:
        """Of the vectors; kept in single precision, which halves the time of a query."""
        if self._ready is None:
            centre = self._sum / max(1, self.count)
            covariance = self._outer / max(1, self.count) - np.outer(centre, centre)
            self._ready = centre.astype(np.float32), covariance.astype(np.float32)
        return self._ready
