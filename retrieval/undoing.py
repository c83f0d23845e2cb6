"""Whether a question asks for the end of something, and whether an entry speaks of an end. Pure; the patterns are data."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.text import normalise
from core.yaml_text import read_yaml
from retrieval.passages import Passage

PATTERNS = Path(__file__).parent / "data" / "undoing.yaml"


@dataclass(frozen=True, kw_only=True)
class _Patterns:
    asked: re.Pattern[str]
    unless: re.Pattern[str]
    told: re.Pattern[str]


def asks_to_undo(text: str) -> bool:
    """「年金やめたい」, but not 「会社をやめたら年金は」."""
    patterns = _patterns()
    return bool(patterns.asked.search(patterns.unless.sub(" ", normalise(text))))


def speaks_of_undoing(passage: Passage) -> bool:
    patterns = _patterns()
    return any(
        patterns.told.search(patterns.unless.sub(" ", normalise(text))) for text in (passage.question, *passage.phrasings, passage.body)
    )


@cache
def _patterns() -> _Patterns:
    stored = read_yaml(PATTERNS.read_text(encoding="utf-8"))
    return _Patterns(asked=re.compile("|".join(stored["asked"])), unless=re.compile(stored["unless"]), told=re.compile(stored["told"]))
