"""Whether what is published also holds for another day than today. Pure."""

import re
from datetime import date, timedelta

from retrieval.asked_date import AskedDate
from retrieval.numerals import plain_figures
from retrieval.passages import Passage

FISCAL_YEAR = re.compile(r"(\d{4})年度")
FISCAL_YEAR_BEGINS = 4


def is_published_for(passage: Passage, asked: AskedDate, today: date) -> bool:
    """The past and what lies beyond the next fiscal year count only where the passage's validity names them.

    A passage that gives the figures of one fiscal year says nothing of another.
    """
    day = asked.day(today)
    if not passage.is_valid_on(day):
        return False
    if day < today and passage.valid_from is None:
        return False
    if day > _horizon(today) and passage.valid_until is None:
        return False
    years = {int(year) for year in FISCAL_YEAR.findall(plain_figures(f"{passage.question}\n{passage.body}"))}
    return not (asked.is_fiscal_year and years and _fiscal_year(day) not in years)


def _fiscal_year(day: date) -> int:
    return day.year - (day.month < FISCAL_YEAR_BEGINS)


def _horizon(today: date) -> date:
    """Last day of the next fiscal year."""
    return date(_fiscal_year(today) + 2, FISCAL_YEAR_BEGINS, 1) - timedelta(days=1)
