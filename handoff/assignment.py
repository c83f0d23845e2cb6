"""To whom a case is offered, and why: department, skill, language, continuity, overflow; the same facts give the same person. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from core.counter_rules import CounterRules
from handoff.models import Role

JAPANESE = ("ja", "easy")
"""Languages that everybody at the counter speaks."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class StepKind(StrEnum):
    """A step of routing; said by `routing` of texts.yaml with its values."""

    DEPARTMENT = "department"
    DEPARTMENT_UNKNOWN = "department_unknown"
    SUPERVISOR = "supervisor"
    OVERFLOW = "overflow"
    OVERFLOW_ALL = "overflow_all"
    OVERFLOW_LATER = "overflow_later"
    ASKED_AGAIN = "asked_again"
    """Everybody was asked already; after a while the same people are asked once more."""
    ASKED_AGAIN_LATER = "asked_again_later"
    SKILL = "skill"
    NO_SKILL = "no_skill"
    LANGUAGE = "language"
    NO_LANGUAGE = "no_language"
    CONTINUITY = "continuity"
    NO_CONTINUITY = "no_continuity"
    FAIRNESS = "fairness"
    CHOSEN = "chosen"
    NOBODY = "nobody"


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
    """Of opening hours."""
    minutes_since_asked: float | None = None
    """Since the last offer ended; None before the first."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The person, or nobody for now, and how that came about."""

    staff_id: int | None
    steps: tuple[Step, ...]

    def dump(self) -> list[dict[str, Any]]:  # Any: JSON.
        """As a case keeps it."""
        return [step.dump() for step in self.steps]


def choose(wanted: Wanted, candidates: Sequence[Candidate], rules: CounterRules) -> Choice:
    """Narrows the people down step by step; a wish that nobody fulfils is left out, and the steps say so."""
    able = [person for person in candidates if has_room(person, wanted.channel, rules) and not person.is_wrapping_up]
    steps: list[Step] = []
    pool: Sequence[Candidate] = ()
    for step, people in _pools(wanted, able, rules):
        steps.append(step)
        pool = people
        if pool:
            break
    if not pool:
        return Choice(staff_id=None, steps=(*steps, Step(kind=StepKind.NOBODY)))
    pool = _fair(pool, rules, steps)
    for wish in _wishes(wanted, rules):
        fitting = [person for person in pool if wish.fits(person)]
        values = {**wish.values, "count": len(fitting)}
        steps.append(Step(kind=wish.found if fitting else wish.missing, values=values))
        pool = fitting or pool
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


@dataclass(frozen=True, kw_only=True)
class _Wish:
    """Something that is good in a person and not necessary."""

    fits: Callable[[Candidate], bool]
    found: StepKind
    missing: StepKind
    values: Mapping[str, Any]  # Any: JSON.


def _wishes(wanted: Wanted, rules: CounterRules) -> Iterator[_Wish]:
    if wanted.category:
        yield _Wish(
            fits=lambda person: is_skilled(person, wanted.category, rules),
            found=StepKind.SKILL,
            missing=StepKind.NO_SKILL,
            values={"category": wanted.category},
        )
    if wanted.language not in JAPANESE:
        yield _Wish(
            fits=lambda person: wanted.language in person.languages,
            found=StepKind.LANGUAGE,
            missing=StepKind.NO_LANGUAGE,
            values={"language": wanted.language},
        )
    if wanted.before is not None:
        yield _Wish(
            fits=lambda person: person.staff_id == wanted.before,
            found=StepKind.CONTINUITY,
            missing=StepKind.NO_CONTINUITY,
            values={"staff": wanted.before},
        )


def _pools(wanted: Wanted, able: Sequence[Candidate], rules: CounterRules) -> Iterator[tuple[Step, Sequence[Candidate]]]:
    """Groups of people in the order in which they are turned to; the first that is not empty is taken."""
    fresh = [person for person in able if person.staff_id not in wanted.declined]
    if wanted.needs_supervisor:
        supervisors = [person for person in fresh if person.role == Role.SUPERVISOR]
        own = [person for person in supervisors if person.department_id == wanted.department_id]
        yield Step(kind=StepKind.SUPERVISOR, values={"count": len(own or supervisors)}), own or supervisors
    elif wanted.department_id is None:
        yield Step(kind=StepKind.DEPARTMENT_UNKNOWN, values={"count": len(fresh)}), fresh
    else:
        own = [person for person in fresh if person.department_id == wanted.department_id]
        yield Step(kind=StepKind.DEPARTMENT, values={"department": wanted.department_id, "count": len(own)}), own
    if wanted.waited_minutes < rules.overflow.after_minutes:
        yield Step(kind=StepKind.OVERFLOW_LATER, values={"minutes": rules.overflow.after_minutes}), ()
    elif not rules.overflow.departments:
        yield Step(kind=StepKind.OVERFLOW_ALL, values={"count": len(fresh)}), fresh
    for department in rules.overflow.departments if wanted.waited_minutes >= rules.overflow.after_minutes else ():
        helpers = [person for person in fresh if person.department_id == department]
        yield Step(kind=StepKind.OVERFLOW, values={"department": department, "count": len(helpers)}), helpers
    asked = [person for person in able if person.staff_id in wanted.declined]
    if asked and wanted.minutes_since_asked is not None and wanted.minutes_since_asked >= rules.ask_again_minutes:
        yield Step(kind=StepKind.ASKED_AGAIN, values={"count": len(asked)}), asked
    elif asked:
        yield Step(kind=StepKind.ASKED_AGAIN_LATER, values={"minutes": rules.ask_again_minutes}), ()


def _fair(pool: Sequence[Candidate], rules: CounterRules, steps: list[Step]) -> Sequence[Candidate]:
    """Nobody gets more than their share of an hour while somebody else could take it; when all have had it, the least so far."""
    within = [person for person in pool if person.offers_last_hour < rules.offers_per_hour]
    if len(within) < len(pool):
        steps.append(Step(kind=StepKind.FAIRNESS, values={"limit": rules.offers_per_hour, "count": len(pool) - len(within)}))
    if within:
        return within
    least = min(person.offers_last_hour for person in pool)
    return [person for person in pool if person.offers_last_hour == least]


def _fewest_first(person: Candidate) -> tuple[float, datetime, int]:
    return (person.load / person.capacity, person.offered_at or LONG_AGO, person.staff_id)
