"""Doing one thing to several applications, each in its own transaction, undoing it before anybody has heard, and saying what came of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from bot.receiving import By
from console.access import held_application
from console.application_pages import may_hold, refusal
from console.several import Picked, result_of
from console.texts import say
from console.views.cases import BulkResultView
from console.visiting import NotHereError, Visit
from core.errors import ProjectError
from procedures import reviewing
from procedures.lifecycle import NotAllowedError
from procedures.models import Application
from procedures.moving import StaleApplicationError, require_version
from procedures.reviewing import has_corrections

KIND = "application_bulk"


class Action(StrEnum):
    """What can be done to several applications."""

    CHECK = "check"
    ACCEPT = "accept"
    ASSIGN = "assign"


class CorrectionsWaitError(ProjectError):
    """Answers were found to need correction, so it isn't accepted with others."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What somebody wants done; `holder_id` is for assigning."""

    action: Action
    holder_id: int = 0


Act = Callable[[Session, Application], None]


def carry_out(visit: Visit, picked: Sequence[Picked], order: Order) -> Mapping[str, Any]:  # Any: JSON.
    """What was done and what was not, one by one; a refusal of one leaves the others as they are."""
    done: list[dict[str, Any]] = []
    refused: list[str] = []
    for number, version in sorted({one.id: one.version for one in picked}.items()):
        before: dict[str, Any] = {}

        def act(session: Session, application: Application, *, before: dict[str, Any] = before, version: int = version) -> None:
            before["holder"] = application.holder_id
            require_version(application, version)
            _apply(session, visit, application, order)

        after = _one(visit, number, f"application.{order.action}", act, refused)
        if after is not None:
            done.append({**before, "application": number, "version": after})
    return {"action": order.action.value, "done": done, "refused": refused}


def take_back(visit: Visit, detail: Mapping[str, Any]) -> Mapping[str, Any]:  # Any: JSON.
    """Puts back what a bulk action did, but leaves alone what changed since, and what residents have heard of."""
    action = Action(detail["action"])
    refused: list[str] = []
    done: list[dict[str, Any]] = []
    for row in detail["done"]:

        def act(session: Session, application: Application, *, row: Mapping[str, Any] = row) -> None:
            require_version(application, int(row["version"]))
            if action is Action.ASSIGN:
                reviewing.assign(session, application, row["holder"], staff_id=visit.visitor.staff_id, now=visit.now)
            else:
                visit.receiving.take_back(session, application, _by(visit))

        after = _one(visit, row["application"], f"application.undo_{action}", act, refused)
        if after is not None:
            done.append({"application": row["application"], "version": after})
    return {"action": detail["action"], "done": done, "refused": refused}


def _one(visit: Visit, number: int, name: str, act: Act, refused: list[str]) -> int | None:
    """The version afterwards; None where it was refused, which is then among the refusals."""
    try:
        with visit.writing() as session:
            application = held_application(session, visit, number)
            act(session, application)
            visit.record(session, name, f"application:{number}")
            return application.version
    except NotHereError:
        refused.append(say("application_bulk.not_here"))
    except CorrectionsWaitError:
        refused.append(say("application_bulk.corrections"))
    except (NotAllowedError, StaleApplicationError) as error:
        undone = name.startswith("application.undo")
        refused.append(say("application_bulk.told") if undone and isinstance(error, NotAllowedError) else refusal(error))
    return None


def _apply(session: Session, visit: Visit, application: Application, order: Order) -> None:
    match order.action:
        case Action.CHECK:
            visit.receiving.check(session, application, _by(visit))
        case Action.ACCEPT:
            if has_corrections(session, application):
                raise CorrectionsWaitError(application.number)
            visit.receiving.accept(session, application, _by(visit))
        case Action.ASSIGN:
            if not may_hold(session, visit, application, order.holder_id):
                raise NotAllowedError(f"staff {order.holder_id} can't have {application.number}")
            reviewing.assign(session, application, order.holder_id, staff_id=visit.visitor.staff_id, now=visit.now)


def _by(visit: Visit) -> By:
    return By(staff_id=visit.visitor.staff_id, now=visit.now)


def result_view(session: Session, visit: Visit, key: str) -> BulkResultView | None:
    return result_of(session, visit, key, KIND, in_words)


def in_words(action: str, count: int, is_undone: bool) -> str:
    if not count:
        return say("application_bulk.nothing")
    known = Action(action)
    return say(f"application_bulk_undone.{known}", count=count) if is_undone else say(f"application_bulk.{known}", count=count)
