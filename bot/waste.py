"""What of the waste tables a resident asks for. Strict: a question about something else is never taken for one about waste. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.text import squeeze
from core.waste_tables import CollectionArea, Waste, WasteItem
from retrieval.tokens import fold
from retrieval.waste_rows import CHOME, areas_at, names_of

LONGEST = 60
"""Characters of an utterance; a longer one is a story, not a question about one item."""
LEAST_OF_ENDING = 2
ANY_KIND = "any"


@dataclass(frozen=True, kw_only=True)
class ItemQuestion:
    """Which rows of the item table are asked for."""

    items: tuple[WasteItem, ...]
    is_bare: bool
    """Nothing but a name was said, which may stand for something else."""
    is_exact: bool = True
    """The name is that of the rows; otherwise only their last part."""
    name: str


@dataclass(frozen=True, kw_only=True)
class DaysQuestion:
    """Whose collection days are asked for, and of which kind."""

    kind: str
    areas: tuple[CollectionArea, ...] = ()
    """Those that the words can mean; none where no known place was said."""
    unknown_place: str = ""
    """A place of the resident that is in no row."""


def asked_item(waste: Waste, text: str) -> ItemQuestion | None:
    """The rows that a question about putting something out is about, or that a bare name names."""
    flat = fold(squeeze(text))
    if not waste.items or not flat or len(flat) > LONGEST or "\n" in text.strip():
        return None
    tables = _tables(waste)
    if flat in tables.names:
        return ItemQuestion(items=tables.names[flat], is_bare=True, name=flat)
    for shape in tables.item_shapes:
        match = shape.fullmatch(flat)
        if match is None:
            continue
        name = match.group("item")
        for candidate in dict.fromkeys((name, tables.prefixes.sub("", name))):
            if candidate in tables.names:
                return ItemQuestion(items=tables.names[candidate], is_bare=False, name=candidate)
        ending = tables.prefixes.sub("", name)
        is_kind = any(pattern.fullmatch(ending) for pattern in tables.kinds.values())
        items = _ending_in(tables.names, ending) if len(ending) >= LEAST_OF_ENDING and not is_kind else ()
        if items:
            return ItemQuestion(items=items, is_bare=False, is_exact=False, name=ending)
    return None


def asked_days(waste: Waste, text: str, earlier: str = "") -> DaysQuestion | None:
    """`earlier` is the question before: after one about waste a place alone is enough."""
    flat = fold(squeeze(text))
    if not waste.areas or not flat or len(flat) > LONGEST:
        return None
    tables = _tables(waste)
    for shape in tables.day_shapes:
        match = shape.fullmatch(flat)
        if match is None:
            continue
        place = match.group("place") or ""
        areas = areas_at(waste, place)
        if areas or not place:
            return DaysQuestion(kind=_kind_of(tables, match.group("kind")), areas=areas)
    return _home(waste, tables, flat, earlier)


def _home(waste: Waste, tables: "_Tables", flat: str, earlier: str) -> DaysQuestion | None:
    before = asked_days(waste, earlier) if earlier else None
    is_about_waste = before is not None or bool(tables.about_waste.search(fold(squeeze(earlier))))
    kind = before.kind if before else ANY_KIND
    if earlier and not is_about_waste:
        return None
    for shape in tables.home_shapes:
        match = shape.fullmatch(flat)
        if match is None:
            continue
        place = match.group("place")
        areas = areas_at(waste, place)
        if areas:
            return DaysQuestion(kind=kind, areas=areas)
        if CHOME.search(place) and "丁目" in place:
            return DaysQuestion(kind=kind, unknown_place=place)
    if before is not None and any(flat.startswith(fold(area.district)) for area in waste.areas):
        areas = areas_at(waste, flat)
        return DaysQuestion(kind=kind, areas=areas) if areas else None
    return None


@dataclass(frozen=True, kw_only=True)
class _Tables:
    names: Mapping[str, tuple[WasteItem, ...]]
    prefixes: re.Pattern[str]
    item_shapes: Sequence[re.Pattern[str]]
    day_shapes: Sequence[re.Pattern[str]]
    home_shapes: Sequence[re.Pattern[str]]
    about_waste: re.Pattern[str]
    kinds: Mapping[str, re.Pattern[str]]


@lru_cache(maxsize=64)
def _tables(waste: Waste) -> _Tables:
    words = waste.words
    never = r"(?!)"
    kinds = {kind: re.compile("|".join(map(fold, patterns))) for kind, patterns in words.kinds.items()}
    any_kind = "|".join(f"(?:{pattern.pattern})" for pattern in kinds.values()) or never

    def compiled(patterns: Sequence[str]) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(pattern.replace("{end}", words.end).replace("{kind}", any_kind)) for pattern in patterns)

    return _Tables(
        names=names_of(waste.items),
        prefixes=re.compile("^(?:" + ("|".join(fold(prefix) for prefix in words.item_prefixes) or never) + ")+"),
        item_shapes=compiled(words.item_shapes),
        day_shapes=compiled(words.day_shapes),
        home_shapes=compiled(words.home_shapes),
        about_waste=re.compile("|".join(words.about_waste) or never),
        kinds=kinds,
    )


def _ending_in(names: Mapping[str, tuple[WasteItem, ...]], ending: str) -> tuple[WasteItem, ...]:
    found = {item.code: item for spelling, items in names.items() if spelling.endswith(ending) for item in items}
    return tuple(found.values())


def _kind_of(tables: _Tables, word: str) -> str:
    return next((kind for kind, pattern in tables.kinds.items() if pattern.fullmatch(word)), ANY_KIND)
