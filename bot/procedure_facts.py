"""What filling in a procedure may look at, for one resident at one moment: calendars, slots, what was given before, doubles."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from core.clock import in_japan
from core.pack import Pack
from handoff.business_hours import closure_reason, intervals_of
from handoff.holidays import is_national_holiday
from procedures.assurance import level_of
from procedures.conditions import Plain
from procedures.definition import Definition
from procedures.duplicates import Report, double_key, kind_of, near_reports, place_of
from procedures.facts import Facts
from procedures.keys import Seals
from procedures.loading import Procedures
from procedures.personal_data import known_values
from procedures.queries import has_double, recent_window, reports_since
from procedures.slots import slots_from

NEAR: Mapping[str, Callable[[Report], str]] = {
    "near": lambda report: report.number,
    "near_day": lambda report: in_japan(report.submitted_at).date().isoformat(),
    "near_state": lambda report: report.state,
}
"""What is known of a report nearby."""


def calendar_facts(pack: Pack, procedures: Procedures, definition: Definition) -> Facts:
    """Without a resident: for trying a procedure out."""
    department = pack.departments[definition.department]

    def is_open(day: date) -> bool:
        return bool(intervals_of(department, pack.calendar, day, is_national_holiday))

    def is_closure(day: date) -> bool:
        return closure_reason(department, pack.calendar, day, lambda _: False) is not None

    return Facts(
        locality=procedures.locality,
        intake_notice=procedures.stopped.get(definition.id, ""),
        is_open=is_open,
        is_closure=is_closure,
        is_holiday=is_national_holiday,
    )


def facts_for(
    session: Session,
    seals: Seals,
    pack: Pack,
    procedures: Procedures,
    definition: Definition,
    resident_id: int | None,
    now: datetime,
    *,
    besides: int | None = None,
) -> Facts:
    """Slots and what was given before are read at once; doubles are looked for, in this session, when a condition asks for them.

    A resident who has said nothing yet has no id. `besides` is the application that is changed or completed, which is no double of itself.
    """
    taken, capacities = slots_from(session, pack.id, definition.id, in_japan(now).date())
    return replace(
        calendar_facts(pack, procedures, definition),
        taken=lambda key: taken.get(key, 0),
        capacities=capacities,
        known=known_values(session, seals, resident_id, now) if resident_id is not None else {},
        assurance=level_of(session, pack.id, resident_id, now).value,
        look_up=lambda name, answers: looked_up(session, seals, pack.id, definition, name, answers, now, besides),
    )


def looked_up(
    session: Session,
    seals: Seals,
    municipality_id: str,
    definition: Definition,
    name: str,
    answers: Mapping[str, Plain],
    now: datetime,
    besides: int | None,
) -> Plain:
    """What can be found only with the answers so far."""
    if name in NEAR:
        report = _near(session, municipality_id, definition, answers, now, besides)
        return NEAR[name](report) if report is not None else None
    if name == "repeated":
        key = double_key(definition, answers, seals.digest_key)
        return True if key is not None and has_double(session, municipality_id, key, besides=besides) else None
    return None


def _near(
    session: Session, municipality_id: str, definition: Definition, answers: Mapping[str, Plain], now: datetime, besides: int | None
) -> Report | None:
    """The nearest report of the same class."""
    rule, kind, place = definition.doubles, kind_of(definition, answers), place_of(definition, answers)
    if rule is None or kind is None or place is None:
        return None
    reports = reports_since(session, municipality_id, definition.id, kind, recent_window(now, rule.days))
    found = near_reports(rule, kind, place, now, [report for report in reports if report.application_id != besides])
    return found[0] if found else None
