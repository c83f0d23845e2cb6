"""The present moment as an argument, and Japan time for showing."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

JAPAN = ZoneInfo("Asia/Tokyo")

Clock = Callable[[], datetime]
"""Returns the present moment, aware and in UTC."""


def system_clock() -> datetime:
    return datetime.now(UTC)


def from_milliseconds(timestamp: int) -> datetime:
    """LINE's timestamps are milliseconds since 1970."""
    return datetime.fromtimestamp(timestamp / 1000, UTC)


def to_milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def in_japan(moment: datetime) -> datetime:
    return moment.astimezone(JAPAN)


def iso(moment: datetime) -> str:
    """For other programs: UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
