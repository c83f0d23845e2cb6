"""Which things of a table a message names, how many of each, and of which size: 「高さ120cmの本棚1つと布団2枚」. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.text import squeeze
from core.waste_tables import Waste, WasteItem
from retrieval.numerals import plain_figures
from retrieval.tokens import fold
from retrieval.waste_rows import names_of

LEAST_INSIDE = 2
"""Characters of a name that may be found anywhere in a message."""
KANA_ONLY = re.compile(r"[ぁ-ゖー]+")
BOUNDARY = re.compile(r"(?:^|[^ぁ-ゖ]|[とやのをもは])$")
BEFORE_ONE = re.compile(r"(?:^|[のとや]|cm|[^ぁ-ゖ一-龠\d])$")
AFTER_ONE = re.compile(r"$|[をがはとやの]|\d")
SIZE = re.compile(r"(?<!\d)(\d+(?:\.\d+)?)\s*(cm|センチ|せんち|m(?!m)|メートル|めーとる|インチ|いんち|畳|帖)")
RULE = re.compile(r"(?P<first>\d+)(?P<unit>cm|インチ|畳)(?P<side>以上|未満|以下)")
CENTIMETRES = {"cm": 1.0, "センチ": 1.0, "せんち": 1.0, "m": 100.0, "メートル": 100.0, "めーとる": 100.0}
UNITS = {**dict.fromkeys(CENTIMETRES, "cm"), "インチ": "インチ", "いんち": "インチ", "畳": "畳", "帖": "畳"}
REMOVED = re.compile(
    r"(?:やめ|いらな|いりませ|要らな|要りませ|不要|なしに|なしで|取り消|取消|けして|消して|削除|キャンセル|外して|はずして|除いて|抜いて"
    r"|出さな|出しませ|出すのは?なし|捨てませ|代わりに|かわりに|[でじ](?:は|ゃ)?なく)"
)
MOST = 999


@dataclass(frozen=True, kw_only=True)
class Mention:
    """A name in the message, the rows that it can mean, and how many."""

    items: tuple[WasteItem, ...]
    quantity: int
    name: str
    is_small: bool = False
    """A size was said that is below what the table takes."""
    is_choice: bool = False
    """It was tapped as the answer to which of several was meant."""


def mentions_in(text: str, waste: Waste, counters: str) -> tuple[Mention, ...]:
    """In their order. The longest name wins; quantity and size stand before the next name."""
    flat = fold(squeeze(plain_figures(text)))
    found = list(_names_in(flat, waste))
    return tuple(_mention(flat, number, found, counters) for number in range(len(found)))


def quantity_in(text: str, counters: str) -> int | None:
    """The number of a message that is a quantity and hardly more: ２個, やっぱり3個."""
    flat = fold(squeeze(plain_figures(text)))
    match = re.fullmatch(
        rf"(?:\D{{0,8}}?)(\d{{1,3}})(?:{fold(counters)})?(?:です|にして|にします|に変更|でお願いします|お願いします|でした|かな|に)*", flat
    )
    if match is None:
        return None
    return int(match[1]) if 0 < int(match[1]) <= MOST else None


def around_removal(text: str) -> tuple[str, str] | None:
    """What is to be left out, and what is said after it: 「ソファはやめて、机1つ」."""
    flat = squeeze(text)
    last = max((match.end() for match in REMOVED.finditer(flat)), default=0)
    return (flat[:last], flat[last:]) if last else None


def _names_in(flat: str, waste: Waste) -> Iterator[tuple[int, int, tuple[WasteItem, ...]]]:
    """Start, end, rows; none within another."""
    names, longest = _names(waste)
    place = 0
    while place < len(flat):
        for length in range(min(longest, len(flat) - place), 0, -1):
            name = flat[place : place + length]
            if name in names and _stands_apart(name, flat, place):
                yield place, place + length, names[name]
                place += length
                break
        else:
            place += 1


def _stands_apart(name: str, flat: str, place: int) -> bool:
    """Short names in kana are found inside other words: かさ in あたたかさ; a single character is a name only between particles."""
    if len(name) < LEAST_INSIDE:
        return BEFORE_ONE.search(flat[:place]) is not None and AFTER_ONE.match(flat[place + 1 :]) is not None
    return len(name) > 3 or not KANA_ONLY.fullmatch(name) or BOUNDARY.search(flat[:place]) is not None


@lru_cache(maxsize=64)
def _names(waste: Waste) -> tuple[Mapping[str, tuple[WasteItem, ...]], int]:
    names = names_of(waste.items)
    return names, max(map(len, names), default=0)


def _mention(flat: str, number: int, found: Sequence[tuple[int, int, tuple[WasteItem, ...]]], counters: str) -> Mention:
    start, end, items = found[number]
    before = flat[found[number - 1][1] if number else 0 : start]
    after = flat[end : found[number + 1][0] if number + 1 < len(found) else len(flat)]
    sizes = _sizes(before) if number == 0 or not _sizes(after) else []
    sizes = sizes or _sizes(after)
    fitting = tuple(item for item in items if _fits(item, sizes))
    quantity = _quantity(SIZE.sub("", after), SIZE.sub("", before) if number == 0 or "と" in before else "", counters)
    return Mention(
        items=fitting or items, quantity=quantity, name=flat[start:end], is_small=bool(sizes) and not fitting and _is_below(items, sizes)
    )


def _quantity(after: str, before: str, counters: str) -> int:
    counted = fold(counters)
    match = re.match(rf"(?:が|を|は|x|×|:)?(\d{{1,3}})(?:{counted})?(?![丁番/月年時])", after) or re.search(
        rf"(\d{{1,3}})(?:{counted})の?$", before
    )
    return int(match[1]) if match and 0 < int(match[1]) <= MOST else 1


def _sizes(text: str) -> list[tuple[float, str]]:
    return [(float(number) * CENTIMETRES.get(unit, 1.0), UNITS[unit]) for number, unit in SIZE.findall(text)]


def _fits(item: WasteItem, sizes: Sequence[tuple[float, str]]) -> bool:
    """By the largest size that was said; a row without a rule fits any."""
    rules = list(RULE.finditer(item.size_rule))
    for rule in rules:
        own = [size for size, unit in sizes if unit == rule["unit"]]
        if own and not _holds(max(own), rule):
            return False
    return True


def _holds(size: float, rule: re.Match[str]) -> bool:
    bound = float(rule["first"])
    return size >= bound if rule["side"] == "以上" else size < bound if rule["side"] == "未満" else size <= bound


def _is_below(items: Sequence[WasteItem], sizes: Sequence[tuple[float, str]]) -> bool:
    """Whether all rows that were meant begin at a larger size."""
    rules = [rule for item in items for rule in RULE.finditer(item.size_rule) if rule["side"] == "以上"]
    largest = max((size for size, _ in sizes), default=0.0)
    return bool(rules) and all(largest < float(rule["first"]) for rule in rules)
