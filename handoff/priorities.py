"""What comes first: how urgent words are, and the order of a queue in which nobody waits for ever. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.counter_rules import CounterRules, SensitiveTopic
from core.text import normalise
from handoff.models import Priority

RISK_SHARE = 80
"""Of a running clock, from which a case counts as at risk."""
AGED = Priority.VULNERABLE
"""The highest level that waiting lifts a case to: a crisis goes before whatever has only waited."""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A case in the queue, as far as the order asks."""

    case_id: int
    priority: int
    since: datetime
    """When it began to wait: its opening, whatever happened to it since."""
    warned: int = 0
    """The share of its running clock that has passed, in percent, as far as staff were warned."""


def level(waiting: Waiting, now: datetime, ageing: timedelta) -> int:
    """Urgency with ageing: one more for each `ageing` of waiting, up to AGED."""
    if waiting.priority >= AGED:
        return waiting.priority
    return min(AGED, waiting.priority + max(0, int((now - waiting.since) / ageing)))


def longest_overtaking(priority: int, ageing: timedelta) -> timedelta:
    """After so much waiting nothing that came later goes before the case any more, except a crisis."""
    return ageing * max(0, AGED - priority + 1)


def order_of(waiting: Waiting, now: datetime, ageing: timedelta) -> tuple[int, int, datetime, int]:
    """Sorts ascending: the level, then whose time runs out, then who came first.

    Whoever has waited `longest_overtaking` counts among those whose time runs out, at the highest level short of a crisis, and there
    the oldest goes first: so nobody starves, however much comes after them.
    """
    is_at_risk = waiting.warned >= RISK_SHARE or now - waiting.since >= longest_overtaking(waiting.priority, ageing)
    return (-level(waiting, now, ageing), -int(is_at_risk), waiting.since, waiting.case_id)


def in_order(queue: Iterable[Waiting], now: datetime, rules: CounterRules) -> Sequence[Waiting]:
    ageing = timedelta(minutes=rules.ageing_minutes)
    return sorted(queue, key=lambda waiting: order_of(waiting, now, ageing))


def sensitive_topic(rules: CounterRules, text: str) -> SensitiveTopic | None:
    """The first topic of the pack that the words touch."""
    flat = normalise(text)
    for topic in rules.sensitive:
        if _found(topic.patterns, flat) and not _found(topic.unless, flat):
            return topic
    return None


def priority_of(rules: CounterRules, text: str, *, is_crisis: bool = False, topic: SensitiveTopic | None = None) -> Priority:
    """How urgent a matter is by its words."""
    flat = normalise(text)
    if is_crisis:
        return Priority.CRISIS
    named = Priority[topic.priority.upper()] if topic is not None else Priority.ORDINARY
    if _found(rules.vulnerable_patterns, flat):
        return max(named, Priority.VULNERABLE)
    if _found(rules.deadline_patterns, flat):
        return max(named, Priority.DEADLINE)
    return named


def _found(patterns: Iterable[str], flat: str) -> bool:
    return any(re.search(pattern, flat) for pattern in patterns)
