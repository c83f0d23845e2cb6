"""Audiences: named lists of user ids, ready a moment after they were uploaded."""

from dataclasses import dataclass, field

from bot.simulator.records import Json

MOST_AUDIENCES = 1000
MOST_IDS_A_REQUEST = 10_000
LONGEST_NAME = 120
LIFE_MS = 180 * 24 * 60 * 60_000
PREPARING_TAKES_MS = 1_000


@dataclass(kw_only=True)
class Audience:
    id: int
    description: str
    created_at: int
    changed_at: int
    user_ids: set[str] = field(default_factory=set)

    def is_ready(self, now: int) -> bool:
        return now >= self.changed_at + PREPARING_TAKES_MS

    def as_json(self, now: int) -> Json:
        return {
            "audienceGroupId": self.id,
            "type": "UPLOAD",
            "description": self.description,
            "status": "READY" if self.is_ready(now) else "IN_PROGRESS",
            "audienceCount": len(self.user_ids),
            "created": self.created_at // 1000,
            "isIfaAudience": False,
            "permission": "READ_WRITE",
            "createRoute": "MESSAGING_API",
            "expireTimestamp": (self.created_at + LIFE_MS) // 1000,
        }


class Audiences:
    """Those of one account; the caller holds the platform's lock."""

    def __init__(self) -> None:
        self._audiences: dict[int, Audience] = {}
        self._next_id = 4_389_303_728_990

    def all(self, now: int) -> list[Audience]:
        return [audience for audience in self._audiences.values() if now <= audience.created_at + LIFE_MS]

    def create(self, description: str, user_ids: set[str], *, now: int) -> Audience:
        self._next_id += 1
        audience = Audience(id=self._next_id, description=description, created_at=now, changed_at=now, user_ids=user_ids)
        self._audiences[audience.id] = audience
        return audience

    def find(self, audience_id: int, *, now: int) -> Audience | None:
        return next((audience for audience in self.all(now) if audience.id == audience_id), None)

    def delete(self, audience_id: int) -> None:
        del self._audiences[audience_id]
