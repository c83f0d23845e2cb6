"""Rate limits: one token bucket per account and endpoint, as LINE documents them."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Rate:
    count: int
    seconds: float


PER_SECOND = Rate(count=2000, seconds=1)
LOADING = Rate(count=100, seconds=1)
MULTICAST = Rate(count=200, seconds=1)
TOKENS = Rate(count=370, seconds=1)
LIST_OF_MENUS = Rate(count=10, seconds=1)
AUDIENCES = Rate(count=60, seconds=60)
WEBHOOK_ENDPOINT = Rate(count=1000, seconds=60)
MASS_SENDING = Rate(count=60, seconds=3600)
MENU_CHANGES = Rate(count=100, seconds=3600)
MENU_BATCH = Rate(count=3, seconds=3600)


@dataclass(kw_only=True)
class Bucket:
    tokens: float
    at: int


class RateLimits:
    """The buckets of one account; the caller holds the platform's lock."""

    def __init__(self) -> None:
        self._buckets: dict[str, Bucket] = {}

    def take(self, endpoint: str, rate: Rate, *, now: int) -> bool:
        bucket = self._buckets.setdefault(endpoint, Bucket(tokens=float(rate.count), at=now))
        refill = max(0, now - bucket.at) / 1000 * rate.count / rate.seconds
        bucket.tokens = min(float(rate.count), bucket.tokens + refill)
        bucket.at = now
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        return True
