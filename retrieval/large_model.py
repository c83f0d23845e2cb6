"""The large sentence model at the moment of a question: whether there is time to ask it, and what becomes of a failure."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.errors import ModelUnavailableError

if TYPE_CHECKING:
    from retrieval.embedding import Embedder

Vectors = NDArray[np.float32]

WAIT_BUDGET = 0.1
"""Seconds that a question may stand in line for the large model; with more before it, it is searched in light mode at once."""
REMEMBERED = 256
"""Questions whose vectors are kept: one question may be searched more than once, as of another day, say."""
REST = 5.0
"""Seconds for which a model that failed is not asked again."""
USUAL_SECONDS = 0.025
LATEST_SHARE = 0.2


class Refusal(StrEnum):
    """Why a search in full mode went without the large model."""

    BUSY = "busy"
    """Too many questions stand in line."""
    CROWDED = "crowded"
    """Too many turns stand in line, whatever takes their time."""
    FAILED = "failed"
    """It did not answer, or failed a moment ago."""
    INCOMPLETE = "incomplete"
    """It has read too few of the passages so far."""


def has_time(*, present: int, parallel: int, seconds_each: float, budget: float) -> bool:
    """Whether a newcomer's turn comes within `budget` seconds, with `present` questions in line or in hand."""
    return max(0, present - parallel + 1) * seconds_each / parallel <= budget


class LargeModel:
    """Takes questions to a model, `embedder.parallel` at a time. Safe for threads."""

    def __init__(self, embedder: "Embedder", *, budget: float = WAIT_BUDGET, clock: Callable[[], float] = time.monotonic) -> None:
        self.embedder = embedder
        self._budget = budget
        self._clock = clock
        self._places = threading.Semaphore(embedder.parallel)
        self._lock = threading.Lock()
        self._present = 0
        self._seconds_each = USUAL_SECONDS
        self._rests_until = 0.0
        self._known: OrderedDict[str, Vectors] = OrderedDict()

    @property
    def name(self) -> str:
        return self.embedder.name

    @property
    def is_asked(self) -> bool:
        """Whether a question is in line or in hand."""
        return self._present > 0

    def query(self, text: str) -> Vectors | Refusal:
        """The vector of a question, or why there is none."""
        with self._lock:
            if text in self._known:
                return self._known[text]
            if self._clock() < self._rests_until:
                return Refusal.FAILED
            parallel = self.embedder.parallel
            if not has_time(present=self._present, parallel=parallel, seconds_each=self._seconds_each, budget=self._budget):
                return Refusal.BUSY
            self._present += 1
        try:
            with self._places:
                started = self._clock()
                vector = self.embedder.query(text)
                taken = self._clock() - started
        except ModelUnavailableError:
            with self._lock:
                self._rests_until = self._clock() + REST
            return Refusal.FAILED
        finally:
            with self._lock:
                self._present -= 1
        with self._lock:
            self._seconds_each += LATEST_SHARE * (taken - self._seconds_each)
            self._known[text] = vector
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return vector
