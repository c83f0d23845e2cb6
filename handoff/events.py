"""What happens to cases, as kept in their history."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from handoff.models import Case, CaseEvent
from handoff.texts import named


class EventKind(StrEnum):
    """One thing that can happen to a case; named under `event` of texts.yaml."""

    OPENED = "opened"
    ASKED_AGAIN = "asked_again"
    """Another trigger while it was open."""
    OFFERED = "offered"
    OFFER_PASSED = "offer_passed"
    """Nobody took it in time."""
    DECLINED = "declined"
    CLAIMED = "claimed"
    ASSIGNED = "assigned"
    """By a supervisor."""
    RELEASED = "released"
    """Put back into the queue by who had it."""
    REQUEUED = "requeued"
    """Put back because who had it went."""
    TRANSFERRED = "transferred"
    FIRST_REPLY = "first_reply"
    REPLIED = "replied"
    RESIDENT_WROTE = "resident_wrote"
    SNOOZED = "snoozed"
    WOKEN = "woken"
    WARNED = "warned"
    ESCALATED = "escalated"
    PROMISED = "promised"
    """A time, after the opening notice."""
    PROMISE_KEPT = "promise_kept"
    PROMISE_BROKEN = "promise_broken"
    NUDGED = "nudged"
    NOTED = "noted"
    RETITLED = "retitled"
    PRIORITY_SET = "priority_set"
    CLOSED = "closed"
    WRAPPED_UP = "wrapped_up"
    REOPENED = "reopened"
    SATISFACTION_ASKED = "satisfaction_asked"
    SATISFACTION = "satisfaction"
    REVIEWED = "reviewed"
    CONTACT_WARNED = "contact_warned"
    CONTACT_LIMITED = "contact_limited"
    BLOCK_ASKED = "block_asked"
    CONTACT_BLOCKED = "contact_blocked"
    BLOCK_REFUSED = "block_refused"
    CONTACT_FREED = "contact_freed"


def record(
    session: Session,
    case: Case,
    kind: EventKind,
    *,
    now: datetime,
    staff_id: int | None = None,
    **detail: Any,  # JSON.
) -> CaseEvent:
    """Before the version of the case grows."""
    event = CaseEvent(
        municipality_id=case.municipality_id,
        case_id=case.id,
        kind=kind,
        staff_id=staff_id,
        detail=dict(detail),
        version=case.version + 1,
        at=now,
    )
    session.add(event)
    return event


def name_of(kind: str) -> str:
    """In Japanese, for staff."""
    return named("event", kind)
