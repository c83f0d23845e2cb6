"""To whom a case is offered, and why: department, skill, language, continuity, overflow; the same facts give the same person. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from core.counter_rules import CounterRules
from handoff.models import Role

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class StepKind(StrEnum):
    """A step of routing; said by `routing` of texts.yaml with its values."""

    DEPARTMENT = "department"
    DEPARTMENT_UNKNOWN = "department_unknown"
    OVERFLOW = "overflow"
    OVERFLOW_LATER = "overflow_later"
    SUPERVISOR = "supervisor"
    SKILL = "skill"
    NO_SKILL = "no_skill"
    LANGUAGE = "language"
    NO_LANGUAGE = "no_language"
    CONTINUITY = "continuity"
    NO_CONTINUITY = "no_continuity"
    DECLINED_AGAIN = "declined_again"
    FAIRNESS = "fairness"
    CHOSEN = "chosen"
    NOBODY = "nobody"
    PAUSED = "paused"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of an explanation; staff and department by id, so that names are always present ones."""

    kind: StepKind
    values: Mapping[str, Any] = field(default_factory=dict)  # Any: JSON.

    def dump(self) -> dict[str, Any]:  # Any: JSON.
        return {"key": str(self.kind), **self.values}


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A person who is there and takes cases."""

    staff_id: int
    department_id: str | None
    role: str
    languages: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    """Categories that the profile names."""
    resolved: Mapping[str, int] = field(default_factory=dict)
    """Cases of each category that they closed of late."""
    load: int = 0
    """Cases that they hold or are offered."""
    capacity: int = 4
    channel_load: Mapping[str, int] = field(default_factory=dict)
    offers_last_hour: int = 0
    offered_at: datetime | None = None
    is_wrapping_up: bool = False

    def with_one_more(self, channel: str, now: datetime) -> "Candidate":
        """After an offer of that channel."""
        loads = {**self.channel_load, channel: self.channel_load.get(channel, 0) + 1}
        return replace(self, load=self.load + 1, channel_load=loads, offers_last_hour=self.offers_last_hour + 1, offered_at=now)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a case asks of a person."""

    department_id: str | None
    category: str = ""
    language: str = "ja"
    channel: str = "line"
    before: int | None = None
    """Who had the resident before."""
    declined: frozenset[int] = frozenset()
    needs_supervisor: bool = False
    waited_minutes: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The person, or nobody for now, and how that came about."""

    staff_id: int | None
    steps: tuple[Step, ...]


def choose(wanted: Wanted, candidates: Sequence[Candidate], rules: CounterRules) -> Choice:
    """Narrows the people down step by step; a wish that nobody fulfils is left out, and the steps say so."""
    steps: list[Step] = []
    able = [person for person in candidates if has_room(person, wanted.channel, rules) and not person.is_wrapping_up]
    pool = _pool(wanted, able, rules, steps)
    pool = _not_asked_before(wanted, pool, steps)
    pool = _fair(pool, rules, steps)
    if not pool:
        return Choice(staff_id=None, steps=(*steps, Step(kind=StepKind.NOBODY)))
    if wanted.category:
        pool = _prefer(
            pool,
            lambda person: is_skilled(person, wanted.category, rules),
            steps,
            StepKind.SKILL,
            StepKind.NO_SKILL,
            category=wanted.category,
        )
    if wanted.language not in ("ja", "easy"):
        pool = _prefer(
            pool,
            lambda person: wanted.language in person.languages,
            steps,
            StepKind.LANGUAGE,
            StepKind.NO_LANGUAGE,
            language=wanted.language,
        )
    if wanted.before is not None:
        pool = _prefer(
            pool, lambda person: person.staff_id == wanted.before, steps, StepKind.CONTINUITY, StepKind.NO_CONTINUITY, staff=wanted.before
        )
    chosen = min(pool, key=_fewest_first)
    return Choice(
        staff_id=chosen.staff_id, steps=(*steps, Step(kind=StepKind.CHOSEN, values={"staff": chosen.staff_id, "load": chosen.load}))
    )


def has_room(person: Candidate, channel: str, rules: CounterRules) -> bool:
    """Whether one case more is within the person's capacity and that of the channel."""
    limit = rules.channel_capacity.get(channel)  # type: ignore[call-overload]  # Any other channel has no limit of its own.
    return person.load < person.capacity and (limit is None or person.channel_load.get(channel, 0) < limit)


def is_skilled(person: Candidate, category: str, rules: CounterRules) -> bool:
    return category in person.skills or person.resolved.get(category, 0) >= rules.skilled_after


def _pool(wanted: Wanted, able: Sequence[Candidate], rules: CounterRules, steps: list[Step]) -> Sequence[Candidate]:
    if wanted.needs_supervisor:
        steps.append(Step(kind=StepKind.SUPERVISOR))
        supervisors = [person for person in able if person.role == Role.SUPERVISOR]
        return [person for person in supervisors if person.department_id == wanted.department_id] or supervisors
    if wanted.department_id is None:
        steps.append(Step(kind=StepKind.DEPARTMENT_UNKNOWN))
        return able
    own = [person for person in able if person.department_id == wanted.department_id]
    steps.append(Step(kind=StepKind.DEPARTMENT, values={"department": wanted.department_id, "count": len(own)}))
    if own:
        return own
    if wanted.waited_minutes < rules.overflow.after_minutes:
        steps.append(Step(kind=StepKind.OVERFLOW_LATER, values={"minutes": rules.overflow.after_minutes}))
        return []
    helpers = _helpers(able, rules)
    if helpers:
        steps.append(Step(kind=StepKind.OVERFLOW, values={"department": helpers[0].department_id, "count": len(helpers)}))
    return helpers


def _helpers(able: Sequence[Candidate], rules: CounterRules) -> Sequence[Candidate]:
    if not rules.overflow.departments:
        return able
    for department in rules.overflow.departments:
        found = [person for person in able if person.department_id == department]
        if found:
            return found
    return ()


def _not_asked_before(wanted: Wanted, pool: Sequence[Candidate], steps: list[Step]) -> Sequence[Candidate]:
    fresh = [person for person in pool if person.staff_id not in wanted.declined]
    if pool and not fresh:
        steps.append(Step(kind=StepKind.DECLINED_AGAIN))
        return pool
    return fresh


def _fair(pool: Sequence[Candidate], rules: CounterRules, steps: list[Step]) -> Sequence[Candidate]:
    """Nobody gets more than their share of an hour while somebody else could take it; when all have had it, the least so far."""
    within = [person for person in pool if person.offers_last_hour < rules.offers_per_hour]
    if pool and len(within) < len(pool):
        steps.append(Step(kind=StepKind.FAIRNESS, values={"limit": rules.offers_per_hour, "count": len(pool) - len(within)}))
    if within or not pool:
        return within
    least = min(person.offers_last_hour for person in pool)
    return [person for person in pool if person.offers_last_hour == least]


def _prefer(
    pool: Sequence[Candidate],
    fits: Callable[[Candidate], bool],
    steps: list[Step],
    found: StepKind,
    missing: StepKind,
    **values: Any,  # JSON.
) -> Sequence[Candidate]:
    fitting = [person for person in pool if fits(person)]
    steps.append(Step(kind=found if fitting else missing, values={**values, "count": len(fitting)}))
    return fitting or pool


def _fewest_first(person: Candidate) -> tuple[float, datetime, int]:
    return (person.load / person.capacity, person.offered_at or LONG_AGO, person.staff_id)
