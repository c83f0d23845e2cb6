"""What may be done with a case as it stands: each a form with what it needs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from console.texts import named, say
from console.views.choices import Choice
from core.clock import in_japan
from core.pack import Department, Pack
from handoff.business_hours import IsHoliday, next_opening
from handoff.models import HELD_STATES, Case, CaseState, PresenceState, Priority, Staff

LATER = timedelta(hours=2)
NOTE_LIMIT = 2_000
WRAP_UP_LIMIT = 2_000


@dataclass(frozen=True, kw_only=True)
class SnoozeChoice:
    """A moment until which the case can be put aside."""

    key: str
    label: str
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What somebody had typed into the form that was refused, and why it was."""

    form: str = ""
    problem: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    def value(self, form: str, name: str, otherwise: str = "") -> str:
        return self.values.get(name, "") if form == self.form else otherwise

    def problem_of(self, form: str) -> str:
        return self.problem if form == self.form else ""


@dataclass(frozen=True, kw_only=True)
class MovesView:
    """The actions by state. An empty one means that the visitor can only read."""

    case_id: int
    is_held: bool
    is_mine: bool
    may_decline: bool
    may_transfer: bool
    may_snooze: bool
    may_wake: bool
    may_release: bool
    may_return: bool
    may_close: bool
    may_reopen: bool
    may_set_priority: bool
    decline_reasons: tuple[Choice, ...]
    departments: tuple[Choice, ...]
    people: tuple[Choice, ...]
    snoozes: tuple[SnoozeChoice, ...]
    earliest: str
    priorities: tuple[Choice, ...]
    priority: str
    reasons: tuple[Choice, ...]
    minutes: int
    typed: Typed

    @property
    def keeps_typed(self) -> bool:
        """Whether the form that was refused is still offered, with what was typed in it."""
        return bool(self.typed.values) and bool(getattr(self, f"may_{self.typed.form}", False))

    @property
    def is_empty(self) -> bool:
        return not any(
            (self.may_decline, self.may_transfer, self.may_snooze, self.may_wake, self.may_close, self.may_reopen, self.may_set_priority)
        )


def moves_view(
    case: Case,
    *,
    pack: Pack,
    now: datetime,
    visitor_id: int,
    may_work: bool,
    may_supervise: bool,
    colleagues: Iterable[tuple[Staff, str]],
    decline_reasons: Iterable[str],
    is_holiday: IsHoliday,
    typed: Typed,
) -> MovesView:
    is_held = case.state in HELD_STATES
    is_mine = case.holder_id == visitor_id and is_held
    decides = may_work and (is_mine or (may_supervise and case.state != CaseState.CLOSED))
    return MovesView(
        case_id=case.id,
        is_held=is_held,
        is_mine=is_mine,
        may_decline=may_work and case.state == CaseState.OFFERED and case.holder_id == visitor_id,
        may_transfer=decides,
        may_snooze=may_work and is_mine and case.state != CaseState.SNOOZED,
        may_wake=may_work and is_mine and case.state == CaseState.SNOOZED,
        may_release=may_work and is_mine,
        may_return=decides and is_held and case.conversation_id is not None,
        may_close=decides,
        may_reopen=may_work and case.state == CaseState.CLOSED,
        may_set_priority=may_work and case.state != CaseState.CLOSED,
        decline_reasons=tuple(Choice(value=label, label=label) for label in decline_reasons),
        departments=tuple(
            Choice(value=f"department:{d.id}", label=d.name) for d in pack.departments.values() if d.id != case.department_id
        ),
        people=tuple(
            Choice(value=f"staff:{staff.id}", label=say("moves.person", name=staff.name, presence=named("presence", state)))
            for staff, state in sorted(colleagues, key=lambda pair: (pair[1] != PresenceState.AVAILABLE, pair[0].name))
            # Whoever is off is given nothing.
            if staff.id != case.holder_id and state != PresenceState.OFF
        ),
        snoozes=snooze_choices(pack.department(case.department_id), pack, now, is_holiday),
        earliest=f"{in_japan(now):%Y-%m-%dT%H:%M}",
        priorities=tuple(Choice(value=level.name.lower(), label=named("priority", level.name.lower())) for level in Priority),
        priority=Priority(case.priority).name.lower(),
        reasons=tuple(Choice(value=reason.id, label=reason.label) for reason in pack.counter.close_reasons),
        minutes=minutes_spent(case, now),
        typed=typed,
    )


def snooze_choices(department: Department | None, pack: Pack, now: datetime, is_holiday: IsHoliday) -> tuple[SnoozeChoice, ...]:
    """Later today, where two hours from now is still today, and the next morning on which the department opens."""
    found = []
    later = (now + LATER).replace(second=0, microsecond=0)
    if in_japan(later).date() == in_japan(now).date():
        found.append(SnoozeChoice(key="later", label=say("snooze_until.later", time=f"{in_japan(later):%-H:%M}"), until=later))
    midnight = in_japan(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    morning = next_opening(department, pack.calendar, midnight, is_holiday) if department is not None else midnight + timedelta(hours=9)
    if morning is not None:
        local = in_japan(morning)
        time = f"{local:%-H:%M}"
        is_tomorrow = local.date() == midnight.date()
        words = say("snooze_until.opening", month=local.month, day=local.day, time=time)
        label = say("snooze_until.tomorrow", time=time) if is_tomorrow else words
        found.append(SnoozeChoice(key="morning", label=label, until=morning))
    return tuple(found)


def minutes_spent(case: Case, now: datetime) -> int:
    """Since a person took it, within what anybody would write down; a guess that is corrected where it is wrong."""
    if case.minutes is not None:
        return case.minutes
    begun = case.claimed_at
    if begun is None:
        return 5
    return max(1, min(120, round(((case.last_staff_at or now) - begun).total_seconds() / 60)))
