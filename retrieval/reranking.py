"""A learned order for what fusing put first: the same signals and a few of how question and passage fit. The coefficients are data."""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel, ConfigDict

from core.settings import SearchMode
from core.yaml_text import read_yaml
from retrieval.fusing import LENS, SAME, Scores, Signal
from retrieval.moments import Spread
from retrieval.query import Query

if TYPE_CHECKING:
    from retrieval.shelf import Shelf

COEFFICIENTS = Path(__file__).parent / "data" / "reranking.yaml"
CANDIDATES = 50
"""Passages that are ordered anew; those behind them keep their order."""
SHARE = Spread(mean=0.0, deviation=0.3)
"""So that one unit of every feature is about as much as another's."""
SIGNALS = frozenset({"bm25", "coverage", "use_question", "use_answer", "e5_question", "e5_answer"})
FITTING = frozenset({"nouns", "lacks_rarest"})
"""Of what `fitting_signals` makes, what the order is learned from; the rest tells how sure it may be."""


class Ranker(BaseModel):
    """A linear model: how much more an entry is preferred for each unit of a feature, in log-odds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    weights: dict[str, float]

    @property
    def scale(self) -> float:
        """What makes a weighted sum of standard scores a weighted mean."""
        total = sum(weight for name, weight in self.weights.items() if name.removesuffix(LENS) in SIGNALS)
        return total if total > 0 else 1.0

    def score(self, features: Mapping[str, float]) -> float:
        """As many standard deviations from the collection's mean as its signals, weighed, say; features it does not know count nothing."""
        return sum(weight * features.get(name, 0.0) for name, weight in self.weights.items()) / self.scale


class Rankers(BaseModel):
    """The models of one mode: for a collection whose lens could be learned, and for a smaller one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    with_lens: Ranker
    alone: Ranker

    def for_signals(self, names: Sequence[str]) -> Ranker:
        """Whichever fits what the shelf could say."""
        return self.with_lens if any(name.endswith(LENS) for name in names) else self.alone


def rerank(shelf: "Shelf", query: Query, signals: list[Signal], fused: Scores, rankers: Rankers) -> Scores:
    """Scores per slot, the first ones by the learned model; adds how question and passage fit to `signals`.

    Nobody behind the candidates passes one of them. Equal wording stays before everything.
    """
    ranker = rankers.for_signals([signal.name for signal in signals])
    candidates = _best(fused)
    signals += fitting_signals(shelf, query, candidates)
    learned = np.zeros(len(candidates))
    for signal in signals:
        weight = 1.0 if signal.name == SAME else ranker.weights.get(signal.name, 0.0) / ranker.scale
        if weight:
            learned += weight * (signal.scores[candidates] - signal.spread.mean) / signal.spread.deviation
    scores = np.minimum(fused, learned.min(initial=math.inf)).astype(np.float32)
    scores[candidates] = learned
    return np.asarray(scores, dtype=np.float32)


def fitting_signals(shelf: "Shelf", query: Query, candidates: Sequence[int] | np.ndarray) -> list[Signal]:
    """What is no kind of similarity: which of the resident's words a passage lacks, and how much more its question speaks of."""
    keywords = shelf.keywords
    nouns = keywords.coverage({token.form: 1.0 for token in query.words if token.is_noun})
    own = {token.form for token in query.words}
    rarest = max(sorted(own), key=keywords.rarity, default=None)
    lacks = np.ones(keywords.slots, dtype=np.float32)
    if rarest is not None:
        lacks -= keywords.coverage({rarest: 1.0})
    beyond = np.ones(keywords.slots, dtype=np.float32)
    said = {form: keywords.rarity(form) * min(1.0, weight) for form, weight in query.weights.items()}
    for slot in candidates:
        key = keywords.key_of(int(slot))
        if key is not None:
            beyond[slot] = _beyond(shelf, key, said)
    return [
        Signal(name="nouns", scores=nouns, spread=SHARE),
        Signal(name="lacks_rarest", scores=lacks, spread=SHARE),
        Signal(name="beyond", scores=beyond, spread=SHARE),
    ]


def _best(fused: Scores) -> np.ndarray:
    """Slots of the first candidates by falling score; equal ones in their own order."""
    count = min(CANDIDATES, len(fused))
    least = -np.partition(-fused, count - 1)[count - 1] if count else 0.0
    near = np.flatnonzero(fused >= least)
    return np.asarray(near[np.argsort(-fused[near], kind="stable")][:count])


@cache
def shipped_rankers(mode: SearchMode) -> Rankers:
    """As fitted; see the comment in the file."""
    return Rankers.model_validate(read_yaml(COEFFICIENTS.read_text(encoding="utf-8"))[mode.value])


def _beyond(shelf: "Shelf", key: int, said: Mapping[str, float]) -> float:
    """Share of the words of the passage's nearest wording that the resident neither said nor meant, rare ones counting more.

    `said` is how much of a wording is spared by each word that was said.
    """
    best = 1.0
    for wording in shelf.wordings[key]:
        spared = sum([said[form] for form in wording if form in said])
        if spared:
            best = min(best, 1.0 - spared / shelf.keywords.rarity_of_all(wording))
    return max(0.0, best)
