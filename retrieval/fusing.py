"""Scores of several kinds → one order. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.settings import SearchMode
from retrieval.moments import Spread

Scores = NDArray[np.float32]
LENS = "_lens"
SAME = "same"
"""The signal of equal wording; it is 0 or far beyond all others."""


@dataclass(frozen=True, kw_only=True)
class Signal:
    """One kind of score: one number per passage, with where the scores of the whole collection lie."""

    name: str
    scores: Scores
    spread: Spread


@dataclass(frozen=True, kw_only=True)
class Weight:
    """What a signal counts. Where no lens could be learned, `alone` stands for the signal and its lens."""

    plain: float
    lens: float = 0.0
    alone: float


WEIGHTS: Mapping[SearchMode, Mapping[str, Weight]] = {
    SearchMode.LIGHT: {
        "use_question": Weight(plain=0.0, lens=1.0, alone=1.0),
        "use_answer": Weight(plain=0.5, lens=0.25, alone=0.5),
        "bm25": Weight(plain=0.5, alone=0.5),
        "coverage": Weight(plain=0.15, alone=0.15),
    },
    SearchMode.FULL: {
        "e5_question": Weight(plain=0.75, lens=0.5, alone=1.0),
        "e5_answer": Weight(plain=0.75, lens=0.5, alone=1.0),
        "use_question": Weight(plain=0.0, lens=1.0, alone=1.0),
        "use_answer": Weight(plain=0.5, lens=0.0, alone=0.5),
        "bm25": Weight(plain=0.6, alone=0.5),
        "coverage": Weight(plain=0.3, alone=0.3),
    },
}


def fuse(signals: Sequence[Signal], weights: Mapping[str, Weight]) -> Scores:
    """Weighted sum of standardised scores, per passage; weighed so that one is the usual distance from the mean."""
    names = {signal.name for signal in signals}
    has_lens = any(name.endswith(LENS) for name in names)
    total = np.zeros(0, dtype=np.float32)
    scale = 0.0
    for signal in signals:
        weight = _weight(signal.name, weights, has_lens=has_lens)
        scale += weight if signal.name != SAME else 0.0
        standard = (signal.scores - signal.spread.mean) * (weight / signal.spread.deviation)
        total = standard if not total.size else total + standard
    return (total / scale).astype(np.float32) if scale else total


def in_strict_order(scores: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """Best first, ties by key; scores fall strictly, so that an order by score alone is this order."""
    ordered: list[tuple[str, float]] = []
    for key, score in sorted(scores, key=lambda item: (-item[1], item[0])):
        ceiling = math.nextafter(ordered[-1][1], -math.inf) if ordered else math.inf
        ordered.append((key, min(score, ceiling)))
    return ordered


def _weight(name: str, weights: Mapping[str, Weight], *, has_lens: bool) -> float:
    if name == SAME:
        return 1.0
    if name.endswith(LENS):
        return weights[name.removesuffix(LENS)].lens
    return weights[name].plain if has_lens else weights[name].alone
