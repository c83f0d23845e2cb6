"""Japanese ways to write numbers, dates' years and shapes → one way, so that equal figures look equal. Pure."""

import re
from functools import lru_cache

from core.text import DASHES, normalise

DIGITS = {"〇": 0, "零": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
SMALL = {"十": 10, "百": 100, "千": 1_000}
LARGE = {"万": 10_000, "億": 100_000_000}
ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "明治": 1867, "r": 2018, "h": 1988, "s": 1925, "t": 1911, "m": 1867}
"""The year before the first of each era."""

SHAPES = str.maketrans({"〜": "~", "∼": "~", "～": "~", "：": ":", "\u00a0": " "})
MONTHS = re.compile(r"(?<=[\d一二三四五六七八九十数何])(?:か|ヶ|ヵ|カ|ケ|ヶ|箇|ヵ|個)月")
KANJI = "一二三四五六七八九十百千〇零"
AFTER_NUMERAL = (
    r"(?:円|か月|日(?!市|曜|本)|月(?!曜)|年|週|時間|時(?=半|から|まで|~|\d|[一二三四五]*十?[一二三四五六七八九]?分)|分(?=間|以|前|後|ほど|程|く|の\d|の[一二三])|分の"
    r"|人|名|回|枚|通(?!り|常|院|学|勤)|歳|才|冊|点(?!検)|個|台|袋|世帯|階|丁目|番(?!組|号|目|台)|番窓口|号|割|倍|桁|週間|営業日|か所|箇所|つ(?=[のをにはがとで、。])|曜|%)"
)
KANJI_NUMBER = re.compile(
    rf"(?<![数何\d{KANJI}万億])(?:(?<=第)[{KANJI}]+(?=[月火水木金土日・、]|\d|子|期|回|号)|(?<=時)[{KANJI}]+(?=分)|[{KANJI}]{{2,}}(?=分)|[{KANJI}][{KANJI}万億]*(?={AFTER_NUMERAL}))"
)
KANJI_FRACTION = re.compile(rf"([{KANJI}]+)分の([{KANJI}]+)")
MIXED_NUMBER = re.compile(rf"\d[\d,.]*(?:[十百千万億](?!円札)[\d{KANJI}]*)+")
ERA_YEAR = re.compile(r"(令和|平成|昭和|大正|明治)\s?(元|\d{1,2})\s?年")
SHORT_ERA = re.compile(r"(?<![a-z\d])([rhs])\s?(元|\d{1,2})(?=[./-]\d|年)")


@lru_cache(maxsize=8192)
def plain_figures(text: str) -> str:
    """`normalise` with numerals in ASCII digits without commas, years of the common era, and one kind of tilde, dash and か月."""
    flat = normalise(text).translate(SHAPES).translate(DASHES)
    flat = MONTHS.sub("か月", flat)
    flat = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", flat)
    flat = KANJI_FRACTION.sub(lambda match: f"{number_of(match[1])}分の{number_of(match[2])}", flat)
    flat = KANJI_NUMBER.sub(lambda match: str(number_of(match[0])), flat)
    flat = MIXED_NUMBER.sub(lambda match: str(number_of(match[0])), flat)
    flat = ERA_YEAR.sub(lambda match: f"{_year(match[1], match[2])}年", flat)
    return SHORT_ERA.sub(lambda match: str(_year(match[1], match[2])), flat)


def number_of(written: str) -> int:
    """千二百 → 1200, 1万2千 → 12000, 二〇二七 → 2027, 1.5万 → 15000."""
    if all(character in DIGITS for character in written):
        return int("".join(str(DIGITS[character]) for character in written))
    total = section = 0.0
    run = ""
    for character in written:
        if character in DIGITS:
            run += str(DIGITS[character])
        elif character in SMALL:
            section += (float(run) if run else 1) * SMALL[character]
            run = ""
        elif character in LARGE:
            total += (section + (float(run) if run else 0) or 1) * LARGE[character]
            section, run = 0.0, ""
        elif character != ",":
            run += character
    return round(total + section + (float(run.rstrip(".")) if run.strip(".") else 0))


def _year(era: str, written: str) -> int:
    return ERAS[era] + (1 if written == "元" else int(written))
