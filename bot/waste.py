"""What of the waste tables a resident asks for. Strict: a question about something else is never taken for one about waste. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.text import squeeze
from core.waste_tables import CollectionArea, Waste, WasteItem
from retrieval.tokens import fold

LONGEST = 60
"""Characters of an utterance; a longer one is a story, not a question about one item."""
LEAST_OF_ENDING = 2
BRACKETS = re.compile(r"\(.*?\)")
ANY_KIND = "any"
KANJI = {digit: number for number, digit in enumerate("一二三四五六七八九", start=1)}
CHOME = re.compile(r"(?P<number>\d{1,2}|十?[一二三四五六七八九]|十)(?:丁目|-|ー|の\d)")
SPAN = re.compile(r"(?P<first>\d{1,2})[〜~](?P<last>\d{1,2})丁目|(?P<only>\d{1,2})丁目")


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


def areas_at(waste: Waste, place: str) -> tuple[CollectionArea, ...]:
    """The areas that a place as residents write it can mean: 「浜町」, 「浜町2丁目」, 「浜町二の3」; none for what is no place of ours."""
    flat = fold(squeeze(place))
    districts = {area.district for area in waste.areas if flat.startswith(fold(squeeze(area.district)))}
    if not districts:
        return ()
    district = max(districts, key=len)
    rest = flat[len(fold(squeeze(district))) :]
    inside = tuple(area for area in waste.areas if area.district == district)
    if not rest or rest in ("地区", "地域", "あたり"):
        return inside
    match = CHOME.match(rest) or re.fullmatch(r"(?P<number>\d{1,2})", rest)
    if match is None:
        return ()
    chome = _number(match.group("number"))
    return tuple(area for area in inside if _holds(area, chome)) or inside


def districts_of(waste: Waste) -> tuple[str, ...]:
    return tuple(dict.fromkeys(area.district for area in waste.areas))


def _holds(area: CollectionArea, chome: int) -> bool:
    match = SPAN.search(area.area)
    if match is None:
        return True
    if match.group("only"):
        return int(match.group("only")) == chome
    return int(match.group("first")) <= chome <= int(match.group("last"))


def _number(written: str) -> int:
    if written.isdigit():
        return int(written)
    tens, ones = (10, written[1:]) if written.startswith("十") else (0, written)
    return tens + (KANJI[ones] if ones else 0)


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
        names=_names(waste.items),
        prefixes=re.compile("^(?:" + ("|".join(fold(prefix) for prefix in words.item_prefixes) or never) + ")+"),
        item_shapes=compiled(words.item_shapes),
        day_shapes=compiled(words.day_shapes),
        home_shapes=compiled(words.home_shapes),
        about_waste=re.compile("|".join(words.about_waste) or never),
        kinds=kinds,
    )


def _names(items: Sequence[WasteItem]) -> Mapping[str, tuple[WasteItem, ...]]:
    """Every spelling of an item → the rows that it means. A row's own name wins over another row's synonym."""
    own: dict[str, dict[str, WasteItem]] = {}
    others: dict[str, dict[str, WasteItem]] = {}
    for item in items:
        name = BRACKETS.sub("", item.name.translate(str.maketrans("（）", "()")))
        for spelling in (item.name, name, *name.split("・"), item.kana):
            own.setdefault(fold(squeeze(spelling)), {})[item.code] = item
        for spelling in item.synonyms.split("|"):
            others.setdefault(fold(squeeze(spelling)), {})[item.code] = item
    joined = {**others, **own}
    return {spelling: tuple(rows.values()) for spelling, rows in joined.items() if spelling}


def _ending_in(names: Mapping[str, tuple[WasteItem, ...]], ending: str) -> tuple[WasteItem, ...]:
    found = {item.code: item for spelling, items in names.items() if spelling.endswith(ending) for item in items}
    return tuple(found.values())


def _kind_of(tables: _Tables, word: str) -> str:
    return next((kind for kind, pattern in tables.kinds.items() if pattern.fullmatch(word)), ANY_KIND)
