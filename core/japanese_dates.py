"""Days as people write them in tables: 2026-04-01, 2026/4/1, 2026年4月1日, 令和8年4月1日, R8.4.1; pure."""

import re
import unicodedata
from datetime import date

ERAS = {
    "令和": (date(2019, 5, 1), 2018),
    "平成": (date(1989, 1, 8), 1988),
    "昭和": (date(1926, 12, 25), 1925),
}
LETTERS = {"R": "令和", "H": "平成", "S": "昭和"}
DAY = re.compile(
    r"(?:(?P<era>令和|平成|昭和|[RHS])\s*)?(?P<year>\d{1,4}|元)\s*(?:[-/.年])\s*(?P<month>\d{1,2})\s*(?:[-/.月])\s*(?P<day>\d{1,2})\s*日?"
    r"(?:\s*\([日月火水木金土](?:曜日?)?\))?",
    re.IGNORECASE,
)


def read_day(text: str) -> date | None:
    """None where it is no day; an era must have begun by then."""
    match = DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return None
    year = 1 if match["year"] == "元" else int(match["year"])
    try:
        if match["era"] is None:
            return date(year, int(match["month"]), int(match["day"])) if year >= 1900 else None
        begins, offset = ERAS[LETTERS.get(match["era"].upper(), match["era"])]
        day = date(year + offset, int(match["month"]), int(match["day"]))
    except ValueError:
        return None
    return day if day >= begins else None
