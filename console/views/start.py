"""The start page: what waits, and how today went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.models import Quota
from console.texts import named
from console.views.handover import NoteView
from core.clock import in_japan

DECISIONS = ("answer", "choices", "refuse", "handoff")


@dataclass(frozen=True, kw_only=True)
class DecisionCount:
    """How many turns ended so, and what share of all that is."""

    key: str
    label: str
    count: int
    percent: int


@dataclass(frozen=True, kw_only=True)
class QuotaView:
    """Messages of this month that the channel counts."""

    used: int
    limit: int | None
    percent: int | None
    is_nearly_used: bool
    read_at: datetime


@dataclass(frozen=True, kw_only=True)
class CasesWaiting:
    """What of the cases waits for somebody who works on them."""

    unassigned: int
    late: int
    """Of those that nobody has: their time is over."""
    offers: int
    owed: int
    """Their own, in which the next word is theirs."""
    held: int
    mentions: tuple[int, ...]
    """Cases in which a colleague asks for a word."""
    unreviewed: int | None
    """Low scores; None for those who do not look at them."""


@dataclass(frozen=True, kw_only=True)
class StartView:
    """`dead_letters` and `cases` are None for those who may not see them, or work on none."""

    cases: CasesWaiting | None
    notes: tuple[NoteView, ...]
    """What the shift before left."""
    paused: tuple[str, ...]
    """Whose intake is paused."""
    open_callbacks: int
    overdue_callbacks: int
    dead_letters: int | None
    conversations: int
    decisions: tuple[DecisionCount, ...]
    quota: QuotaView | None
    stopped_endpoints: int = 0
    """Of other systems, which were told in vain for too long."""

    @property
    def is_quiet(self) -> bool:
        waits = self.cases is not None and any(
            (self.cases.unassigned, self.cases.offers, self.cases.held, self.cases.mentions, self.cases.unreviewed)
        )
        return not waits and not self.open_callbacks and not self.dead_letters


def decision_counts(counts: Mapping[str, int]) -> tuple[DecisionCount, ...]:
    total = sum(counts.values())
    keys: Sequence[str] = (*DECISIONS, *sorted(set(counts) - set(DECISIONS)))
    found = [(key, counts.get(key, 0)) for key in keys]
    return tuple(
        DecisionCount(key=key, label=named("decision", key), count=count, percent=round(100 * count / max(total, 1)))
        for key, count in found
    )


def quota_view(quota: Quota | None) -> QuotaView | None:
    if quota is None:
        return None
    percent = min(100, round(100 * quota.used / quota.limit)) if quota.limit else None
    return QuotaView(used=quota.used, limit=quota.limit, percent=percent, is_nearly_used=(percent or 0) >= 80, read_at=quota.read_at)


def start_of_day(now: datetime) -> datetime:
    """Midnight in Japan."""
    return in_japan(now).replace(hour=0, minute=0, second=0, microsecond=0)
