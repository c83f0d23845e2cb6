"""Narrowcasts that were accepted, and how far each has come."""

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.simulator.records import Json

SENDING_TAKES_MS = 1_000


@dataclass(frozen=True, kw_only=True)
class Narrowcast:
    accepted_at: int
    targets: int
    delivered: int = 0
    error_code: int | None = None
    failed_description: str = ""


class Narrowcasts:
    """Those of one account by request id; the caller holds the platform's lock."""

    def __init__(self) -> None:
        self._narrowcasts: dict[str, Narrowcast] = {}

    def accept(self, request_id: str, narrowcast: Narrowcast) -> None:
        self._narrowcasts[request_id] = narrowcast

    def progress(self, request_id: str, *, now: int) -> Json | None:
        known = self._narrowcasts.get(request_id)
        if known is None:
            return None
        shown: Json = {"phase": "sending", "acceptedTime": iso(known.accepted_at)}
        if now < known.accepted_at + SENDING_TAKES_MS:
            return shown
        shown["completedTime"] = iso(known.accepted_at + SENDING_TAKES_MS)
        if known.error_code is not None:
            return shown | {"phase": "failed", "errorCode": known.error_code, "failedDescription": known.failed_description}
        failed = known.targets - known.delivered
        return shown | {"phase": "succeeded", "successCount": known.delivered, "failureCount": failed, "targetCount": known.targets}


def iso(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
