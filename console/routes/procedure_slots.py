"""Closing days, and changing how many places a slot has."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from console.forms import Posted
from console.procedure_editing import PATH, ROOM, accessible_definition
from console.texts import say
from console.views.procedure_fees import RowProblem
from console.views.procedure_slots import SlotsView, groups_of, slot_table
from console.visiting import NotHereError, SlotReader, SlotWriter, Visit
from core.clock import in_japan
from core.japanese_dates import read_day
from procedures.definition import Definition
from procedures.fields.slot import SlotField
from procedures.slots import set_capacity, slots_between

PAGE = "procedures/slots.html"
AHEAD = timedelta(days=400)
LONGEST = 62
"""Days that one form can close."""
MOST_PLACES = 9999

router = APIRouter()


@router.get("/procedures/{procedure_id}/slots")
def show_slots(procedure_id: str, visit: SlotReader) -> Response:
    definition = accessible_definition(visit, procedure_id)
    with visit.reading() as session:
        view = slots_view(session, visit, definition)
    return visit.page(PAGE, view, room=ROOM)


@router.post("/procedures/{procedure_id}/slots/close")
def close_days(procedure_id: str, posted: Posted, visit: SlotWriter) -> Response:
    """All slots of some days, whatever the group and the time; places that were given stay given."""
    definition = accessible_definition(visit, procedure_id)
    field = slot_field(definition, posted.get("field", ""))
    first, last = read_day(posted.get("first", "")), read_day(posted.get("last", "") or posted.get("first", ""))
    problems = day_problems(visit, first, last)
    if problems or first is None or last is None:
        return refused(visit, definition, posted, problems)
    with visit.writing() as session:
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            set_capacity(session, visit.municipality_id, definition.id, field.day_key(day), day=day, capacity=0)
        visit.record(session, "slots.close", f"procedure:{definition.id} {field.name} {first}–{last}")
    return visit.redirect(f"{PATH}/{definition.id}/slots", "slot_changed")


@router.post("/procedures/{procedure_id}/slots/capacity")
def change_capacity(procedure_id: str, posted: Posted, visit: SlotWriter) -> Response:
    """An empty number takes the usual one again."""
    definition = accessible_definition(visit, procedure_id)
    field = slot_field(definition, posted.get("field", ""))
    day, written = read_day(posted.get("day", "")), posted.get("capacity", "").strip()
    groups = {choice.value for choice in groups_of(field, definition, visit.pack)}
    group, at = posted.get("group", ""), posted.get("time", "")
    problems = [RowProblem(field="day", text=problem.text) for problem in day_problems(visit, day, day)]
    if written and not (written.isascii() and written.isdecimal() and int(written) <= MOST_PLACES):
        problems.append(RowProblem(field="capacity", text=say("problem.capacity")))
    if field.group and group not in groups:
        problems.append(RowProblem(field="group", text=say("problem.slot_group")))
    if field.times and at not in field.times:
        problems.append(RowProblem(field="time", text=say("problem.slot_time")))
    if problems or day is None:
        return refused(visit, definition, posted, problems)
    return changed_capacity(visit, definition, "|".join((field.name, group, day.isoformat(), at)), day, int(written) if written else None)


@router.post("/procedures/{procedure_id}/slots/reset")
def reset_slot(procedure_id: str, posted: Posted, visit: SlotWriter) -> Response:
    """A closed day is open again, and a slot has its usual places."""
    definition = accessible_definition(visit, procedure_id)
    today = in_japan(visit.now).date()
    with visit.reading() as session:
        rows = slots_between(session, visit.municipality_id, definition.id, today, today + AHEAD)
    row = next((row for row in rows if row.key == posted.get("key")), None)
    if row is None:
        raise NotHereError("no such slot")
    return changed_capacity(visit, definition, row.key, row.day, None)


def changed_capacity(visit: Visit, definition: Definition, key: str, day: date, capacity: int | None) -> Response:
    with visit.writing() as session:
        set_capacity(session, visit.municipality_id, definition.id, key, day=day, capacity=capacity)
        visit.record(session, "slots.capacity", f"procedure:{definition.id} {key} {'' if capacity is None else capacity}".strip())
    return visit.redirect(f"{PATH}/{definition.id}/slots", "slot_changed")


def day_problems(visit: Visit, first: date | None, last: date | None) -> Sequence[RowProblem]:
    today = in_japan(visit.now).date()
    if first is None:
        return [RowProblem(field="first", text=say("problem.slot_day"))]
    if last is None:
        return [RowProblem(field="last", text=say("problem.slot_day"))]
    if first < today or last > today + AHEAD:
        return [RowProblem(field="first", text=say("problem.slot_far"))]
    if not 0 <= (last - first).days < LONGEST:
        return [RowProblem(field="last", text=say("problem.slot_last", days=LONGEST))]
    return []


def slot_field(definition: Definition, name: str) -> SlotField:
    """The first where none is named. Raises NotHereError."""
    fields = [field for field in definition.fields if isinstance(field, SlotField) and name in ("", field.name)]
    if not fields:
        raise NotHereError("no such field with slots")
    return fields[0]


def refused(visit: Visit, definition: Definition, posted: Mapping[str, str], problems: Sequence[RowProblem]) -> Response:
    with visit.reading() as session:
        view = slots_view(session, visit, definition, posted, problems)
    return visit.page(PAGE, view, room=ROOM, status=422)


def slots_view(
    session: Session, visit: Visit, definition: Definition, typed: Mapping[str, str] | None = None, problems: Sequence[RowProblem] = ()
) -> SlotsView:
    today = in_japan(visit.now).date()
    rows = slots_between(session, visit.municipality_id, definition.id, today, today + AHEAD)
    fields = [field for field in definition.fields if isinstance(field, SlotField)]
    return SlotsView(
        title=definition.title,
        path=f"{PATH}/{definition.id}",
        tables=tuple(slot_table(field, definition, visit.pack, today, rows) for field in fields),
        typed=dict(typed or {}),
        problems=tuple(problems),
    )
