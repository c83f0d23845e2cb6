"""Whether another office, another city or a company is asked for. Scores can't tell; these are rules. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from core.text import normalise
from core.yaml_text import read_yaml
from retrieval.results import Hit, SearchResult
from retrieval.tokens import Token, fold, tokens

DATA = Path(__file__).parent / "data"
OFFICES = DATA / "elsewhere.yaml"
PLACES = DATA / "places.yaml"
OTHER_MUNICIPALITY = "other_municipality"
LOOKED_AT = 5
DIVISIONS = frozenset({"市", "区", "町", "村", "県", "都", "府", "市役所", "区役所", "役場"})


@dataclass(frozen=True, kw_only=True)
class Places:
    """places.yaml, compiled."""

    known: re.Pattern[str]
    """A known name where a place stands; its group `place` ends before the particle."""
    named: re.Pattern[str]
    """A known name with its division, wherever it stands, or in one of those positions."""
    ours: re.Pattern[str]
    moving: re.Pattern[str]


def other_places(words: Sequence[Token]) -> Iterator[str]:
    """Names of municipalities and prefectures in a text, such as 大阪 + 市."""
    for token, following in pairwise(words):
        if token.is_place and following.start == token.end and following.surface in DIVISIONS:
            yield token.form


def elsewhere(result: SearchResult, hits: Sequence[Hit], own_places: Collection[str] = ()) -> str | None:
    """Who is responsible, as a key of elsewhere.yaml or `other_municipality`; None when nothing tells that it is not us.

    `own_places`: names of the municipality and of what lies in it, as they are written. Without any it is nobody's collection, and every
    city may be the one that it speaks of.
    """
    asked = fold(result.normalised)
    own = [fold(normalise(text)) for hit in hits[:LOOKED_AT] for text in (hit.passage.question, *hit.passage.phrasings)]
    named = known_place(result.normalised, own_places) if own_places else None
    if named is not None and not any(fold(named) in text for text in own):
        return OTHER_MUNICIPALITY
    foreign = [place for place in result.unknown_places if own_places and not _is_own(place, own_places)]
    if foreign and not _places().ours.search(result.normalised):
        return OTHER_MUNICIPALITY
    for office, words in _offices().items():
        if any(_stands(parts, asked) and not any(_stands(parts, text) for text in own) for parts in words):
            return office
    return None


def may_mean_other_place(result: SearchResult, own_places: Collection[str] = ()) -> bool:
    """Whether another municipality is named and nobody says that they come from there or go there: no answer is certain then."""
    flat = normalise(result.normalised)
    if not own_places or _places().moving.search(flat):
        return False
    if any(not _is_own(place, own_places) for place in result.unknown_places):
        return True
    starts = {token.start for token in tokens(flat)}
    return any(
        match.start() in starts and not _is_own(match.group("name") or match.group(), own_places)
        for match in _places().named.finditer(flat)
    )


def _stands(parts: Sequence[str], text: str) -> bool:
    return all(part in text for part in parts)


def known_place(text: str, own_places: Collection[str] = ()) -> str | None:
    """The well-known other place that the text is about, with the particle behind it: 「横浜の」 of 「横浜の住民票」.

    None where there is none, where it is one of our own places, and where somebody only comes from there or goes there.
    """
    flat = normalise(text)
    match = _places().known.search(flat)
    if match is None or _places().ours.search(flat) or any(name in flat for name in _own_names(own_places)):
        return None
    starts, ends = {token.start for token in tokens(flat)}, {token.end for token in tokens(flat)}
    for match in _places().known.finditer(flat):
        name = match.group("name") or match.group("place")  # An ordinary word is a place only with its division.
        # 京都 in 東京都 is no word of the text.
        if match.start() in starts and match.end("place") in ends and not _is_own(name, own_places):
            return match.group()
    return None


def _own_names(own_places: Collection[str]) -> Iterator[str]:
    """汐見 of 汐見市: what the municipality calls itself."""
    for own in map(normalise, own_places):
        if own[-1:] in DIVISIONS and len(own) > 2:  # Two characters without their division are too common a word.
            yield own[:-1]


def _is_own(name: str, own_places: Collection[str]) -> bool:
    return any(name in normalise(own) for own in own_places)


@lru_cache(maxsize=1)
def _places() -> Places:
    data = read_yaml(PLACES.read_text(encoding="utf-8"))
    names = "|".join(sorted(map(normalise, data["names"]), key=len, reverse=True))
    divisions = "|".join(data["divisions"])
    words = "|".join(f"{word}(?={'|'.join(behind)})" for word, behind in data["with_division"].items())
    positions = "|".join(data["positions"])
    return Places(
        known=re.compile(f"(?P<place>(?:(?P<name>{names})(?:{divisions})?|(?P<word>{words})(?:{divisions})))(?:{positions})"),
        named=re.compile(f"(?P<name>{names})(?:{divisions}|(?:{positions}))"),
        ours=re.compile("|".join(data["ours"])),
        moving=re.compile(data["moving"]),
    )


@lru_cache(maxsize=1)
def _offices() -> Mapping[str, tuple[tuple[str, ...], ...]]:
    offices = read_yaml(OFFICES.read_text(encoding="utf-8"))
    return {office: tuple(tuple(fold(normalise(part)) for part in word.split("+")) for word in words) for office, words in offices.items()}
