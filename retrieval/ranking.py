"""One query against one shelf: signals of every kind, fused into an order of entries."""

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.settings import SearchMode
from retrieval.fields import without_name
from retrieval.fusing import WEIGHTS, Signal, fuse, in_strict_order
from retrieval.moments import Spread
from retrieval.passages import Passage
from retrieval.query import Query
from retrieval.reranking import rerank, shipped_rankers
from retrieval.results import Step

if TYPE_CHECKING:
    from retrieval.shelf import Shelf, Tools
    from retrieval.spaces import Sight, Space

Scores = NDArray[np.float32]
CANDIDATES = 100
"""Of each kind of score; deeper ones do not reach the first ten of the sum."""
IMAGINED = 20
"""Passages without any of the words, so that a collection of three is judged like one of three thousand."""

SAME_DEVIATION = 0.01


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """An entry in its place, by its best passage."""

    passage: Passage
    score: float
    parts: Mapping[str, float]
    standard: Mapping[str, float]
    """The same parts in standard deviations from the collection's mean."""


@contextmanager
def timed(name: str, steps: list[Step]) -> Iterator[None]:
    """Adds a step with the time that the block took."""
    started = time.perf_counter()
    yield
    steps.append(Step(name=name, milliseconds=(time.perf_counter() - started) * 1000))


def rank(shelf: "Shelf", query: Query, tools: "Tools", *, mode: SearchMode, day: date, limit: int, steps: list[Step]) -> list[Ranked]:
    """Entries with a passage that is valid on `day` and scores above the average of the collection, best first."""
    asked: list[tuple[Space, tuple[Sight, ...], Future[list[list[tuple[str, float]]]]]] = []
    for model, embedder in tools.embedders.items():
        with timed(f"embed {model}", steps):
            vector = embedder.query(without_name(query.sentence, shelf.municipality_name))
        for space in shelf.spaces:
            if space.field.model == model and space.owners:
                with shelf.lock:
                    sights = space.sights(vector)
                count = min(CANDIDATES, len(space.owners))
                found = tools.pool.submit(tools.index.nearest, shelf.collection(space.field), [sight.vector for sight in sights], count)
                asked.append((space, sights, found))
    with timed("vectors", steps):
        answers = [(space, sights, found.result()) for space, sights, found in asked]
    with shelf.lock:
        with timed("keywords", steps):
            signals = _keyword_signals(shelf, query)
        with timed("fuse", steps):
            for space, sights, nearest in answers:
                signals += [_vector_signal(shelf, sight, near, space) for sight, near in zip(sights, nearest, strict=True)]
            signals.append(_wording_signal(shelf, query))
            fused = rerank(shelf, query, signals, fuse(signals, WEIGHTS[mode]), shelf.rankers or shipped_rankers(mode))
            return _entries(shelf, signals, fused, day, limit)


def _keyword_signals(shelf: "Shelf", query: Query) -> list[Signal]:
    """BM25, and the share of the resident's own words that stand in the passage, rare ones counting more."""
    scores = shelf.keywords.scores(query.weights)
    coverage = shelf.keywords.coverage({token.form: 1.0 for token in query.words})
    return [Signal(name=name, scores=own, spread=_spread(shelf, own)) for name, own in (("bm25", scores), ("coverage", coverage))]


def _wording_signal(shelf: "Shelf", query: Query) -> Signal:
    """1 for a passage that asks what the resident asks, word for word; nothing else may stand before it."""
    scores = np.zeros(shelf.keywords.slots, dtype=np.float32)
    for key in shelf.worded(query.normalised):
        scores[shelf.keywords.slot_of(key)] = 1.0
    return Signal(name="same", scores=scores, spread=Spread(mean=0.0, deviation=SAME_DEVIATION))


def _spread(shelf: "Shelf", scores: Scores) -> Spread:
    count = len(shelf.keywords) + IMAGINED
    mean = float(scores.sum(dtype=np.float64)) / count
    return Spread(mean=mean, deviation=max(float(np.square(scores, dtype=np.float64).sum()) / count - mean**2, 1e-6) ** 0.5)


def _vector_signal(shelf: "Shelf", sight: "Sight", nearest: Sequence[tuple[str, float]], space: "Space") -> Signal:
    """The best of a passage's texts counts; a passage that Chroma did not name is as near as the farthest that it did."""
    best: dict[int, float] = {}
    for vector_id, product in nearest:
        owner = space.owners.get(vector_id)
        if owner is not None:
            best[owner] = max(best.get(owner, -1.0), sight.similarity(vector_id, product))
    floor = min(best.values(), default=sight.spread.mean)
    scores = np.full(shelf.keywords.slots, floor, dtype=np.float32)
    for owner, similarity in best.items():
        scores[shelf.keywords.slot_of(owner)] = similarity
    return Signal(name=sight.name, scores=scores, spread=sight.spread)


def _entries(shelf: "Shelf", signals: Sequence[Signal], fused: Scores, day: date, limit: int) -> list[Ranked]:
    best: dict[str, tuple[float, int]] = {}
    for slot in np.argsort(-fused, kind="stable"):
        if fused[slot] <= 0 or len(best) > limit:
            break
        key = shelf.keywords.key_of(int(slot))
        if key is not None and shelf.passages[key].is_valid_on(day):
            best.setdefault(shelf.passages[key].entry_id, (float(fused[slot]), key))
    ordered = in_strict_order([(entry_id, score) for entry_id, (score, _) in best.items()])[:limit]
    return [_ranked(shelf, best[entry_id][1], score, signals) for entry_id, score in ordered]


def _ranked(shelf: "Shelf", key: int, score: float, signals: Sequence[Signal]) -> Ranked:
    slot = shelf.keywords.slot_of(key)
    parts = {signal.name: float(signal.scores[slot]) for signal in signals}
    standard = {signal.name: (parts[signal.name] - signal.spread.mean) / signal.spread.deviation for signal in signals}
    return Ranked(passage=shelf.passages[key], score=score, parts=parts, standard=standard)
