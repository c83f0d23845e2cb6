"""Doing one thing to several cases, each in its own transaction, and undoing it; what came of it in words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from console import queries
from console.access import accessible_case, acting_staff
from console.case_pages import refusal
from console.permissions import Permission
from console.several import Picked, result_of
from console.texts import say
from console.views.cases import BulkResultView
from console.visiting import NotHereError, Visit
from handoff import cases
from handoff.cases import Closing
from handoff.errors import CaseError, TargetError
from handoff.models import HELD_STATES, Case, Priority, Staff

KIND = "bulk"
UNDO_TIME = timedelta(seconds=30)
"""So long residents hear nothing of the end of their cases."""


class Action(StrEnum):
    """What can be done to several cases."""

    ASSIGN = "assign"
    SNOOZE = "snooze"
    PRIORITY = "priority"
    CLOSE = "close"


@dataclass(frozen=True, kw_only=True)
class Order:
    """What somebody wants done; only what the action needs is looked at."""

    action: Action
    staff_id: int = 0
    until: Callable[[Case], datetime] | None = None
    priority: Priority = Priority.ORDINARY
    reason: str = ""


Act = Callable[[Session, Case, Staff], None]


def carry_out(visit: Visit, picked: Sequence[Picked], order: Order) -> Mapping[str, Any]:  # Any: JSON.
    """What was done and what was not, case by case; a refusal of one leaves the others as they are."""
    done: list[dict[str, Any]] = []
    refused: list[str] = []
    for case_id, version in sorted({one.id: one.version for one in picked}.items()):
        before: dict[str, Any] = {}

        def act(session: Session, case: Case, staff: Staff, *, before: dict[str, Any] = before, version: int = version) -> None:
            before |= _standing(case)
            _apply(session, visit, case, staff, order, version)

        after = _one(visit, case_id, f"case.{order.action}", act, refused)
        if after is not None:
            done.append({**before, "case": case_id, "version": after})
    return {"action": order.action.value, "done": done, "refused": refused}


def take_back(visit: Visit, detail: Mapping[str, Any]) -> Mapping[str, Any]:  # Any: JSON.
    """Puts back what a bulk action did, but leaves every case alone that changed since."""
    action = Action(detail["action"])
    refused: list[str] = []
    done: list[dict[str, Any]] = []
    for row in detail["done"]:

        def act(session: Session, case: Case, staff: Staff, *, row: Mapping[str, Any] = row) -> None:
            _put_back(session, visit, case, staff, action, row)

        after = _one(visit, row["case"], f"case.undo_{action}", act, refused)
        if after is not None:
            done.append({"case": row["case"], "version": after})
    return {"action": detail["action"], "done": done, "refused": refused}


def _one(visit: Visit, case_id: int, name: str, act: Act, refused: list[str]) -> int | None:
    """The version of the case afterwards; None where it was refused, which is then among the refusals."""
    try:
        with visit.writing() as session:
            case = accessible_case(session, visit, case_id)
            act(session, case, acting_staff(session, visit))
            visit.record(session, name, f"case:{case_id}")
            return case.version
    except NotHereError:
        refused.append(say("bulk.not_here"))
    except CaseError as error:
        refused.append(refusal(visit, error))
    return None


def _standing(case: Case) -> dict[str, Any]:  # Any: JSON.
    return {"holder": case.holder_id if case.state in HELD_STATES else None, "priority": case.priority, "state": case.state}


def _apply(session: Session, visit: Visit, case: Case, staff: Staff, order: Order, version: int) -> None:
    counter, now = visit.counter, visit.now
    match order.action:
        case Action.ASSIGN:
            _give(session, visit, case, order.staff_id, by=staff, version=version)
        case Action.SNOOZE if order.until is not None:
            counter.snooze(session, case, order.until(case), by=staff, now=now, seen_version=version)
        case Action.CLOSE:
            counter.close(session, case, Closing(reason=order.reason), by=staff, now=now, seen_version=version, tell_at=now + UNDO_TIME)
        case Action.PRIORITY:
            cases.set_priority(session, visit.pack, case, order.priority, by=staff, now=now, seen_version=version)


def _give(session: Session, visit: Visit, case: Case, staff_id: int, *, by: Staff, version: int) -> None:
    """To oneself everybody may, to others a supervisor."""
    if staff_id == by.id:
        visit.counter.claim(session, case, by, now=visit.now, seen_version=version)
        return
    target = queries.staff_in(session, visit.municipality_id, staff_id)
    if target is None or not visit.may(Permission.SUPERVISE):
        raise TargetError(f"no staff {staff_id} to give it to")
    visit.counter.assign(session, case, target, by=by, now=visit.now, seen_version=version)


def _put_back(session: Session, visit: Visit, case: Case, staff: Staff, action: Action, row: Mapping[str, Any]) -> None:
    counter, now, version = visit.counter, visit.now, int(row["version"])
    match action:
        case Action.ASSIGN:
            former = queries.staff_in(session, visit.municipality_id, row["holder"]) if row["holder"] else None
            if former is not None:
                counter.assign(session, case, former, by=staff, now=now, seen_version=version)
            else:
                counter.release(session, case, staff, say("bulk.undone"), now=now, seen_version=version)
        case Action.SNOOZE:
            counter.wake(session, case, by=staff, now=now, seen_version=version)
        case Action.CLOSE:
            was_told = case.closed_at is None or now >= case.closed_at + UNDO_TIME
            counter.reopen(session, case, by=staff, now=now, seen_version=version, was_told=was_told)
        case Action.PRIORITY:
            cases.set_priority(session, visit.pack, case, Priority(row["priority"]), by=staff, now=now, seen_version=version)


def result_view(session: Session, visit: Visit, key: str) -> BulkResultView | None:
    return result_of(session, visit, key, KIND, in_words)


def in_words(action: str, count: int, is_undone: bool) -> str:
    if not count:
        return say("bulk.nothing")
    known = Action(action)
    return say(f"bulk_undone.{known}", count=count) if is_undone else say(f"bulk.{known}", count=count)
