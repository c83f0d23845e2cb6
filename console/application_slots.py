"""Building the page of slots: for one procedure and one group."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from bot.procedure_facts import calendar_facts
from console.application_lists import PATH, own_definitions, slot_field
from console.views.choices import Choice
from console.views.slots import SlotsView, SlotView
from console.visiting import NotHereError, Visit
from core.clock import in_japan
from procedures.definition import Definition
from procedures.facts import Facts
from procedures.fields.slot import SlotField
from procedures.slot_days import SlotDay, groups_of, slot_days
from procedures.slots import slots_from

SLOTS = f"{PATH}/slots"


def chosen(visit: Visit, procedure: str) -> tuple[Definition, SlotField]:
    """The first where none is named. Raises NotHereError."""
    found = [(one, field) for one in own_definitions(visit) if (field := slot_field(one)) is not None]
    pair = next((pair for pair in found if pair[0].id == procedure), found[0] if found and not procedure else None)
    if pair is None:
        raise NotHereError(f"no slots of {procedure!r}")
    return pair


def facts_of(session: Session, visit: Visit, definition: Definition) -> tuple[Facts, Mapping[str, int]]:
    procedures = visit.receiving.desk(visit.municipality_id).procedures
    taken, capacities = slots_from(session, visit.municipality_id, definition.id, in_japan(visit.now).date())
    facts = calendar_facts(visit.pack, procedures, definition)
    return replace(facts, taken=lambda key: taken.get(key, 0), capacities=capacities), taken


def days_of(session: Session, visit: Visit, definition: Definition, field: SlotField, group: str) -> list[SlotDay]:
    facts, taken = facts_of(session, visit, definition)
    return slot_days(definition, field, group, facts, visit.now, taken)


def slots_view(session: Session, visit: Visit, procedure: str, group: str, *, problem: str = "", problem_key: str = "") -> SlotsView:
    definition, field = chosen(visit, procedure)
    facts, taken = facts_of(session, visit, definition)
    groups = groups_of(definition, field, facts)
    group = group if group in groups else groups[0]
    days = slot_days(definition, field, group, facts, visit.now, taken)
    others = [one for one in own_definitions(visit) if slot_field(one) is not None]
    return SlotsView(
        procedure=definition.id,
        procedures=tuple(Choice(value=one.id, label=one.title) for one in others),
        group=group,
        groups=tuple(Choice(value=name, label=name) for name in groups if name),
        label=field.label,
        slots=tuple(
            SlotView(
                key=day.key,
                day=day.day,
                time=day.time,
                taken=day.taken,
                capacity=day.capacity,
                usual=day.usual,
                is_changed=day.is_changed,
            )
            for day in days
        ),
        here=SLOTS,
        problem=problem,
        problem_key=problem_key,
    )
