"""The rows of the waste tables by the words that residents use for them: areas of collection by place, items by name. Pure."""

import re
from collections.abc import Mapping, Sequence

from core.text import squeeze
from core.waste_tables import CollectionArea, Waste, WasteItem
from retrieval.tokens import fold

BRACKETS = re.compile(r"\(.*?\)")
KANJI = {digit: number for number, digit in enumerate("一二三四五六七八九", start=1)}
BLOCK = r"\d+(?:丁目|-)\d+(?:[番号-]\d*)*"
"""What follows a town down to the block: 3丁目2番1号, 3-2-1."""
CHOME = re.compile(r"(?P<number>\d{1,2}|十?[一二三四五六七八九]|十)(?:丁目|-|ー|の\d)")
SPAN = re.compile(r"(?P<first>\d{1,2})[〜~](?P<last>\d{1,2})丁目|(?P<only>\d{1,2})丁目")


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
    chome = chome_of(match.group("number"))
    return tuple(area for area in inside if is_in_area(area, chome)) or inside


def districts_of(waste: Waste) -> tuple[str, ...]:
    return tuple(dict.fromkeys(area.district for area in waste.areas))


def is_in_area(area: CollectionArea, chome: int) -> bool:
    match = SPAN.search(area.area)
    if match is None:
        return True
    if match.group("only"):
        return int(match.group("only")) == chome
    return int(match.group("first")) <= chome <= int(match.group("last"))


def chome_of(written: str) -> int:
    if written.isdigit():
        return int(written)
    tens, ones = (10, written[1:]) if written.startswith("十") else (0, written)
    return tens + (KANJI[ones] if ones else 0)


def names_of(items: Sequence[WasteItem]) -> Mapping[str, tuple[WasteItem, ...]]:
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
