"""Whether another office, another city or a company is asked for. Scores can't tell; these are rules. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import yaml

from core.text import normalise
from retrieval.results import Hit, SearchResult
from retrieval.tokens import Token, fold

OFFICES = Path(__file__).parent / "data" / "elsewhere.yaml"
OTHER_MUNICIPALITY = "other_municipality"
LOOKED_AT = 5
DIVISIONS = frozenset({"市", "区", "町", "村", "県", "都", "府", "市役所", "区役所", "役場"})
COMES_OR_GOES = re.compile("から|へ|まで|引っ?越|ひっこし|転[入出居]|移|[本戸]籍|生まれ|住[んむ]|勤め|通[勤学]|出身|郵送|ふるさと納税")


def other_places(words: Sequence[Token]) -> Iterator[str]:
    """Names of municipalities and prefectures in a text, such as 大阪 + 市."""
    for token, following in pairwise(words):
        if token.is_place and following.start == token.end and following.surface in DIVISIONS:
            yield token.form


def elsewhere(result: SearchResult, hits: Sequence[Hit]) -> str | None:
    """Who is responsible, as a key of elsewhere.yaml or `other_municipality`; None when nothing tells that it is not us."""
    if result.unknown_places and not COMES_OR_GOES.search(result.normalised):
        return OTHER_MUNICIPALITY
    asked = fold(result.normalised)
    own = [fold(normalise(text)) for hit in hits[:LOOKED_AT] for text in (hit.passage.question, *hit.passage.phrasings)]
    for office, words in _offices().items():
        if any(word in asked and not any(word in text for text in own) for word in words):
            return office
    return None


@lru_cache(maxsize=1)
def _offices() -> Mapping[str, tuple[str, ...]]:
    offices = yaml.safe_load(OFFICES.read_text(encoding="utf-8"))
    return {office: tuple(fold(normalise(word)) for word in words) for office, words in offices.items()}
