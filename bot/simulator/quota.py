"""The ledger of counted messages: the month's quota, and the numbers of messages per day and way of sending."""

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.simulator.records import Via

# Notification messages are paid for apart from the monthly quota.
FREE = frozenset({Via.REPLY, Via.NOTIFICATION})
JAPAN = ZoneInfo("Asia/Tokyo")


class QuotaLedger:
    """One account's; the caller holds the platform's lock. What counts is recipients, never message objects."""

    def __init__(self, monthly_limit: int | None) -> None:
        self.monthly_limit = monthly_limit
        self._used: Counter[str] = Counter()
        self._sent: Counter[tuple[str, Via]] = Counter()

    def used(self, now: datetime) -> int:
        return self._used[_month(now)]

    def has_room_for(self, recipients: int, now: datetime) -> bool:
        return self.monthly_limit is None or self.used(now) + recipients <= self.monthly_limit

    def remaining(self, now: datetime) -> int | None:
        return None if self.monthly_limit is None else max(0, self.monthly_limit - self.used(now))

    def count(self, via: Via, recipients: int, now: datetime) -> None:
        if via not in FREE:
            self._used[_month(now)] += recipients
        self._sent[_day(now), via] += recipients

    def sent_on(self, day: str, via: Via, now: datetime) -> int | None:
        """None while the day's numbers are not ready: on the day itself, and in the future."""
        return None if day >= _day(now) else self._sent[day, via]


def _month(now: datetime) -> str:
    return now.astimezone(JAPAN).strftime("%Y%m")


def _day(now: datetime) -> str:
    return now.astimezone(JAPAN).strftime("%Y%m%d")
