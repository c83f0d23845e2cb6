"""Retry keys: a request that was accepted under a key is not accepted again for a day."""

import re
from dataclasses import dataclass

from bot.simulator.records import Json

LIFE_MS = 24 * 60 * 60_000
UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")


def is_uuid(text: str) -> bool:
    return UUID.fullmatch(text) is not None


@dataclass(frozen=True, kw_only=True)
class AcceptedRequest:
    request_id: str
    path: str
    body: bytes
    sent_messages: tuple[Json, ...]
    at: int


class RetryKeys:
    """The keys of one account; the caller holds the platform's lock."""

    def __init__(self) -> None:
        self._accepted: dict[str, AcceptedRequest] = {}

    def find(self, key: str, *, now: int) -> AcceptedRequest | None:
        accepted = self._accepted.get(key.lower())
        return accepted if accepted is not None and now <= accepted.at + LIFE_MS else None

    def remember(self, key: str, accepted: AcceptedRequest) -> None:
        self._accepted[key.lower()] = accepted
