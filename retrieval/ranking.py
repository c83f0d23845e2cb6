"""One query against one shelf: signals of every kind, fused into an order of entries."""

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.settings import SearchMode
from retrieval.fields import E5, usual, without_name
from retrieval.fusing import LENS, SAME, WEIGHTS, Signal, fuse, in_strict_order
from retrieval.large_model import Refusal
from retrieval.moments import Spread
from retrieval.passages import Passage
from retrieval.query import Query
from retrieval.reranking import rerank, shipped_rankers
from retrieval.results import Step

if TYPE_CHECKING:
    from retrieval.families import Family
    from retrieval.index import VectorIndex
    from retrieval.shelf import Shelf, Tools
    from retrieval.spaces import Seen, Sight, Space

Scores = NDArray[np.float32]
Vectors = NDArray[np.float32]
CANDIDATES = 100
"""Of each kind of score; deeper ones do not reach the first ten of the sum."""
MANY_ROWS = 40_000
"""Of all spaces together; with fewer, handing them to other threads costs more than it saves."""
MOST_THREADS = 4
IMAGINED = 20
"""Passages without any of the words, so that a collection of three is judged like one of three thousand."""
THROUGH_LENS = Spread(mean=0.0, deviation=0.09)

SAME_DEVIATION = 0.01


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """An entry in its place, by its best passage."""

    passage: Passage
    score: float
    parts: Mapping[str, float]
    standard: Mapping[str, float]
    """The same parts in standard deviations from the collection's mean."""


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """Entries, best first, and by which signals they were ranked."""

    ranked: Sequence[Ranked]
    mode: SearchMode
    refusal: Refusal | None = None
    """Why the large model took no part although there is one."""


@dataclass(frozen=True, kw_only=True)
class _Look:
    """A query as one space sees it; `nearest` where Chroma was asked."""

    space: "Space"
    vector: Vectors
    sights: "Sequence[Sight]"
    nearest: Sequence[Sequence[tuple[str, float]]] | None


@contextmanager
def timed(name: str, steps: list[Step]) -> Iterator[None]:
    """Adds a step with the time that the block took."""
    started = time.perf_counter()
    yield
    steps.append(Step(name=name, milliseconds=(time.perf_counter() - started) * 1000))


def rank(shelf: "Shelf", query: Query, tools: "Tools", *, day: date, limit: int, steps: list[Step], is_hurried: bool = False) -> Ranking:
    """Entries with a passage that is valid on `day` and scores above the average of the collection, best first."""
    sentence = without_name(query.sentence, shelf.municipality_name)
    with timed(f"embed {shelf.fast.model}", steps):
        asked = [(shelf.fast, tools.fast.query(sentence))]
    mode, refusal = SearchMode.LIGHT, None
    if tools.large is not None:
        with timed("embed by the large model", steps):
            known = Refusal.CROWDED if is_hurried else _asked_large(shelf, tools, sentence)
        if isinstance(known, Refusal):
            refusal = known
        else:
            mode = SearchMode.FULL
            asked.append(known)
    with timed("vectors", steps):
        looks = [look for family, vector in asked for look in _looks(shelf, family, vector, tools.index)]
    with shelf.lock:
        with timed("keywords", steps):
            signals = [*_keyword_signals(shelf, query), _wording_signal(shelf, query)]
        with timed("compare", steps):
            seen = _compared(looks, shelf.keywords.slots)
        with timed("fuse", steps):
            signals += _vector_signals([(look.space.field.model, own) for look, own in seen], shelf.fast.model, signals)
            fused = rerank(shelf, query, signals, fuse(signals, WEIGHTS[mode]), shelf.rankers.get(mode) or shipped_rankers(mode))
            return Ranking(ranked=_entries(shelf, signals, fused, day, limit), mode=mode, refusal=refusal)


def _asked_large(shelf: "Shelf", tools: "Tools", sentence: str) -> "tuple[Family, Vectors] | Refusal":
    family = shelf.large()
    if family is None:
        return Refusal.INCOMPLETE
    large = tools.large if tools.large is not None and tools.large.name == family.model else tools.former(family.model)
    vector = Refusal.FAILED if large is None else large.query(sentence)
    if isinstance(vector, Refusal):
        return vector
    # A server that changed its model under the same name gives vectors that can't be compared.
    return (family, vector) if len(vector) == family.dimensions else Refusal.FAILED


def _looks(shelf: "Shelf", family: "Family", vector: Vectors, index: "VectorIndex") -> Iterator[_Look]:
    """Chroma is asked without the lock, and only where memory doesn't hold the vectors."""
    for space in family.spaces:
        with shelf.lock:
            sights = () if space.rows.is_held else space.sights(vector)
            count = min(CANDIDATES, len(space.rows))
        nearest = index.nearest(family.collection(space), [sight.vector for sight in sights], count) if sights and count else None
        yield _Look(space=space, vector=vector, sights=sights, nearest=nearest)


def _compared(looks: "Sequence[_Look]", slots: int) -> "list[tuple[_Look, Sequence[Seen]]]":
    """Many rows are compared side by side: their products need no interpreter, and so use every processor that is idle."""
    if sum(len(look.space.rows) for look in looks if look.nearest is None) < MANY_ROWS:
        return [(look, _seen(look, slots)) for look in looks]
    return list(zip(looks, _side_by_side().map(lambda look: _seen(look, slots), looks), strict=True))


@cache
def _side_by_side() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(MOST_THREADS, thread_name_prefix="compare")


def _seen(look: _Look, slots: int) -> "Sequence[Seen]":
    space = look.space
    if look.nearest is not None:
        return space.take(look.sights, look.nearest, slots)
    return space.compare(space.sights(look.vector), slots, CANDIDATES) if space.rows.is_held and len(space.rows) else ()


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


def _vector_signals(seen: "Sequence[tuple[str, Sequence[Seen]]]", fast: str, others: Sequence[Signal]) -> list[Signal]:
    """A passage that the large model hasn't read is taken to be as near to it as the light signals say it is."""
    light = [_signal(one, np.float32(one.spread.mean)) for model, own in seen if model == fast for one in own]
    large = [(model, one) for model, own in seen if model != fast for one in own]
    if not large:
        return light
    estimate: Scores | None = None
    signals = []
    for model, one in large:
        if estimate is None and np.isnan(one.scores).any():
            estimate = fuse([signal for signal in [*others, *light] if signal.name != SAME], WEIGHTS[SearchMode.LIGHT])
        missing = np.float32(0) if estimate is None else estimate * one.spread.deviation + one.spread.mean
        signal = _signal(one, missing)
        signals.append(signal if model == E5 else _on_usual_scale(signal))
    return [*light, *signals]


def _signal(seen: "Seen", missing: Scores | np.float32) -> Signal:
    scores = np.where(np.isnan(seen.scores), missing, seen.scores).astype(np.float32)
    return Signal(name=seen.name, scores=scores, spread=seen.spread)


def _on_usual_scale(signal: Signal) -> Signal:
    """As e5 would have put it, because what judges a result knows that model's similarities."""
    spread = THROUGH_LENS if signal.name.endswith(LENS) else usual(signal.name)
    scores = (signal.scores - signal.spread.mean) * (spread.deviation / signal.spread.deviation) + spread.mean
    return Signal(name=signal.name, scores=scores.astype(np.float32), spread=spread)


def _entries(shelf: "Shelf", signals: Sequence[Signal], fused: Scores, day: date, limit: int) -> list[Ranked]:
    best: dict[str, tuple[float, int]] = {}
    for slot in _best_first(fused, limit):
        if fused[slot] <= 0 or len(best) > limit:
            break
        key = shelf.keywords.key_of(int(slot))
        if key is not None and shelf.passages[key].is_valid_on(day):
            best.setdefault(shelf.passages[key].entry_id, (float(fused[slot]), key))
    ordered = in_strict_order([(entry_id, score) for entry_id, (score, _) in best.items()])[:limit]
    return [_ranked(shelf, best[entry_id][1], score, signals) for entry_id, score in ordered]


def _best_first(fused: Scores, limit: int) -> Iterator[int]:
    """Slots by falling score; only as many are put in order as a ranking of `limit` usually takes, the others if it takes more."""
    few = min(len(fused), 4 * (limit + CANDIDATES))
    first = np.argpartition(-fused, few - 1)[:few] if few < len(fused) else np.arange(len(fused))
    yield from (int(slot) for slot in first[np.lexsort((first, -fused[first]))])
    if few < len(fused):
        rest = np.setdiff1d(np.arange(len(fused)), first, assume_unique=True)
        yield from (int(slot) for slot in rest[np.lexsort((rest, -fused[rest]))])


def _ranked(shelf: "Shelf", key: int, score: float, signals: Sequence[Signal]) -> Ranked:
    slot = shelf.keywords.slot_of(key)
    parts = {signal.name: float(signal.scores[slot]) for signal in signals}
    standard = {signal.name: (parts[signal.name] - signal.spread.mean) / signal.spread.deviation for signal in signals}
    return Ranked(passage=shelf.passages[key], score=score, parts=parts, standard=standard)
