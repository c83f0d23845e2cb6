"""Sentence models that need no file: vectors of the characters of a text, as slow and as unreliable as a test wants them."""

import threading
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from core.database import Database
from core.errors import ModelUnavailableError
from core.settings import SearchMode
from retrieval.embedding import Models, packaged_models
from retrieval.index import ChromaPlace
from retrieval.search import Search
from retrieval.synonyms import Synonyms
from retrieval.vectors import Vectors
from tests.patience import PATIENCE
from tests.retrieval.conftest import fill

DIMENSIONS = 64


@dataclass
class FakeEmbedder:
    """Texts that share pairs of characters are near to each other. It writes down what it read."""

    name: str = "fake-1"
    parallel: int = 1
    seconds: float = 0.0
    is_down: bool = False
    refuses: str = "\0"
    """A text that holds this is refused."""
    dimensions: int = DIMENSIONS
    read: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    gate: threading.Event | None = None
    """Passages are read only while it is set."""

    def passages(self, texts: Sequence[str]) -> Vectors:
        if self.gate is not None:
            self.gate.wait(PATIENCE)
        if self.is_down or any(self.refuses in text for text in texts):
            raise ModelUnavailableError("down")
        self.read += texts
        return np.stack([self._vector(text) for text in texts])

    def query(self, text: str) -> Vectors:
        time.sleep(self.seconds)
        if self.is_down:
            raise ModelUnavailableError("down")
        self.asked.append(text)
        return self._vector(text)

    def _vector(self, text: str) -> Vectors:
        found = np.full(self.dimensions, 0.01, dtype=np.float32)
        for first, second in pairwise(text):
            found[zlib.crc32((first + second).encode()) % self.dimensions] += 1
        return np.asarray(found / np.linalg.norm(found), dtype=np.float32)


def no_former(_name: str) -> None:
    return None


def search_with(
    database: Database,
    large: FakeEmbedder,
    *,
    place: ChromaPlace | None = None,
    former: Callable[[str], FakeEmbedder | None] = no_former,
    exact_rows: int | None = None,
) -> Search:
    """In full mode, with this large model."""

    def models() -> Models:
        return Models(fast=packaged_models(SearchMode.LIGHT).fast, large=large, former=former)

    return Search(
        database,
        mode=SearchMode.FULL,
        chroma=place or ChromaPlace(),
        synonyms=lambda _: Synonyms(),
        fill=fill,
        models=models,
        exact_rows=exact_rows,
    )
