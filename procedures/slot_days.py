"""The slots of a procedure as those see them who decide how much room there is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from core.waste_tables import CollectionArea
from procedures.conditions import Plain
from procedures.definition import Definition
from procedures.facts import Facts
from procedures.fields.base import Asking
from procedures.fields.slot import ALL, SlotField
from procedures.known import Answers

AREA = "area"


@dataclass(frozen=True, kw_only=True)
class InGroup(Answers):
    """As if the answer that decides about the group had been given."""

    given: Mapping[str, Plain]

    def get(self, path: str) -> Plain:
        return self.given[path] if path in self.given else super().get(path)


@dataclass(frozen=True, kw_only=True)
class SlotDay:
    """One slot; `usual` is what the definition says."""

    key: str
    day: date
    time: str
    taken: int
    capacity: int
    usual: int
    is_changed: bool


def groups_of(definition: Definition, field: SlotField, facts: Facts) -> tuple[str, ...]:
    """Names of the parts that have places of their own; one without a name where there are none."""
    return tuple(area.area for area in _areas(field, facts)) or ("",)


def slot_days(definition: Definition, field: SlotField, group: str, facts: Facts, now: datetime, taken: Mapping[str, int]) -> list[SlotDay]:
    """What can be chosen, and what is taken already, by day; closed days are among them, with room for none.

    `facts` holds what is taken and set of this procedure.
    """
    opened = {key: capacity for key, capacity in facts.capacities.items() if ALL not in key.split("|")}
    asking = _asking(definition, field, group, replace(facts, capacities=opened), now)
    usual = replace(asking, facts=replace(facts, capacities={}))
    keys = {field.key(asking, day, at): (day, at) for day, at in field.every(asking)}
    keys |= {key: found for key in taken if key not in keys and (found := _of_group(field, asking, key)) is not None}
    days = [
        SlotDay(
            key=key,
            day=day,
            time=at,
            taken=facts.taken(key),
            capacity=0 if facts.capacities.get(field.day_key(day)) == 0 else field.capacity_of(asking, key),
            usual=field.capacity_of(usual, key),
            is_changed=key in facts.capacities or field.day_key(day) in facts.capacities,
        )
        for key, (day, at) in keys.items()
    ]
    return sorted(days, key=lambda slot: (slot.day, slot.time))


def _asking(definition: Definition, field: SlotField, group: str, facts: Facts, now: datetime) -> Asking:
    area = next((one for one in _areas(field, facts) if one.area == group), None)
    given: dict[str, Plain] = {}
    if area is not None:
        head = field.group.partition(".")[0]
        given = {f"{head}.{name}": value for name, value in area.model_dump().items() if isinstance(value, str)}
    known = InGroup(definition=definition, answers={}, facts=facts, now=now, given=given)
    return Asking(known=known, facts=facts, now=now)


def _areas(field: SlotField, facts: Facts) -> Sequence[CollectionArea]:
    return facts.locality.waste.areas if field.group.partition(".")[2] == AREA else ()


def _of_group(field: SlotField, asking: Asking, key: str) -> tuple[date, str] | None:
    """The day and time of a key that was counted; None where it is another group's."""
    name, _, rest = key.partition("|")
    parts = rest.rsplit("|", 2)
    if name != field.name or len(parts) != 3:
        return None
    day = date.fromisoformat(parts[1])
    return (day, parts[2]) if field.key(asking, day, parts[2]) == key else None
