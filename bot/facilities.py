"""Which facilities of the pack a resident asks the way to. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.pack import Facility, Pack
from core.text import normalise, squeeze
from retrieval.tokens import fold

LONGEST = 40
LEAST = 2
"""Characters of a name; a single one ends too many."""
NOT_BY_NAME = frozenset({"shelter", "evacuation_site"})
"""Schools and halls stand in the tables a second time as shelters."""
BRACKETS = re.compile(r"\(.*?\)")
PARTS = re.compile(r"[\s・/]")


@dataclass(frozen=True, kw_only=True)
class FacilityQuestion:
    """What is looked for, and what of it there is."""

    name: str
    facilities: tuple[Facility, ...]
    is_nearby: bool
    """The nearest is wanted, so it helps to know where the resident is."""


def asked_facilities(pack: Pack, text: str) -> FacilityQuestion | None:
    """Only for a question after a place: 「図書館は何時まで」 is a matter of content."""
    flat = fold(squeeze(text))
    if not pack.facilities or not flat or len(flat) > LONGEST:
        return None
    for shape in _compiled(tuple(pack.lexicon.facility_shapes)):
        match = shape.fullmatch(flat)
        if match is None:
            continue
        found = facilities_named(pack, match.group("name"))
        if found:
            return FacilityQuestion(name=match.group("name"), facilities=found, is_nearby=bool(match.groupdict().get("near")))
    return None


def facilities_named(pack: Pack, name: str) -> tuple[Facility, ...]:
    """Those of the kind that is called so, otherwise those whose name is or ends in it."""
    flat = fold(squeeze(name))
    kinds = {kind for kind, words in pack.lexicon.facility_kinds.items() if flat in {fold(squeeze(word)) for word in words}}
    if kinds:
        return tuple(facility for facility in pack.facilities if facility.kind in kinds)
    candidates = [facility for facility in pack.facilities if facility.kind not in NOT_BY_NAME]
    exact = tuple(facility for facility in candidates if flat == fold(squeeze(facility.name)))
    if exact or len(flat) < LEAST:
        return exact
    return tuple(facility for facility in candidates if any(part.endswith(flat) for part in _parts(facility.name)))


def _parts(name: str) -> Sequence[str]:
    plain = BRACKETS.sub("", normalise(name))
    return [fold(squeeze(part)) for part in (plain, *PARTS.split(plain))]


@lru_cache(maxsize=64)
def _compiled(shapes: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(shape) for shape in shapes)
