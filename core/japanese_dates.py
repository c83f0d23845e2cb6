"""Days as people write them: 2026-04-01, 令和8年4月1日, R8.4.1, 12/4, and seen from today: あさって, 来週の火曜, 先月20日, 3日後; pure."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from core.text import DASHES

ERAS = {
    "令和": (date(2019, 5, 1), 2018),
    "平成": (date(1989, 1, 8), 1988),
    "昭和": (date(1926, 12, 25), 1925),
}
LETTERS = {"R": "令和", "H": "平成", "S": "昭和"}
WEEKDAYS = "月火水木金土日"
DAY_PATTERN = (
    r"(?:(?P<era>令和|平成|昭和|(?<![A-Za-z])[RHS])\s*)?(?<!\d)(?P<year>\d{1,4}|元)\s*(?:[-/.年])"
    r"\s*(?P<month>\d{1,2})\s*(?:[-/.月])\s*(?P<day>\d{1,2})(?!\d)\s*日?"
)
AFTER_DAY = r"(?:\s*\([日月火水木金土](?:曜日?)?\))?"
DAY = re.compile(DAY_PATTERN + AFTER_DAY, re.IGNORECASE)
KANJI_NUMBER = re.compile(r"[一二三四五六七八九十]{1,3}(?=月|日(?!曜)|週間?[後前]|ヶ月|か月)")
KANJI = {digit: number for number, digit in enumerate("一二三四五六七八九", start=1)}
ONE_DAY = timedelta(days=1)


class Leaning(StrEnum):
    """Which of several days is meant where the words leave it open: a wish looks ahead, a report looks back."""

    AHEAD = "ahead"
    BACK = "back"


@dataclass(frozen=True, kw_only=True)
class FoundDay:
    """A day that a text names, and where in the text (`flat_dates` of it)."""

    day: date
    start: int
    end: int


def read_day(text: str) -> date | None:
    """The whole text as a full date; None where it is no day; an era must have begun by then."""
    match = DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return None if match is None else _full(match, date.min, Leaning.AHEAD)


def era_year(day: date) -> tuple[str, int] | None:
    """令和, 8; None before the eras that are known here."""
    return next(((era, day.year - offset) for era, (begins, offset) in ERAS.items() if day >= begins), None)


def flat_dates(text: str) -> str:
    """The form in which days are looked for."""
    flat = unicodedata.normalize("NFKC", text).translate(DASHES)
    return KANJI_NUMBER.sub(lambda match: str(_number(match[0])), flat)


def find_day(text: str, today: date, leaning: Leaning = Leaning.AHEAD) -> FoundDay | None:
    """The first day that the text names, seen from `today`; the longest words win where several begin at one place."""
    return next(iter(find_days(text, today, leaning)), None)


def find_days(text: str, today: date, leaning: Leaning = Leaning.AHEAD) -> tuple[FoundDay, ...]:
    """All days that the text names, in their order, none within another."""
    return tuple(_apart(sorted(_all(flat_dates(text), today, leaning), key=lambda found: (found.start, -found.end))))


def _apart(found: list[FoundDay]) -> Iterator[FoundDay]:
    end = 0
    for one in found:
        if one.start >= end:
            yield one
            end = one.end


def _all(flat: str, today: date, leaning: Leaning) -> Iterator[FoundDay]:
    for pattern, read in FORMS:
        for match in pattern.finditer(flat):
            day = read(match, today, leaning)
            if day is not None:
                yield FoundDay(day=day, start=match.start(), end=match.end())


def _full(match: re.Match[str], _today: date, _leaning: Leaning) -> date | None:
    year = 1 if match["year"] == "元" else int(match["year"])
    try:
        if match["era"] is None:
            return date(year, int(match["month"]), int(match["day"])) if year >= 1900 else None
        begins, offset = ERAS[LETTERS.get(match["era"].upper(), match["era"])]
        day = date(year + offset, int(match["month"]), int(match["day"]))
    except ValueError:
        return None
    return day if day >= begins else None


def _compact(match: re.Match[str], _today: date, _leaning: Leaning) -> date | None:
    return _made(int(match["year"]), int(match["month"]), int(match["day"]))


def _without_year(match: re.Match[str], today: date, leaning: Leaning) -> date | None:
    """12月4日: the nearest such day in the direction that is meant. 2月29日 may be years away."""
    if match.groupdict().get("named"):
        return _made(today.year + {"来年": 1, "去年": -1, "昨年": -1, "今年": 0}[match["named"]], int(match["month"]), int(match["day"]))
    steps = range(9) if leaning is Leaning.AHEAD else range(0, -9, -1)
    days = (_made(today.year + step, int(match["month"]), int(match["day"])) for step in steps)
    return next((day for day in days if day and (day >= today if leaning is Leaning.AHEAD else day <= today)), None)


def _of_month(match: re.Match[str], today: date, leaning: Leaning) -> date | None:
    """来月3日, 先月20日, 今月15日; 15日 alone: the nearest such day."""
    step = {"来月": 1, "再来月": 2, "先月": -1, "先々月": -2, "今月": 0}.get(match["which"] or "")
    if step is not None:
        return _shifted(today, step, int(match["day"]))
    steps = range(13) if leaning is Leaning.AHEAD else range(0, -13, -1)
    days = (_shifted(today, step, int(match["day"])) for step in steps)
    return next((day for day in days if day and (day >= today if leaning is Leaning.AHEAD else day <= today)), None)


def _month_end(match: re.Match[str], today: date, _leaning: Leaning) -> date | None:
    first = _shifted(today, {"来月": 2, "今月": 1}.get(match["which"] or "", 1), 1)
    return first - ONE_DAY if first else None


def _named(match: re.Match[str], today: date, _leaning: Leaning) -> date:
    return today + NAMED[match["name"]] * ONE_DAY


def _counted(match: re.Match[str], today: date, _leaning: Leaning) -> date | None:
    days = int(match["number"]) * (7 if match["unit"].startswith("週") else 1)
    try:
        return today + (days if match["side"] == "後" else -days) * ONE_DAY
    except OverflowError:
        return None


def _weekday(match: re.Match[str], today: date, leaning: Leaning) -> date:
    """来週の火曜 lies in the week that begins on the coming Monday; 今度の火曜 and 火曜 are the nearest after (or before) today."""
    number, which = WEEKDAYS.index(match["weekday"]), match["which"] or ""
    monday = today - today.weekday() * ONE_DAY
    weeks = {"先週": -1, "今週": 0, "来週": 1, "再来週": 2}.get(which.rstrip("の"))
    if weeks is not None:
        return monday + (7 * weeks + number) * ONE_DAY
    if leaning is Leaning.BACK and not which:
        return today - ((today.weekday() - number) % 7 or 7) * ONE_DAY
    return today + ((number - today.weekday()) % 7 or 7) * ONE_DAY


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _shifted(today: date, months: int, day: int) -> date | None:
    month = today.year * 12 + today.month - 1 + months
    return _made(month // 12, month % 12 + 1, day)


def _number(written: str) -> int:
    tens, _, ones = written.rpartition("十")
    if "十" not in written:
        return int("".join(str(KANJI[digit]) for digit in written))
    return (KANJI.get(tens, 0) if tens else 1) * 10 + KANJI.get(ones, 0)


NAMED = {
    "今日": 0, "きょう": 0, "本日": 0, "今朝": 0, "けさ": 0, "さっき": 0, "today": 0,
    "明日": 1, "あした": 1, "あす": 1, "翌日": 1, "tomorrow": 1, "明後日": 2, "あさって": 2, "しあさって": 3,
    "昨日": -1, "きのう": -1, "ゆうべ": -1, "yesterday": -1, "一昨日": -2, "おととい": -2,
}  # fmt: skip
Reader = Callable[[re.Match[str], date, Leaning], date | None]
FORMS: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (DAY, _full),
    (re.compile(r"(?<!\d)(?P<year>20\d\d|19\d\d)(?P<month>[01]\d)(?P<day>[0-3]\d)(?!\d)"), _compact),
    (
        re.compile(
            r"(?:(?P<named>来年|去年|昨年|今年)の?\s*)?(?<![\d/年.-])(?P<month>1[0-2]|0?[1-9])\s*(?:月|/)\s*(?P<day>3[01]|[12]\d|0?[1-9])(?![\d/])\s*日?"
            + AFTER_DAY
        ),
        _without_year,
    ),
    (
        re.compile(
            r"(?:(?P<which>再来月|来月|先々月|先月|今月)の?|(?<![\d月/-]))(?P<day>3[01]|[12]\d|[1-9])日(?![間後前曜目])" + AFTER_DAY
        ),
        _of_month,
    ),
    (re.compile(r"(?P<which>来月|今月)?の?(?:月末|末日|(?<=月)末)"), _month_end),
    (re.compile("|".join(["(?P<name>" + "|".join(sorted(NAMED, key=len, reverse=True)) + ")"]), re.IGNORECASE), _named),
    (re.compile(r"(?<!\d)(?P<number>\d{1,3})(?P<unit>日|週間|週)(?P<side>後|前)"), _counted),
    (re.compile(r"(?P<which>再来週の?|来週の?|今週の?|先週の?|今度の|次の|こんどの)?(?P<weekday>[月火水木金土日])曜日?"), _weekday),
)
