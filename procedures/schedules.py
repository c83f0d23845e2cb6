"""Days of collection as a table shows them, 第2・第4金 or 月・木, as dates. Pure."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

WEEKDAYS = "月火水木金土日"
NTH = re.compile(r"((?:第[1-5１-５][・、,]?)+)([月火水木金土日])曜?日?")
WEEKLY = re.compile(r"(?:毎週)?([月火水木金土日](?:[・、,][月火水木金土日])*)曜?日?")


@lru_cache(maxsize=256)
def read_schedule(written: str) -> frozenset[tuple[int, int]]:
    """(which in the month or 0 for each week, weekday). Raises ValueError where it is no schedule."""
    flat = written.replace(" ", "").replace("　", "")
    found: set[tuple[int, int]] = set()
    for match in NTH.finditer(flat):
        found |= {(int(number), WEEKDAYS.index(match[2])) for number in re.findall(r"[1-5１-５]", match[1])}
    if not found:
        weekly = WEEKLY.fullmatch(flat)
        found = {(0, WEEKDAYS.index(day)) for day in re.findall(f"[{WEEKDAYS}]", weekly[1])} if weekly else set()
    if not found:
        raise ValueError(f"'{written}' is no schedule: write 第2・第4金 or 月・木")
    return frozenset(found)


def days_of(written: str, first: date, last: date) -> Iterator[date]:
    """Those between the two days, both included."""
    wanted = read_schedule(written)
    day = first
    while day <= last:
        if {(0, day.weekday()), ((day.day + 6) // 7, day.weekday())} & wanted:
            yield day
        day += timedelta(days=1)
