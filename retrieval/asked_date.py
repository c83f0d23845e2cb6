"""For which day a question is asked: 来月から, 令和9年度は, 4月からの手数料, 去年は, 年末年始. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from retrieval.facts import WEEKDAYS
from retrieval.numerals import plain_figures

FISCAL_YEAR_BEGINS = 4
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class AskedDate:
    """First and last day, Japan time, both included, and the words that named them."""

    first: date
    last: date
    words: str
    is_fiscal_year: bool = False
    is_recurring: bool = False
    """A day of every week (日曜も), which asks for no particular date."""

    def day(self, today: date) -> date:
        """The day whose content answers: today where it is among them, otherwise the nearest of them."""
        return min(max(today, self.first), self.last)


Reader = Callable[[re.Match[str], date], tuple[date, date] | None]
WHEN = (
    r"(?=から|以降|以後|より|の?分|は|に?も|まで|になったら|になると|で|、|$|[?？]|に(?!生|引|転|入|結|離|亡|な|も|届|出|買|申|受)"
    r"|の(?:料金|手数料|費用|値段|金額|税|制度|予定|休み|受付|時間|年末))"
)
FROM_MONTH = r"(?=から|以降|以後|より|になったら|分|の(?:料金|手数料|費用|値段|金額|税|休み|受付)|は(?:いくら|いつ|何|開|休|や))"
WHEN_PAST = r"(?=は|も|の(?:料金|手数料|費用|値段|金額|税額|制度|予定|休み|受付|時間))"
PAST = re.compile(r"^[^。?？]{0,14}?(?:まし[た]|った|んだ|いた|した|出た|来た|えた|れた|ってき[たて])(?:[。、ばがけのんらし]|$)")
ASKS = re.compile(r"いくら|[?？]|ですか|ますか|どう|教えて|(?:か|の)$")


def _span(first: date, last: date | None = None) -> tuple[date, date]:
    return first, last or first


def _month(year: int, month: int) -> tuple[date, date]:
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), following - DAY


def _fiscal_year(year: int) -> tuple[date, date]:
    return date(year, FISCAL_YEAR_BEGINS, 1), date(year + 1, FISCAL_YEAR_BEGINS, 1) - DAY


def _fiscal_year_of(day: date) -> int:
    return day.year - (day.month < FISCAL_YEAR_BEGINS)


def _year(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


def _day_of(match: re.Match[str], today: date) -> tuple[date, date] | None:
    """A day without a year is the next such day."""
    groups = match.groupdict()
    for year in [int(groups["year"])] if groups.get("year") else [today.year, today.year + 1]:
        try:
            day = date(year, int(match["month"]), int(match["day"]))
        except ValueError:
            return None
        if groups.get("year") or day >= today:
            return day, day
    return None


def _month_of(match: re.Match[str], today: date) -> tuple[date, date] | None:
    """A month without a year is the next such month, or this one."""
    month = int(match["month"])
    if not 1 <= month <= 12:
        return None
    named = match.groupdict().get("year")
    year = int(named) if named else today.year + (month < today.month)
    return _month(year, month)


def _week(today: date, number: int) -> tuple[date, date]:
    """The week that begins on the coming Monday is number 1."""
    monday = today + timedelta(days=7 * number - today.weekday())
    return monday, monday + timedelta(days=6)


def _next_weekday(match: re.Match[str], today: date) -> tuple[date, date]:
    """今度の土曜 is the next one, 来週の土曜 that of the week that begins on the coming Monday."""
    number = list(WEEKDAYS).index(match["weekday"])
    if match["which"].startswith("来週"):
        return _span(today + timedelta(days=7 - today.weekday() + number))
    if match["which"].startswith("今週"):
        return _span(today + timedelta(days=number - today.weekday()))
    return _span(today + timedelta(days=(number - today.weekday()) % 7 or 7))


def _new_year(_match: re.Match[str], today: date) -> tuple[date, date]:
    year = today.year - (today.month == 1 and today.day <= 3)
    return date(year, 12, 29), date(year + 1, 1, 3)


def without_date(text: str, asked: AskedDate) -> str:
    """The matter alone: 来年度の住民票 → 住民票."""
    return re.sub(rf"{re.escape(asked.words)}(?:の|から|以降|は|に|で|も)?", " ", plain_figures(text), count=1).strip() or text


PATTERNS: Sequence[tuple[re.Pattern[str], Reader]] = (
    (re.compile(r"(?P<year>\d{4})年度"), lambda match, _: _fiscal_year(int(match["year"]))),
    (re.compile(r"(?P<year>\d{4})[年/.-](?P<month>\d{1,2})[月/.-](?P<day>\d{1,2})日?"), _day_of),
    (re.compile(r"(?P<year>\d{4})年(?P<month>\d{1,2})月"), _month_of),
    (re.compile(rf"(?P<year>\d{{4}})年{WHEN}"), lambda match, _: _year(int(match["year"]))),
    (re.compile(r"(?P<month>\d{1,2})月(?P<day>\d{1,2})日"), _day_of),
    (re.compile(r"(?<![\d/])(?P<month>1[0-2]|[1-9])/(?P<day>[12]\d|3[01]|[1-9])(?![\d/])(?=から|は|も|に)"), _day_of),
    (re.compile(r"年末年始|正月|お正月|三が日|大晦日|おおみそか"), _new_year),
    (re.compile(rf"来年度|次年度{WHEN}"), lambda _, today: _fiscal_year(_fiscal_year_of(today) + 1)),
    (re.compile(r"昨年度|前年度|去年度"), lambda _, today: _fiscal_year(_fiscal_year_of(today) - 1)),
    (re.compile(r"今年度|本年度"), lambda _, today: _fiscal_year(_fiscal_year_of(today))),
    (re.compile(r"新年度"), lambda _, today: _fiscal_year(_fiscal_year_of(today) + 1)),
    (re.compile(rf"再来年{WHEN}"), lambda _, today: _year(today.year + 2)),
    (re.compile(r"来年の?(?P<month>\d{1,2})月"), lambda match, today: _month(today.year + 1, int(match["month"]))),
    (re.compile(r"(?:去年|昨年)の?(?P<month>\d{1,2})月"), lambda match, today: _month(today.year - 1, int(match["month"]))),
    (re.compile(rf"来年{WHEN}"), lambda _, today: _year(today.year + 1)),
    (re.compile(rf"(?:去年|昨年|前の年){WHEN_PAST}"), lambda _, today: _year(today.year - 1)),
    (re.compile(rf"(?:おととし|一昨年){WHEN_PAST}"), lambda _, today: _year(today.year - 2)),
    (re.compile(r"再来月"), lambda _, today: _month(today.year, today.month + 2)),
    (re.compile(r"来月"), lambda _, today: _month(today.year, today.month + 1)),
    (re.compile(rf"先月{WHEN_PAST}"), lambda _, today: _month(today.year, today.month - 1)),
    (re.compile(r"今月"), lambda _, today: _month(today.year, today.month)),
    (re.compile(r"(?P<which>今度の|次の|今週の?|来週の?)(?P<weekday>[月火水木金土日])曜"), _next_weekday),
    (re.compile(r"再来週"), lambda _, today: _week(today, 2)),
    (re.compile(r"来週"), lambda _, today: _week(today, 1)),
    (re.compile(r"明後日|あさって"), lambda _, today: _span(today + 2 * DAY)),
    (re.compile(r"明日|あした|あす(?=は|の|も)"), lambda _, today: _span(today + DAY)),
    (re.compile(rf"昨日{WHEN_PAST}|きのう{WHEN_PAST}"), lambda _, today: _span(today - DAY)),
    (re.compile(rf"(?<![\d年])(?P<month>1[0-2]|[1-9])月{FROM_MONTH}"), _month_of),
)  # fmt: skip
WEEKDAY_ALONE = re.compile(r"(?P<weekday>[月火水木金土日])曜|(?P<weekend>土日)")


def asked_date(text: str, today: date) -> AskedDate | None:
    """The day or days that a question names, seen from `today` (Japan); None where it names none, or only tells what happened then."""
    flat = plain_figures(text)
    for pattern, read in PATTERNS:
        for match in pattern.finditer(flat):
            if PAST.match(flat[match.end() :]) and not ASKS.search(flat[match.end() :][:18].partition("。")[0]):
                continue
            span = read(match, today)
            if span is not None:
                return AskedDate(first=span[0], last=span[1], words=match[0], is_fiscal_year="年度" in match[0])
    alone = WEEKDAY_ALONE.search(flat)
    if alone is None:
        return None
    number = list(WEEKDAYS).index(alone["weekday"] or "土")
    first = today + timedelta(days=(number - today.weekday()) % 7)
    return AskedDate(first=first, last=first + DAY if alone["weekend"] else first, words=alone[0], is_recurring=True)
