"""What can be checked in a text: figures, dates, times, numbers to call, addresses and names, each in one form. Pure."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from retrieval.numerals import plain_figures


class FactKind(StrEnum):
    """What a fact is about."""

    URL = "url"
    EMAIL = "email"
    PHONE = "phone"
    POSTAL_CODE = "postal_code"
    ADDRESS = "address"
    DATE = "date"
    WEEKDAY = "weekday"
    TIME = "time"
    MONEY = "money"
    PERCENT = "percent"
    FRACTION = "fraction"
    QUANTITY = "quantity"
    NUMBER = "number"
    OFFICE = "office"
    FORM = "form"
    RANGE = "range"
    """From one fact to another of the same kind, so that the two can't change places."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Equal facts have equal values, however they are written."""

    kind: FactKind
    value: str

    def __str__(self) -> str:
        return f"{self.kind.value}:{self.value}"


@dataclass(frozen=True, kw_only=True)
class Found:
    """A fact and where it stands in the text's `plain_figures`."""

    fact: Fact
    start: int
    end: int


NUMBER = r"\d+(?:\.\d+)?"
WEEKDAYS = {"月": "mon", "火": "tue", "水": "wed", "木": "thu", "金": "fri", "土": "sat", "日": "sun"}
UNITS = {
    "日間": "日", "分間": "分", "年間": "年", "週": "週間", "名": "人", "才": "歳", "箇所": "か所", "カ所": "か所", "ヶ所": "か所",
    "センチメートル": "cm", "センチ": "cm", "ミリメートル": "mm", "ミリ": "mm", "キログラム": "kg", "キロメートル": "km",
    "メートル": "m", "グラム": "g",
    "リットル": "l", "平方メートル": "m2", "番窓口": "番",
}  # fmt: skip
UNIT = (
    r"平方メートル|キログラム|キロメートル|センチメートル|ミリメートル|リットル|メートル|グラム|センチ|ミリ|キロワット|"
    r"日間|分間|年間|年度|年生|年|週間|週|か月|月|営業日|日|時間|分|秒|回目|回|枚|通|部|冊|点|個|本|台|袋|束|箱|人|名|歳|才|世帯|組|件|番窓口|番|号|階|丁目|倍|桁|級|度|等級|種類"
    r"|か所|箇所|カ所|ヶ所|か国語|言語|つ|泊|匹|頭|校|学期|親等|ドル|万円|kwh|kw|km2|km|m2|cm|mm|kg|mg|ml|g|l|m|(?:minute|hour|day|week|month|year|time|person)s?(?![a-z])"
)
KANJI_OR_KANA = r"[一-龥々ァ-ヺー]"
OFFICE = (
    rf"{KANJI_OR_KANA}+(?:課|係|支所|センター|出張所|事務所|署|局|庁舎|委員会|協議会|協会|保健所|図書館|公民館|体育館|案内所|連絡所|消防本部)"
    rf"|{KANJI_OR_KANA}+(?<![休開閉来入退在])(?:館|室|庁)"
)
FORM = (
    rf"{KANJI_OR_KANA}+(?:申請書|申込書|届出書|請求書|申告書|委任状|証明書|通知書|診断書|領収書|納付書|確認書"
    r"|届|願|票|証|券|手帳|通帳|カード|謄本|抄本)"
)


AFTERNOON = frozenset({"午後", "夜", "夕方", "pm"})


def _clock(match: re.Match[str]) -> str | None:
    if match["noon"]:
        return "12:00"
    hour = int(match["hour"])
    minute = 30 if match["half"] else int(match["minute"] or match["minute_kanji"] or 0)
    part = (match["part"] or match["suffix"] or "").replace(".", "")
    if part in AFTERNOON and hour < 12:
        hour += 12
    if part in {"am", "午前"} and hour == 12:
        hour = 0
    return f"{hour:02}:{minute:02}" if hour < 30 and minute < 60 else None


def _date(match: re.Match[str]) -> str | None:
    year, month, day = match["year"], match["month"], match["day"]
    if not 1 <= int(month) <= 12 or (day and not 1 <= int(day) <= 31):
        return None
    return "-".join(part.zfill(width) for part, width in ((year, 4), (month, 2), (day, 2)) if part)


def _slashed(match: re.Match[str]) -> str | None:
    """12/29 is a day, 1/2 alone a half."""
    first, second = int(match[1]), int(match[2])
    before, after = match.string[: match.start()].rstrip(), match.string[match.end() :].lstrip()
    is_fraction = first < second <= 10 and first == 1 and not before.endswith("~") and not after.startswith(("~", "(", "-"))
    return None if is_fraction or not (1 <= first <= 12 and 1 <= second <= 31) else f"{first:02}-{second:02}"


def _telephone(match: re.Match[str]) -> str | None:
    digits = re.sub(r"\D", "", match[0].replace("+81", "0", 1))
    return digits if 9 <= len(digits) <= 11 else None


def _web(match: re.Match[str]) -> str:
    return re.sub(r"^https?://(?:www\.)?|^www\.", "", match[0]).rstrip(".,;:!?'/")


def _quantity(match: re.Match[str]) -> str:
    return _amount(match[1]) + UNITS.get(match[2], match[2])


def _amount(written: str) -> str:
    return f"{float(written):g}" if "." in written else written.lstrip("0") or "0"


def _percent(match: re.Match[str]) -> str:
    return _amount(match[1]) if match[2] != "割" else _amount(f"{float(match[1]) * 10:.2f}")


Reader = Callable[[re.Match[str]], str | None]
PATTERNS: tuple[tuple[FactKind, re.Pattern[str], Reader], ...] = (
    (FactKind.EMAIL, re.compile(r"[a-z0-9_.+-]+@[a-z0-9-]+\.[a-z0-9.-]*[a-z0-9]"), lambda match: match[0]),
    (FactKind.URL, re.compile(r"(?:https?://|www\.)[a-z0-9\-._~:/?#\[\]@!$&'*+,;=%]+"), _web),
    (FactKind.POSTAL_CODE, re.compile(r"〒\s?\d{3}-?\d{4}|(?<![\d-])\d{3}-\d{4}(?![\d-])"), lambda match: re.sub(r"\D", "", match[0])),
    (
        FactKind.PHONE,
        re.compile(r"(?<![\d-])(?:\+81[- ]?|\(?0)\d{1,4}[-() ]{1,2}\d{1,4}[-() ]{1,2}\d{3,4}(?![\d-])|(?<![\d-])0\d{9,10}(?!\d)"),
        _telephone,
    ),
    (FactKind.PHONE, re.compile(r"#\d{3,5}(?!\d)"), lambda match: match[0]),
    (
        FactKind.ADDRESS,
        re.compile(r"(\d+)丁目\s?(\d+)(?:番地?|-)(?:の?(\d+)号?)?|(?<=[一-龥])(\d+)-(\d+)-(\d+)(?![-\d])"),
        lambda match: "-".join(part for part in match.groups() if part),
    ),
    (FactKind.DATE, re.compile(r"(?<!\d)(?P<year>\d{4})年\s?(?P<month>\d{1,2})月(?:\s?(?P<day>\d{1,2})日(?!間))?"), _date),
    (FactKind.DATE, re.compile(r"(?<![\d./-])(?P<year>\d{4})([./-])(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?![./-]?\d)"), _date),
    (FactKind.DATE, re.compile(r"(?<!\d)(?P<year>)(?P<month>\d{1,2})月\s?(?P<day>\d{1,2})日(?!間)"), _date),
    (FactKind.DATE, re.compile(r"(?<![\d./-])(\d{1,2})/(\d{1,2})(?![\d/]|\.\d)"), _slashed),
    (FactKind.FRACTION, re.compile(r"(?<![\d./])(\d{1,3})/(\d{1,3})(?![\d/])"), lambda match: f"{match[1]}/{match[2]}"),
    (FactKind.FRACTION, re.compile(r"(\d+)分の(\d+)"), lambda match: f"{match[2]}/{match[1]}"),
    (
        FactKind.TIME,
        re.compile(
            r"(?P<noon>正午)|(?:(?P<part>午前|午後|朝|昼|夜|夕方)の?\s?)?(?<![\d:.])(?P<hour>\d{1,2})(?:(?P<half>時半)|時(?![間期点代])"
            r"(?:(?P<minute_kanji>\d{1,2})分)?|:(?P<minute>\d{2})(?![\d:])|(?=\s?[ap]\.?m\b))(?:\s?(?P<suffix>[ap]\.?m\b\.?))?"
        ),
        _clock,
    ),
    (FactKind.DATE, re.compile(r"(?<!\d)(\d{4})年(度?)(?!間)"), lambda match: f"{match[1]}年{match[2]}"),
    (FactKind.DATE, re.compile(r"(?<!\d)(?P<year>)(?P<month>\d{1,2})月(?!曜)(?P<day>)"), _date),
)
WEEKDAY_PATTERNS = (
    re.compile(
        r"(?P<nth>(?:第?[1-5](?:[・、,と]|~))*第[1-5](?:(?:[・、,と]|~)第?[1-5])*)(?P<days>[月火水木金土日](?:[・、,][月火水木金土日])*)曜日?"
    ),
    re.compile(
        r"(?<![一-龥\d])(?P<days>[月火水木金土日](?:曜日?)?(?:(?:[~・、,と]|から)[月火水木金土日](?:曜日?)?)+)(?![一-龥])|(?P<one>[月火水木金土日])曜日?"
        r"|\((?P<bracketed>[月火水木金土日])(?:・祝日?)?\)|(?P<weekend>土日)|(?P<named>平日|祝(?![いう金辞儀])日?|毎日)"
    ),
)
PATTERNS_AFTER: tuple[tuple[FactKind, re.Pattern[str], Reader], ...] = (
    (FactKind.MONEY, re.compile(rf"({NUMBER})\s?(?:円|yen\b)|[¥￥]\s?({NUMBER})"), lambda match: _amount(match[1] or match[2])),
    (FactKind.PERCENT, re.compile(rf"({NUMBER})\s?(%|パーセント|割(?!引|り))"), _percent),
    (FactKind.QUANTITY, re.compile(rf"({NUMBER})\s?({UNIT})"), _quantity),
    (FactKind.NUMBER, re.compile(NUMBER), lambda match: _amount(match[0])),
    (FactKind.FORM, re.compile(FORM), lambda match: match[0]),
    (FactKind.OFFICE, re.compile(OFFICE), lambda match: match[0]),
)
BETWEEN = re.compile(r"\s*(?:曜日?)?(?:\([月火水木金土日祝・]+\))?\s*(?:~|から|-|to)\s*")
RANGED = frozenset(
    {FactKind.DATE, FactKind.TIME, FactKind.MONEY, FactKind.QUANTITY, FactKind.WEEKDAY, FactKind.PERCENT, FactKind.NUMBER, FactKind.ADDRESS}
)
SHARED_UNIT = re.compile(rf"(?<![\d:./-])({NUMBER})(?=[~・]{NUMBER}({UNIT}|円|%|時(?!間)))")
TAKEN = "\0"


def facts_of(text: str) -> frozenset[Fact]:
    """Everything checkable that a text says."""
    return frozenset(found.fact for found in find_facts(text))


@lru_cache(maxsize=8_192)
def readable(text: str) -> str:
    """The form to which the places of `find_facts` refer: plain figures, each with its own unit (3~5日 → 3日~5日)."""
    return SHARED_UNIT.sub(r"\1\2", plain_figures(text))


@lru_cache(maxsize=8_192)
def find_facts(text: str) -> tuple[Found, ...]:
    """Facts in the order in which they stand, then ranges; no two but ranges overlap."""
    flat = readable(text)
    free = list(flat)
    found = [*_take(free, PATTERNS), *_take_weekdays(free), *_take(free, PATTERNS_AFTER)]
    found.sort(key=lambda one: (one.start, one.end))
    found = _in_the_afternoon(flat, found)
    return (*found, *_ranges(flat, found))


def _take(free: list[str], patterns: tuple[tuple[FactKind, re.Pattern[str], Reader], ...]) -> Iterator[Found]:
    for kind, pattern, reader in patterns:
        for match in pattern.finditer("".join(free)):
            value = reader(match)
            if value:
                free[match.start() : match.end()] = TAKEN * (match.end() - match.start())
                yield Found(fact=Fact(kind=kind, value=value), start=match.start(), end=match.end())


def _take_weekdays(free: list[str]) -> Iterator[Found]:
    nth, plain = WEEKDAY_PATTERNS
    for match in nth.finditer("".join(free)):
        days = [WEEKDAYS[letter] for letter in match["days"] if letter in WEEKDAYS]
        for number in re.findall(r"\d", match["nth"]):
            yield from (_weekday(f"{number}{day}", match.start(), match.end()) for day in days)
        free[match.start() : match.end()] = TAKEN * (match.end() - match.start())
    for match in plain.finditer("".join(free)):
        if match["days"]:
            for place, letter in enumerate(match["days"], start=match.start()):
                if letter in WEEKDAYS and not (letter == "日" and free[place - 1] == "曜"):
                    yield _weekday(WEEKDAYS[letter], place, place + 1)
        elif match["weekend"]:
            yield _weekday("sat", match.start(), match.start() + 1)
            yield _weekday("sun", match.start() + 1, match.end())
        else:
            name = match["one"] or match["bracketed"] or match["named"]
            yield _weekday(WEEKDAYS.get(name, "祝日" if name == "祝" else name), match.start(), match.end())
        free[match.start() : match.end()] = TAKEN * (match.end() - match.start())


def _weekday(value: str, start: int, end: int) -> Found:
    return Found(fact=Fact(kind=FactKind.WEEKDAY, value=value), start=start, end=end)


def _in_the_afternoon(flat: str, found: list[Found]) -> list[Found]:
    """午後5時~7時 ends at 19:00."""
    done: list[Found] = []
    for one in found:
        before = done[-1] if done else None
        if (
            before is not None
            and before.fact.kind is one.fact.kind is FactKind.TIME
            and one.fact.value < "12:00" <= before.fact.value
            and flat[before.start : before.end].startswith(("午後", "夜", "夕方"))
            and not flat[one.start : one.end].startswith("午前")
            and BETWEEN.fullmatch(flat[before.end : one.start])
        ):
            hour, minute = one.fact.value.split(":")
            later = Fact(kind=FactKind.TIME, value=f"{int(hour) + 12:02}:{minute}")
            done.append(Found(fact=later, start=one.start, end=one.end))
        else:
            done.append(one)
    return done


def _ranges(flat: str, found: list[Found]) -> Iterator[Found]:
    for first, last in pairwise(found):
        if first.fact.kind in RANGED and first.fact.kind is last.fact.kind and BETWEEN.fullmatch(flat[first.end : last.start]):
            value = f"{first.fact.kind.value}:{first.fact.value}~{last.fact.value}"
            yield Found(fact=Fact(kind=FactKind.RANGE, value=value), start=first.start, end=last.end)
