"""Whether a sentence of a language model may leave: its form, its language, its citations and what the cited passages say. Pure."""

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

import regex
from pydantic import BaseModel, ConfigDict

from core.text import normalise
from core.yaml_text import read_yaml
from retrieval.checking import check_text, sources_units
from retrieval.extracting import ASKED
from retrieval.injection import is_injection
from retrieval.units import NAMES, Unit, sentence_units

PATTERNS = Path(__file__).parent / "data" / "unfit.yaml"
LONGEST_SENTENCE = 200
LEAST_SUPPORT = 0.75
"""Share of a sentence's content words that its cited passages must have."""
LEAST_SHARE = 0.3
"""Share that each of several cited passages must have, so that none is cited for show."""
TAKEN_FROM = 0.5
"""Share of words from which on a sentence counts as saying what another says."""
LEAST_JAPANESE = 0.5
KANA = regex.compile(r"[\p{Hiragana}\p{Katakana}]")
JAPANESE = regex.compile(r"[\p{Hiragana}\p{Katakana}\p{Han}ー]")
LETTER = regex.compile(r"\p{L}")


class Patterns(BaseModel):
    """data/unfit.yaml"""

    model_config = ConfigDict(extra="forbid")

    never: tuple[str, ...]
    unless_cited: tuple[str, ...]
    in_passages: tuple[str, ...]
    condition: tuple[str, ...]


def speaks_to_model(text: str) -> bool:
    """Whether a published text gives orders to whoever reads it by machine; it is not shown to a model then."""
    return is_injection(text) or any(re.search(pattern, normalise(text)) for pattern in _patterns().in_passages)


def is_japanese(text: str) -> bool:
    """Chinese has no kana, and names in Latin letters are few."""
    letters = LETTER.findall(text)
    return bool(KANA.search(text)) and len(JAPANESE.findall(text)) >= LEAST_JAPANESE * len(letters)


def is_unbecoming(text: str, cited: Sequence[str]) -> bool:
    """Promises, orders, talk about itself; some of it may be said where a cited passage says it with the same words."""
    flat, said = normalise(text), normalise("\n".join(cited))
    if is_injection(text) or any(re.search(pattern, flat) for pattern in _patterns().never):
        return True
    found = (match[0] for pattern in _patterns().unless_cited for match in re.finditer(pattern, flat))
    return any(words not in said for words in found)


def support(text: str, sources: Sequence[str]) -> float:
    """Share of the text's content words (pairs of kanji, words in katakana and Latin letters) that stand in the sources; of a text without
    such words, that of its pairs of letters."""
    units = sources_units(sources)
    said = Unit(text=text)
    if said.terms:
        everything = "".join(unit.letters for unit in units)
        return sum(term in everything for term in said.terms) / len(said.terms)
    pairs = frozenset().union(*(unit.shape for unit in units))
    return len(said.shape & pairs) / len(said.shape)


def unsupported(text: str, cited: Sequence[str], names: Sequence[str] = ()) -> str:
    """Why this sentence, as a resident would read it, does not stand in the cited passages; empty where it does."""
    checked = check_text(text, cited, names=names)
    if not checked.is_whole:
        return checked.dropped[0].reason.value
    parts = [unit.text for unit in sentence_units(text) if unit.letters]
    if not parts or any(support(part, cited) < LEAST_SUPPORT for part in parts):
        return "little_support"
    return "" if all(_has_part(text, source) for source in cited) else "cited_for_show"


def _has_part(text: str, source: str) -> bool:
    """Some of the sentence's words, and one of its facts where it has any."""
    facts = set(Unit(text=text).facts)
    is_spoken_of = support(text, (source,)) >= LEAST_SHARE
    return is_spoken_of and (not facts or any(facts & set(unit.facts) for unit in sources_units((source,))))


def loses_condition(texts: Sequence[str], sources: Sequence[str]) -> bool:
    """Whether a sentence is said without the one that limits it where it was taken from (ただし…)."""
    said = [unit for text in texts for unit in sentence_units(text) if unit.terms]
    condition = re.compile("|".join(_patterns().condition))
    for source in sources:
        units = sources_units((source,))
        for unit, following in pairwise(units):
            is_condition = condition.search(normalise(following.text))
            own = set(unit.facts)
            near = [other for other in said if not own or len(own & set(other.facts)) > len(own) / 2]
            if is_condition and _is_said(unit.terms, near) and not _is_said(following.terms - unit.terms or following.terms, said):
                return True
    return False


def misses_point(question: str, texts: Sequence[str], sources: Sequence[str]) -> bool:
    """Whether a figure is asked for, the sources have one of that kind, and the texts have none."""
    kinds = {kind for pattern, some in ASKED if pattern.search(question) for kind in some} - NAMES
    has_kind = any(fact.kind in kinds for unit in sources_units(sources) for fact in unit.facts)
    return has_kind and not any(fact.kind in kinds for text in texts for fact in Unit(text=text).facts)


def _is_said(terms: frozenset[str], said: Sequence[Unit]) -> bool:
    return any(len(terms & unit.terms) >= TAKEN_FROM * len(terms) for unit in said) if terms else False


@cache
def _patterns() -> Patterns:
    return Patterns.model_validate(read_yaml(PATTERNS.read_text(encoding="utf-8")))
