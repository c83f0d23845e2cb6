"""How much room there is on which day, and which days are closed."""

from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Response
from sqlalchemy.orm import Session

from console.application_slots import SLOTS, chosen, days_of, facts_of, slots_view
from console.forms import TextForm
from console.texts import say
from console.visiting import ApplicationHandler, ApplicationWriter, Visit
from core.clock import in_japan
from core.japanese_dates import find_day
from procedures.definition import Definition
from procedures.fields.slot import SlotField
from procedures.slot_days import SlotDay, groups_of
from procedures.slots import is_day_closed, set_capacity

ROOM = "applications"
MOST_PLACES = 999

router = APIRouter(prefix="/applications")


class SlotForm(TextForm):
    """`capacity` is a number, or empty for what the definition says; `action` may be close or usual instead."""

    procedure: str = ""
    group: str = ""
    key: str = ""
    capacity: str = ""
    action: str = "set"


class DayForm(TextForm):
    """`action` is close or usual, for every group on that day."""

    procedure: str = ""
    group: str = ""
    day: str = ""
    action: str = ""


@router.get("/slots")
def show_slots(visit: ApplicationHandler, procedure: str = "", group: str = "") -> Response:
    with visit.reading() as session:
        view = slots_view(session, visit, procedure, group)
    return visit.page("applications/slots.html", view, room=ROOM)


@router.post("/slots")
def set_slot(form: Annotated[SlotForm, Form()], visit: ApplicationWriter) -> Response:
    """Places that were given stay given, however small the number becomes."""
    definition, field = chosen(visit, form.procedure)
    written = form.capacity.strip().translate(str.maketrans("０１２３４５６７８９", "0123456789"))
    is_number = written.isascii() and written.isdecimal() and len(written) < 6 and int(written) <= MOST_PLACES
    capacity = 0 if form.action == "close" else int(written) if is_number and form.action != "usual" else None
    with visit.writing() as session:
        slot = next((one for one in days_of(session, visit, definition, field, form.group) if one.key == form.key), None)
        is_meant = form.action in ("close", "usual") or is_number or not written
        if slot is None or not is_meant:
            problem = say("application.slot_number", most=MOST_PLACES) if slot is not None else say("application.slot_gone")
            view = slots_view(session, visit, definition.id, form.group, problem=problem, problem_key=form.key)
            return visit.page("applications/slots.html", view, room=ROOM, status=422)
        if is_day_closed(session, visit.municipality_id, definition.id, field.day_key(slot.day)):
            open_day_but_close_its_slots(session, visit, definition, field, slot.day)
        set_capacity(session, visit.municipality_id, definition.id, slot.key, day=slot.day, capacity=capacity)
        visit.record(session, "application.slot", f"procedure:{definition.id} {slot.key} {'usual' if capacity is None else capacity}")
    return visit.redirect(
        _here(definition.id, form.group), "slot_usual" if capacity is None else "slot_closed" if capacity == 0 else "slot_set"
    )


@router.post("/slots/day")
def set_day(form: Annotated[DayForm, Form()], visit: ApplicationWriter) -> Response:
    """A day that nobody works, in all groups at once."""
    definition, field = chosen(visit, form.procedure)
    found = find_day(form.day, in_japan(visit.now).date())
    day = found.day if found is not None else None
    if day is None or form.action not in ("close", "usual"):
        with visit.reading() as session:
            view = slots_view(session, visit, definition.id, form.group, problem=say("application.slot_day"))
        return visit.page("applications/slots.html", view, room=ROOM, status=422)
    with visit.writing() as session:
        slots = slots_of_day(session, visit, definition, field, day)
        if slots:
            closed = 0 if form.action == "close" else None
            set_capacity(session, visit.municipality_id, definition.id, field.day_key(day), day=day, capacity=closed)
            for slot in slots if form.action == "usual" else ():
                set_capacity(session, visit.municipality_id, definition.id, slot.key, day=day, capacity=None)
            visit.record(session, f"application.slot_day_{form.action}", f"procedure:{definition.id} {day.isoformat()} {len(slots)}")
    notice = "slot_day_none" if not slots else "slot_day_closed" if form.action == "close" else "slot_day_usual"
    return visit.redirect(_here(definition.id, form.group), notice)


def slots_of_day(session: Session, visit: Visit, definition: Definition, field: SlotField, day: date) -> list[SlotDay]:
    """In every group."""
    facts, _ = facts_of(session, visit, definition)
    groups = groups_of(definition, field, facts)
    return [slot for group in groups for slot in days_of(session, visit, definition, field, group) if slot.day == day]


def open_day_but_close_its_slots(session: Session, visit: Visit, definition: Definition, field: SlotField, day: date) -> None:
    """So that one of them can be given room while the others stay closed."""
    for slot in slots_of_day(session, visit, definition, field, day):
        set_capacity(session, visit.municipality_id, definition.id, slot.key, day=day, capacity=0)
    set_capacity(session, visit.municipality_id, definition.id, field.day_key(day), day=day, capacity=None)


def _here(procedure: str, group: str) -> str:
    return f"{SLOTS}?{urlencode({'procedure': procedure, 'group': group})}"
