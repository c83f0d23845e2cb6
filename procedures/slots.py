"""Taking and giving back places of slots; never more than there are, whoever asks at the same moment."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite
from sqlalchemy.orm import Session

from core.errors import ProjectError
from procedures.models import Slot


class SlotFullError(ProjectError):
    """Somebody else took the last place meanwhile; another slot must be chosen."""


def take_place(session: Session, municipality_id: str, procedure_id: str, key: str, *, day: date, capacity: int) -> None:
    """Raises SlotFullError where none is left. `capacity` is the definition's; what staff set goes before."""
    insert = insert_on_sqlite if session.get_bind().dialect.name == "sqlite" else insert_on_postgresql
    values = {"municipality_id": municipality_id, "procedure_id": procedure_id, "key": key, "day": day, "taken": 0}
    session.execute(insert(Slot).values(values).on_conflict_do_nothing(index_elements=["municipality_id", "procedure_id", "key"]))
    # One statement compares and counts: the row is locked, so that two at once can't both find the last place.
    statement = (
        update(Slot)
        .where(*_is(municipality_id, procedure_id, key), Slot.taken < func.coalesce(Slot.capacity, capacity))
        .values(taken=Slot.taken + 1)
    )
    taken = session.execute(statement.returning(Slot.taken), execution_options={"synchronize_session": False}).first()
    if taken is None:
        raise SlotFullError(f"no place is left of slot {key}")


def give_back(session: Session, municipality_id: str, procedure_id: str, key: str) -> None:
    statement = update(Slot).where(*_is(municipality_id, procedure_id, key), Slot.taken > 0).values(taken=Slot.taken - 1)
    session.execute(statement, execution_options={"synchronize_session": False})


def set_capacity(session: Session, municipality_id: str, procedure_id: str, key: str, *, day: date, capacity: int | None) -> None:
    """0 closes the slot, None returns to the definition's. Places that were given stay given."""
    insert = insert_on_sqlite if session.get_bind().dialect.name == "sqlite" else insert_on_postgresql
    values = {"municipality_id": municipality_id, "procedure_id": procedure_id, "key": key, "day": day, "taken": 0, "capacity": capacity}
    keys = ["municipality_id", "procedure_id", "key"]
    session.execute(insert(Slot).values(values).on_conflict_do_update(index_elements=keys, set_={"capacity": capacity}))


def is_day_closed(session: Session, municipality_id: str, procedure_id: str, day_key: str) -> bool:
    """By the field's `day_key`, in the transaction that takes a place."""
    return session.scalar(select(Slot.capacity).where(*_is(municipality_id, procedure_id, day_key))) == 0


def slots_between(session: Session, municipality_id: str, procedure_id: str, first: date, last: date) -> Sequence[Slot]:
    """Of which something was taken or set; for those who look after them."""
    wanted = select(Slot).where(Slot.municipality_id == municipality_id, Slot.procedure_id == procedure_id, Slot.day.between(first, last))
    return session.scalars(wanted.order_by(Slot.day, Slot.key)).all()


def slots_from(session: Session, municipality_id: str, procedure_id: str, first: date) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """How many are taken, and capacities that staff set, of all slots from that day on: for `Facts`."""
    wanted = select(Slot).where(Slot.municipality_id == municipality_id, Slot.procedure_id == procedure_id, Slot.day >= first)
    rows = session.scalars(wanted).all()
    return {row.key: row.taken for row in rows}, {row.key: row.capacity for row in rows if row.capacity is not None}


def _is(municipality_id: str, procedure_id: str, key: str) -> tuple[ColumnElement[bool], ...]:
    return Slot.municipality_id == municipality_id, Slot.procedure_id == procedure_id, Slot.key == key
