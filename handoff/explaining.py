"""Why a case went where it is, in words for staff."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from core.pack import Pack
from handoff import queries
from handoff.models import Case
from handoff.texts import say


def explain(session: Session, pack: Pack, case: Case) -> Sequence[str]:
    """The steps of its routing in their order, one sentence each."""
    return [say(f"routing.{step['key']}", **_named(session, pack, step)) for step in case.routing]


def _named(session: Session, pack: Pack, step: Mapping[str, Any]) -> Mapping[str, Any]:  # Any: JSON.
    """With names instead of ids."""
    department = pack.departments.get(step.get("department") or "")
    return {
        **{name: value for name, value in step.items() if name != "key"},
        "department": department.name if department else say("routing.no_department"),
        "staff": queries.name_of_staff(session, step.get("staff")),
    }
