"""What a search found, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.settings import SearchMode
from retrieval.passages import Passage


@dataclass(frozen=True, kw_only=True)
class Step:
    """How long one part of the work took."""

    name: str
    milliseconds: float


@dataclass(frozen=True, kw_only=True)
class Hit:
    """The best passage of an entry; of the first hits the placeholders are filled."""

    entry_id: str
    passage: Passage
    score: float
    parts: Mapping[str, float]
    """Its raw scores: bm25, cosines per vector space, how question and passage fit."""
    standard: Mapping[str, float] = field(default_factory=dict)
    """The same in standard deviations from the collection's mean; what learned models read. Empty for what was not found by search."""


@dataclass(frozen=True, kw_only=True)
class SearchResult:
    """Hits, best first, one per entry, with strictly falling scores above zero."""

    municipality_id: str
    normalised: str
    tokens: tuple[str, ...]
    hits: tuple[Hit, ...]
    mode: SearchMode
    revision: int
    unknown_places: tuple[str, ...] = ()
    """Names of other municipalities in the question, of which nothing published here speaks."""
    milliseconds: float
    steps: tuple[Step, ...]
    is_cached: bool = False
    size: int = 0
    """How many passages the municipality has."""
