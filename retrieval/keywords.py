"""BM25 over weighted tokens, in memory; documents come and go without a rebuild."""

import math
from array import array
from collections.abc import Mapping
from sys import intern

import numpy as np
from numpy.typing import NDArray

SATURATION = 1.2
LENGTH_WEIGHT = 0.75

Scores = NDArray[np.float32]


class Posting:
    """Slots of the documents that hold a token, with its weight in each; in no order, as small as can be."""

    def __init__(self) -> None:
        self._slots = array("i")
        self._weights = array("f")

    def __len__(self) -> int:
        return len(self._slots)

    def add(self, slot: int, weight: float) -> None:
        self._slots.append(slot)
        self._weights.append(weight)

    def remove(self, slot: int) -> None:
        """The last one takes the place of the one removed."""
        place = self._slots.index(slot)
        self._slots[place], self._weights[place] = self._slots[-1], self._weights[-1]
        self._slots.pop()
        self._weights.pop()

    def arrays(self) -> tuple[NDArray[np.int32], Scores]:
        """Copies, because an array that is looked into can't grow."""
        return np.array(self._slots, dtype=np.int32), np.array(self._weights, dtype=np.float32)


class KeywordIndex:
    """What it answers depends only on the documents it holds, never on the order in which they came.

    A document has a slot, a row of every array that `scores` returns; slots of removed documents are used again.
    Not safe for threads: the owner takes a lock.
    """

    def __init__(self) -> None:
        self._documents: dict[int, tuple[str, ...]] = {}
        self._slots: dict[int, int] = {}
        self._keys: list[int | None] = []
        self._free: list[int] = []
        self._postings: dict[str, Posting] = {}
        self._lengths = np.zeros(0, dtype=np.float32)
        self._total = 0.0
        self._rarities: dict[str, float] = {}
        """Of the tokens that were asked for since the last change."""
        self._whole: dict[tuple[str, ...], float] = {}
        """The same of several tokens together."""

    def __len__(self) -> int:
        return len(self._documents)

    def __contains__(self, token: str) -> bool:
        return token in self._postings

    @property
    def slots(self) -> int:
        """How many rows the arrays of scores have."""
        return len(self._keys)

    def slot_of(self, key: int) -> int:
        """Row of this document in the arrays of scores."""
        return self._slots[key]

    def key_of(self, slot: int) -> int | None:
        """The document in this row, or None for an empty one."""
        return self._keys[slot]

    def put(self, key: int, weights: Mapping[str, float], *, length: float | None = None) -> None:
        """Adds a document, or replaces it. `length` where it shall differ from the sum of the weights."""
        self.remove(key)
        self._rarities.clear()
        self._whole.clear()
        slot = self._take_slot(key)
        self._documents[key] = tuple(map(intern, weights))
        self._slots[key] = slot
        self._lengths[slot] = sum(weights.values()) if length is None else length
        self._total += float(self._lengths[slot])
        for token, weight in weights.items():
            self._postings.setdefault(intern(token), Posting()).add(slot, weight)

    def remove(self, key: int) -> None:
        """Nothing happens when there is no such document."""
        words = self._documents.pop(key, None)
        if words is None:
            return
        self._rarities.clear()
        self._whole.clear()
        slot = self._slots.pop(key)
        self._keys[slot] = None
        self._free.append(slot)
        self._total -= float(self._lengths[slot])
        self._lengths[slot] = 0
        for token in words:
            self._postings[token].remove(slot)
            if not len(self._postings[token]):
                del self._postings[token]

    def rarity(self, token: str) -> float:
        """Inverse document frequency; a token that no document holds is as rare as can be."""
        rarity = self._rarities.get(token)
        if rarity is None:
            count = len(self._postings[token]) if token in self._postings else 0
            rarity = self._rarities[token] = math.log(1 + (len(self._documents) - count + 0.5) / (count + 0.5))
        return rarity

    def rarity_of_all(self, tokens: tuple[str, ...]) -> float:
        """The sum; of tokens that are asked about again and again."""
        whole = self._whole.get(tokens)
        if whole is None:
            whole = self._whole[tokens] = sum(map(self.rarity, tokens))
        return whole

    def scores(self, query: Mapping[str, float]) -> Scores:
        """One score per slot; zero means that not one of the query's tokens stands in the document."""
        scores = np.zeros(len(self._keys), dtype=np.float32)
        mean = self._total / max(1, len(self._documents)) or 1.0
        for token in sorted(query):
            if token in self._postings:
                slots, weights = self._postings[token].arrays()
                scores[slots] += (query[token] * self.rarity(token) * (SATURATION + 1)) * weights / (weights + self._damping(slots, mean))
        return scores

    def coverage(self, query: Mapping[str, float]) -> Scores:
        """Share of the query that stands in each document, rare tokens counting more; between 0 and 1."""
        shares = np.zeros(len(self._keys), dtype=np.float32)
        rarities = {token: weight * self.rarity(token) for token, weight in sorted(query.items())}
        whole = sum(rarities.values())
        for token, rarity in rarities.items():
            if token in self._postings:
                shares[self._postings[token].arrays()[0]] += rarity / whole
        return shares

    def _take_slot(self, key: int) -> int:
        if self._free:
            slot = self._free.pop()
            self._keys[slot] = key
            return slot
        self._keys.append(key)
        if len(self._keys) > len(self._lengths):
            self._lengths = np.concatenate([self._lengths, np.zeros(max(64, len(self._lengths)), dtype=np.float32)])
        return len(self._keys) - 1

    def _damping(self, slots: NDArray[np.int32], mean: float) -> Scores:
        relative = self._lengths[slots] * np.float32(LENGTH_WEIGHT * SATURATION / mean)
        return np.asarray(relative + np.float32(SATURATION * (1 - LENGTH_WEIGHT)), dtype=np.float32)
