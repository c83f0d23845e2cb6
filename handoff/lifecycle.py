"""How a case may move from state to state, and who owes the next word. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from handoff.models import CaseState

IN_QUEUE = (CaseState.WAITING, CaseState.OFFERED)

TRANSITIONS: Mapping[CaseState, frozenset[CaseState]] = {
    CaseState.WAITING: frozenset({CaseState.OFFERED, CaseState.HELD, CaseState.WAITING_FOR_RESIDENT, CaseState.CLOSED}),
    CaseState.OFFERED: frozenset({CaseState.WAITING, CaseState.HELD, CaseState.WAITING_FOR_RESIDENT, CaseState.CLOSED}),
    CaseState.HELD: frozenset({CaseState.WAITING_FOR_RESIDENT, CaseState.SNOOZED, *IN_QUEUE, CaseState.CLOSED}),
    CaseState.WAITING_FOR_RESIDENT: frozenset({CaseState.HELD, CaseState.SNOOZED, *IN_QUEUE, CaseState.CLOSED}),
    CaseState.SNOOZED: frozenset({CaseState.HELD, CaseState.WAITING_FOR_RESIDENT, *IN_QUEUE, CaseState.CLOSED}),
    CaseState.CLOSED: frozenset({CaseState.WAITING, CaseState.HELD}),
}


def may_become(state: str, target: CaseState) -> bool:
    """Staying is always allowed."""
    return state == target or target in TRANSITIONS[CaseState(state)]


def held_state(due_from: datetime | None) -> CaseState:
    """The state of a case that a person has: while a clock runs, the next word is theirs."""
    return CaseState.WAITING_FOR_RESIDENT if due_from is None else CaseState.HELD


def may_reopen(closed_at: datetime | None, now: datetime, reopen_hours: int) -> bool:
    """Whether a closed case is recent enough to go on."""
    return closed_at is not None and now - closed_at <= timedelta(hours=reopen_hours)
