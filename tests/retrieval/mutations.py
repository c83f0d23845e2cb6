"""Ways to make a true answer false: each changes one fact of a text at a random place, or gives None where it has nothing to change."""

import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from retrieval.facts import readable


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A falsified answer."""

    operator: str
    text: str
    before: str
    after: str


Change = Callable[[str, random.Random], tuple[str, str, int] | None]
"""From a text to what stood there, what stands there now, and where."""

KANJI_DIGITS = "一二三四五六七八九"
WEEKDAYS = "月火水木金土日"
UNITS = ("日", "週間", "か月", "年", "人", "枚", "回", "時間", "分", "歳", "通", "点")
OFFICES = (
    "市民課",
    "保険年金課",
    "税務課",
    "環境課",
    "福祉課",
    "総務課",
    "こども教育課",
    "建設課",
    "図書館",
    "消防署",
    "会計課",
    "危機管理課",
)
TURNS_ROUND = (
    "できません→できます できます→できません いりません→いります いります→いりません 必要です→不要です "
    "不要です→必要です 無料→有料 有料→無料 以上→未満 未満→以上 以内→以降 以下→以上 以降→以前 "
    "取れます→取れません かかりません→かかります かかります→かかりません 使えません→使えます "
    "使えます→使えません 出せません→出せます ありません→あります あります→ありません 市内→市外 市外→市内 "
    "非課税→課税 日前→日後 日までに→日以降に いません→います ください→ないでください だけ→以外 "
    "休み→開いています 入れません→入れます 受け取れます→受け取れません "
)
TURNS = tuple((before, after) for before, _, after in (pair.partition("→") for pair in TURNS_ROUND.split()))


def change_digit(text: str, chance: random.Random) -> tuple[str, str, int] | None:
    place = _any(re.finditer(r"\d", text), chance)
    return place and (place[0], chance.choice([d for d in "0123456789" if d != place[0]]), place.start())


def change_fee(text: str, chance: random.Random) -> tuple[str, str, int] | None:
    """Another amount, perhaps one that stands elsewhere in the same answer."""
    amounts = list(re.finditer(r"[\d,]+円", text))
    place = _any(amounts, chance)
    if place is None:
        return None
    others = sorted({match[0] for match in amounts} - {place[0]}) or ["700円", "1,250円"]
    return place[0], chance.choice(others), place.start()


def swap_fees(text: str, chance: random.Random) -> tuple[str, str, int] | None:
    """Two amounts change places."""
    amounts = list(re.finditer(r"[\d,]+円", text))
    pairs = [(a, b) for a, b in pairwise(amounts) if a[0] != b[0]]
    if not pairs:
        return None
    first, second = chance.choice(pairs)
    between = text[first.end() : second.start()]
    return f"{first[0]}{between}{second[0]}", f"{second[0]}{between}{first[0]}", first.start()


def move_date(text: str, chance: random.Random) -> tuple[str, str, int] | None:
    place = _any(re.finditer(r"(\d{1,2})月(\d{1,2})日", text), chance)
    if place is None:
        return None
    month, day = int(place[1]), int(place[2])
    moved = chance.choice([(month % 12 + 1, day), (month, day % 28 + 1), (month, max(1, day - 1) if day > 1 else 28)])
    return place[0], f"{moved[0]}月{moved[1]}日", place.start()


def change_weekday(text: str, chance: random.Random) -> tuple[str, str, int] | None:
    place = _any(re.finditer(rf"[{WEEKDAYS}](?=曜)|(?<=[（・])[{WEEKDAYS}](?=[）・])", text), chance)
    return place and (place[0], chance.choice([day for day in WEEKDAYS if day != place[0]]), place.start())


def change_time(text: str, chance: random.Random) -> tuple[str, str, int] | None:
    place = _any(re.finditer(r"(\d{1,2}):(\d{2})", text), chance)
    if place is None:
        return None
    hour, minute = int(place[1]), place[2]
    return place[0], chance.choice([f"{(hour + 1) % 24}:{minute}", f"{hour}:{'30' if minute != '30' else '45'}"]), place.start()


def change_telephone(text: str, chance: random.Random) -> tuple[str, str, int] | None:
    place = _any(re.finditer(r"0\d{1,3}-\d{2,4}-\d{4}", text), chance)
    if place is None:
        return None
    digit = chance.randrange(len(place[0]) - 4, len(place[0]))
    return place[0], place[0][:digit] + str((int(place[0][digit]) + 1) % 10) + place[0][digit + 1 :], place.start()


def change_address(text: str, chance: random.Random) -> tuple[str, str, int] | None:
    """Another page of the same site, or another site."""
    place = _any(re.finditer(r"https?://[!-~]+", text), chance)
    if place is None:
        return None
    return place[0], chance.choice([place[0].rstrip("/") + "/form/", place[0].replace("city", "town", 1), place[0][:-3]]), place.start()


def swap_office(text: str, chance: random.Random) -> tuple[str, str, int] | None:
    place = _any(re.finditer("|".join(OFFICES), text), chance)
    return place and (place[0], chance.choice([office for office in OFFICES if office != place[0]]), place.start())


def turn_round(text: str, chance: random.Random) -> tuple[str, str, int] | None:
    """A negation comes or goes, free becomes paid, before becomes after."""
    places = [(before, after, match.start()) for before, after in TURNS for match in re.finditer(before, text)]
    return chance.choice(places) if places else None


def change_unit(text: str, chance: random.Random) -> tuple[str, str, int] | None:
    place = _any(re.finditer(rf"(?<=\d)(?:{'|'.join(UNITS)})(?![間目度生])", text), chance)
    return place and (place[0], chance.choice([unit for unit in UNITS if unit != place[0]]), place.start())


def change_kanji_numeral(text: str, chance: random.Random) -> tuple[str, str, int] | None:
    """A figure is written in kanji, and is another one."""
    place = _any(re.finditer(r"(?<![\d,.:第])([1-9])(?=円|日(?!間)|人|枚|回|か月|歳|割)", text), chance)
    return place and (place[0], chance.choice([d for d in KANJI_DIGITS if KANJI_DIGITS.index(d) + 1 != int(place[0])]), place.start())


OPERATORS: tuple[Change, ...] = (
    change_digit, change_fee, swap_fees, move_date, change_weekday, change_time, change_telephone, change_address, swap_office, turn_round,
    change_unit, change_kanji_numeral,
)  # fmt: skip


def mutants_of(text: str, chance: random.Random, count: int, operators: Sequence[Change] = OPERATORS) -> list[Mutant]:
    """Up to `count` different falsified answers; what says the same in other signs (1,000円 and 千円) is not among them."""
    found: dict[str, Mutant] = {}
    for _ in range(count * 3):
        operator = chance.choice(operators)
        change = operator(text, chance)
        if change is None:
            continue
        before, after, start = change
        changed = text[:start] + after + text[start + len(before) :]
        if changed not in found and readable(changed) != readable(text):
            found[changed] = Mutant(operator=operator.__name__, text=changed, before=before, after=after)
        if len(found) == count:
            break
    return list(found.values())


def _any(matches: Iterable[re.Match[str]], chance: random.Random) -> re.Match[str] | None:
    found = list(matches)
    return chance.choice(found) if found else None
