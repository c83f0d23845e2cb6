"""The national holidays of Japan, from jpholiday."""

from datetime import date
from functools import lru_cache


@lru_cache(maxsize=2048)
def is_national_holiday(day: date) -> bool:
    import jpholiday  # Slow to load.

    return bool(jpholiday.is_holiday(day))
